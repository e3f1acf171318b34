"""The control plane: resources in, configuration and statuses out."""
