"""Everything on one machine without a cluster: manifests from folders, an embedded PostgreSQL, one gateway."""
