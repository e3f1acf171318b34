"""`tidegate migrate`: brings a database to this version's schema."""

from tidegate_gateway.data.migrate import migrate
from tidegate_gateway.data.pool import acquire
from tidegate_operator.commands.database import Database


async def migrate_database(database: Database) -> list[str]:
    """Apply what is missing; gives the names."""
    async with database.connect(size=1) as pool, acquire(pool) as connection:
        return await migrate(connection)
