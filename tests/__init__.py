"""Tests of Tidegate, mirroring its rooms; they stand on a real API server, a real PostgreSQL and real sockets."""
