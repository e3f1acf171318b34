"""The data plane: what serves requests. It needs PostgreSQL and no Kubernetes."""
