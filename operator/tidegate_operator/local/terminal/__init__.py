"""What `tidegate up` shows on the terminal: the resources, what is wrong with them, and a line to be pasted."""
