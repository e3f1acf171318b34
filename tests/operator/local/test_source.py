from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tidegate_gateway.config.publish import Publisher
from tidegate_gateway.data.pool import connect
from tidegate_operator.local.identity import Identities, uid_of
from tidegate_operator.local.inputs import FolderInputs
from tidegate_operator.local.keys import TokenSecrets
from tidegate_operator.local.manifests.folders import Folders
from tidegate_operator.local.source import Source
from tidegate_operator.local.state import StateFile
from tidegate_operator.loop import Control
from tidegate_operator.rows import Rows
from tidegate_operator.store import Key, Store
from tidegate_operator.translate.model import TokenSecretWanted

ORDERS, ERP = Key("Endpoint", "default", "orders"), Key("Secret", "default", "erp")
TOKENS = Key("Secret", "default", "orders-tokens")
WANTED = TokenSecretWanted(ORDERS, uid_of(ORDERS), TOKENS, ("POST",))


def endpoint(group: str) -> str:
    head = "apiVersion: tidegate.dev/v1alpha1\nkind: Endpoint\nmetadata: {name: orders}\n"
    return f"{head}spec: {{group: {group}, methods: {{post: {{}}}}}}\n"


def secret(name: str, value: str) -> str:
    return f"apiVersion: v1\nkind: Secret\nmetadata: {{name: {name}}}\nstringData: {{POST: {value}}}\n"


class World:
    """A source with the store that it feeds, over one folder."""

    def __init__(self, folder: Path, inputs: FolderInputs, publisher: Publisher) -> None:
        self.folder, self.inputs, self.store = folder, inputs, Store()
        self.control = Control(self.store, inputs, publisher, Rows(None), lambda _: None)
        identities = Identities(StateFile(folder / "identities.json"), lambda: datetime(2026, 1, 1, tzinfo=UTC))
        self.source = Source(self.control, self.store, inputs, identities)
        self._folders = Folders([folder / "manifests"])
        (folder / "manifests").mkdir()

    def apply(self, *documents: str) -> set[Key]:
        """Write the documents, read them, and give what that changed."""
        (self.folder / "manifests" / "all.yaml").write_text("---\n".join(documents))
        self.source.apply(self._folders.read())
        return self.store.take_changes()


@pytest.fixture
async def world(tmp_path: Path, database_url: str) -> AsyncIterator[World]:
    async with connect(database_url) as pool:
        yield World(tmp_path, FolderInputs(TokenSecrets(tmp_path), pool), Publisher(pool))


async def test_the_first_reading_is_a_complete_list(world: World) -> None:
    assert not world.control.complete.is_set()
    assert world.apply(endpoint("sales")) == {ORDERS}
    assert world.control.complete.is_set()
    resource = world.store.resources[ORDERS]
    assert (resource.uid, resource.generation, resource.created) == (uid_of(ORDERS), 1, "2026-01-01T00:00:00Z")


async def test_only_what_is_new_changed_or_gone_is_a_change(world: World) -> None:
    world.apply(endpoint("sales"))
    assert world.apply(endpoint("sales")) == set()
    assert world.apply(endpoint("buying")) == {ORDERS}
    assert world.store.resources[ORDERS].generation == 2
    assert world.apply() == {ORDERS}
    assert world.store.resources == {}
    assert world.apply(endpoint("buying")) == {ORDERS}


async def test_a_status_stays_with_its_resource(world: World) -> None:
    world.apply(endpoint("sales"))
    shown = await world.source.show(world.store.resources[ORDERS], world.store.echoes[ORDERS], {"url": "/here"})
    world.control.observe("Endpoint", shown)
    world.apply(endpoint("buying"))
    assert world.store.echoes[ORDERS].status == {"url": "/here"}


async def test_a_secret_that_is_referred_to_changes_with_its_file(world: World) -> None:
    world.apply(secret("erp", "one"))
    world.store.put_secret(ERP, await world.inputs.read_secret(ERP))
    assert world.store.take_changes() == {ERP}
    assert world.apply(secret("erp", "one")) == set()
    assert world.apply(secret("erp", "two")) == {ERP}
    assert world.apply() == {ERP}
    assert world.store.secrets[ERP] is None


async def test_tokens_are_made_unless_a_person_wrote_the_secret(world: World) -> None:
    assert await world.inputs.read_secret(TOKENS) is None
    made = await world.inputs.make_tokens(WANTED)
    assert made == await world.inputs.read_secret(TOKENS)
    world.apply(secret("orders-tokens", "mine"))
    written = await world.inputs.make_tokens(WANTED)
    assert written is not None
    assert written.data == {"POST": b"mine"}
    assert written == await world.inputs.read_secret(TOKENS)


async def test_paths_are_judged_by_postgresql_and_deletions_are_believed(world: World) -> None:
    assert await world.inputs.check_path("$.customer.id") is None
    assert "syntax error" in str(await world.inputs.check_path("$..id"))
    await world.inputs.confirm(["Endpoint"])
