"""`tidegate migrate`: brings a database to this version's schema."""

from tidegate_gateway.data.migrate import migrate
from tidegate_gateway.data.pool import acquire, connect


async def migrate_database(url: str) -> list[str]:
    """Apply what is missing; gives the names."""
    async with connect(url, size=1) as pool, acquire(pool) as connection:
        return await migrate(connection)
