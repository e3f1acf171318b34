"""A PostgreSQL for a moment: it answers questions, keeps nothing, and is gone afterwards."""

import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tidegate_operator.local.postgres.server import EmbeddedPostgres


@asynccontextmanager
async def scratch_postgres() -> AsyncIterator[str]:
    """Its URL, while it runs. Any LocalError."""
    with _open_folder() as folder:
        server = EmbeddedPostgres(folder, durable=False)
        try:
            yield await server.start()
        finally:
            await server.stop()
            if server.folder and server.folder != folder:
                shutil.rmtree(server.folder, ignore_errors=True)


@contextmanager
def _open_folder() -> Iterator[Path]:
    """As root the server runs as another user, who has to get in."""
    with TemporaryDirectory(prefix="tidegate-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        yield folder
