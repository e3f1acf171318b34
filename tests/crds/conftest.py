"""The API server with Tidegate's CRDs, as a judge of manifests."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.controlplane.cluster import Cluster
from tests.controlplane.kubectl import Kubectl
from tests.crds.applying import passing_namespace
from tests.crds.server import Judge, connect


@pytest.fixture(scope="session")
def court(crds: Cluster, kubectl: Kubectl) -> Iterator[str]:
    """A namespace in which nothing is ever stored."""
    with passing_namespace(kubectl) as name:
        yield name


@pytest.fixture
async def judge(crds: Cluster, court: str) -> AsyncIterator[Judge]:
    """Asks the real API server; nothing is stored."""
    connection = await connect(crds.kubeconfig)
    async with connection:
        yield Judge(connection, court)
