"""Fixtures that all tests of the gateway can have."""

from collections.abc import Iterator

import pytest

from tests.gateway.logs import Logs, captured_logs


@pytest.fixture
def logs() -> Iterator[Logs]:
    """What the test's process logs."""
    with captured_logs() as logs:
        yield logs
