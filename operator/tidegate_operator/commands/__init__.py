"""What the commands of `tidegate` do. Results go to standard output, everything else to standard error."""
