"""The option `--update-golden`, and the comparison with a golden file that it turns into writing one."""

from collections.abc import Callable
from pathlib import Path

import pytest

Golden = Callable[[Path, str], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Teach pytest the option."""
    parser.addoption("--update-golden", action="store_true", help="write golden files anew; read the difference")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Compare a text with a golden file, or write the file."""
    updating = request.config.getoption("--update-golden")

    def compare(path: Path, text: str) -> None:
        if updating:
            path.write_text(text)
        assert path.exists(), f"{path.name} is not there: run pytest --update-golden and read what it wrote"
        assert text == path.read_text()

    return compare
