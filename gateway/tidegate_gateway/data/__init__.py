"""Stored data: the schema of PostgreSQL, the group-commit writer and the reader. SQL lives in `.sql` files only."""
