"""What the tests of local mode share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres import open_folder


@pytest.fixture
def data() -> Iterator[Path]:
    """A folder for `--data` that PostgreSQL can enter, whoever runs the tests."""
    with open_folder("tidegate-data-") as folder:
        yield folder
