"""Tells when something in the folders may have changed: from the kernel, and every few seconds in any case."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from watchfiles import Change, awatch

from tidegate_operator.local.manifests.files import is_manifest

QUIET_MILLISECONDS, BURST_MILLISECONDS = 50, 200
EVERY_MILLISECONDS = 3_000  # where no kernel tells of changes: network and container file systems


async def changes(folders: Sequence[Path]) -> AsyncIterator[None]:
    """One item at once, and one for each burst of changes. A file is watched by its folder: editors replace files."""
    yield
    watched = {folder if folder.is_dir() else folder.parent for folder in folders}
    async for _ in awatch(
        *watched,
        watch_filter=_matters,
        step=QUIET_MILLISECONDS,
        debounce=BURST_MILLISECONDS,
        rust_timeout=EVERY_MILLISECONDS,
        yield_on_timeout=True,
    ):
        yield


def _matters(_: Change, path: str) -> bool:
    """A folder may have come or gone with manifests in it, and then no file is named."""
    name = Path(path).name
    return is_manifest(name) or "." not in name
