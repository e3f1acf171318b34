"""Endpoints that a person names by their address, as they are published in a database."""

from uuid import UUID

import asyncpg

from tidegate_gateway.data.migrate import check_version
from tidegate_gateway.data.pool import acquire
from tidegate_gateway.data.sql import load
from tidegate_operator.commands.errors import CommandError

QUERIES = load("tidegate_operator", "queries.sql")


async def endpoint_at(pool: asyncpg.Pool, address: str) -> UUID:
    """The uid of the Endpoint at `<company>/<group>/<endpoint>`. CommandError names those that are there; DataError."""
    async with acquire(pool) as connection:
        await check_version(connection)
        found: UUID | None = await connection.fetchval(QUERIES.endpoint_at, address)
        if found is None:
            there = [row["address"] for row in await connection.fetch(QUERIES.addresses, 20)]
    if found is None:
        known = f"these are served: {', '.join(there)}" if there else "none is served"
        raise CommandError(f"There is no endpoint {address}; {known}.")
    return found
