"""What is at an address, as far as this gateway knows."""

from collections.abc import Callable

from tidegate_gateway.config.snapshot import Snapshot
from tidegate_gateway.front.compile import CompiledEndpoint
from tidegate_gateway.problems import Problem


def served(snapshot: Callable[[], Snapshot | None]) -> Snapshot:
    """What is served. Problem: `unavailable`, before that is known."""
    found = snapshot()
    if found is None:
        raise Problem("unavailable")
    return found


def find(snapshot: Snapshot, address: str) -> CompiledEndpoint:
    """The endpoint at an address. Problem: `unknown_endpoint`; `unavailable` for one that did not compile."""
    endpoint: CompiledEndpoint | None = snapshot.endpoints.get(address)
    if endpoint is None:
        raise Problem("unavailable" if address in snapshot.unserved else "unknown_endpoint")
    return endpoint
