"""Indexes of stored data: what is indexed, the values of each datum, and history that is indexed afterwards."""
