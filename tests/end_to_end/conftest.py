"""The whole chain, running."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.controlplane.cluster import Cluster
from tests.controlplane.kubectl import Kubectl
from tests.end_to_end.chain import Chain

ROLES = Path(__file__).parents[2] / "charts/tidegate/files/operator-roles.yaml"


@pytest.fixture
async def chain(
    namespace: str,
    kubectl: Kubectl,
    crds: Cluster,
    database_url: str,
    account: Callable[[Path], Path],
    tmp_path: Path,
) -> AsyncIterator[Chain]:
    """Two operators and two gateways, in a namespace without resources."""
    chain = Chain(namespace, kubectl, database_url, account(ROLES), tmp_path)
    async with AsyncExitStack() as stack:
        for process in (*chain.operators, *chain.gateways):
            await stack.enter_async_context(process)
        yield chain
