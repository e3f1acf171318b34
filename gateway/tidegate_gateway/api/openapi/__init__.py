"""OpenAPI 3.1 documents of endpoints, and a page of them for people. Nothing in them is secret."""
