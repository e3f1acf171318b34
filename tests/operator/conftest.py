"""Sites for operators: a namespace and a database each, and service accounts with the rights that the chart gives."""

import secrets
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from tests.connections import all_closed
from tests.controlplane.accounts import make_account
from tests.controlplane.cluster import Cluster
from tests.controlplane.kubectl import Kubectl
from tests.gateway.config.running import running
from tests.operator.api import Api, connected
from tests.operator.driving import Loop
from tests.operator.running import ROLES, Operator, Site, site, started
from tests.postgres import new_database
from tidegate_gateway.config.watch import ConfigWatch
from tidegate_gateway.data.pool import connect


@pytest.fixture(autouse=True)
async def nothing_stays_open() -> AsyncIterator[None]:
    """A test ends with all its connections closed: set up before all others, it is the last to be asked."""
    yield
    await all_closed()


@pytest.fixture(scope="session")
def lease_namespace(kubectl: Kubectl) -> Iterator[str]:
    """The namespace that this worker's operators live in, with the Role to hold Leases there."""
    name = f"operators-{secrets.token_hex(4)}"
    kubectl("create", "namespace", name)
    yield name
    kubectl("delete", "namespace", name, "--wait=false", "--ignore-not-found")


@pytest.fixture(scope="session")
def operator_account(kubectl: Kubectl, lease_namespace: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The kubeconfig of a service account that has exactly the operator's rights."""
    return make_account(kubectl, lease_namespace, ROLES, tmp_path_factory.mktemp("operator-account"))


@pytest.fixture
async def api(crds: Cluster) -> AsyncIterator[Api]:
    """The shared API server as its administrator sees it."""
    async with connected(crds.kubeconfig) as api:
        yield api


@pytest.fixture
async def own(
    namespace: str, api: Api, database_url: str, operator_account: Path, lease_namespace: str, tmp_path: Path
) -> AsyncIterator[Site]:
    """A site of the test's own; it starts the operators that it wants."""
    async with site(namespace, api, database_url, operator_account, lease_namespace, tmp_path) as own:
        yield own


@pytest.fixture
async def gateway(own: Site) -> AsyncIterator[ConfigWatch]:
    """The part of a gateway that loads and acknowledges, at the test's own site."""
    async with running(own.database_url, own.pool) as watch:
        yield watch


@pytest.fixture
async def loop(database_url: str) -> AsyncIterator[Loop]:
    """A loop that the test drives."""
    async with connect(database_url, size=4) as pool:
        yield Loop(pool)


@dataclass(frozen=True)
class Place:
    """Where the operator that many tests share works."""

    namespace: str
    database_url: str
    operator: Operator


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared_place(
    postgres: str,
    template_database: str,
    crds: Cluster,
    kubectl: Kubectl,
    operator_account: Path,
    lease_namespace: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Place]:
    """One operator for all tests of a worker that do it no harm."""
    namespace, folder = f"shared-{secrets.token_hex(4)}", tmp_path_factory.mktemp("shared")
    kubectl("create", "namespace", namespace)
    with new_database(postgres, f"TEMPLATE {template_database}") as url:
        async with (
            connected(crds.kubeconfig) as api,
            site(namespace, api, url, operator_account, lease_namespace, folder) as own,
            own.operator() as operator,
        ):
            await started(operator)
            yield Place(namespace, url, operator)
    kubectl("delete", "namespace", namespace, "--wait=false")


@pytest.fixture
async def shared(shared_place: Place, api: Api, operator_account: Path, lease_namespace: str) -> AsyncIterator[Site]:
    """The site of the operator that many tests share, empty, with one gateway. Names are new in each test: a Secret
    goes with its owner, and that takes a moment."""
    place = shared_place
    folder = place.operator.log.parent
    async with (
        site(place.namespace, api, place.database_url, operator_account, lease_namespace, folder) as own,
        running(own.database_url, own.pool),
    ):
        yield own
        await own.clear()
