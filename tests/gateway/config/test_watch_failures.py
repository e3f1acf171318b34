"""What is wrong with one object is that object's failure: reported, and its last good one stays."""

import json

import asyncpg
import pytest
import structlog

from tests.gateway.config.running import at, cut_listeners, put, running
from tests.gateway.config.samples import endpoint, endpoint_row, rows_of, uid_of
from tests.waiting import eventually
from tidegate_gateway.config.errors import NotCompiled
from tidegate_gateway.config.gateways import Failure, live
from tidegate_gateway.config.model import AnyConfig
from tidegate_gateway.config.publish import Publisher
from tidegate_gateway.config.watch import ConfigWatch
from tidegate_gateway.expressions.errors import MappingError

ONE, TWO = endpoint_row("one"), endpoint_row("two")
BAD = endpoint_row("one", generation=2, retention_days=13)


def document(**changes: object) -> str:
    values = endpoint("one").model_dump(mode="json", by_alias=True)
    return json.dumps(values | changes)


def failure(message: str, generation: int = 2) -> Failure:
    return Failure("Endpoint", "acme", "one", uid_of("one"), generation, message)


def failures(watch: ConfigWatch) -> list[Failure]:
    return list(watch.failures.values())


async def test_the_last_good_one_stays_and_the_others_are_served(pool: asyncpg.Pool, database_url: str) -> None:
    publisher = Publisher(pool)
    await publisher.publish(rows_of([ONE]), 1)
    async with running(database_url, pool) as watch:
        await publisher.publish(rows_of([BAD, TWO]), 1)
        await at(watch, 2)
        assert watch.snapshot.endpoints == {"acme/main/one": "one for None days", "acme/main/two": "two for None days"}
        assert watch.snapshot.objects[ONE.ref].generation == 1
        assert failures(watch) == [failure("13 days bring no luck.")]


async def test_one_that_was_never_good_is_absent(pool: asyncpg.Pool, database_url: str) -> None:
    await Publisher(pool).publish(rows_of([BAD, TWO]), 1)
    async with running(database_url, pool) as watch:
        assert watch.snapshot.endpoints.keys() == {"acme/main/two"}
        assert failures(watch) == [failure("13 days bring no luck.")]


async def test_the_operator_hears_of_a_failure_and_of_its_end(pool: asyncpg.Pool, database_url: str) -> None:
    publisher = Publisher(pool)
    async with running(database_url, pool):
        for row, expected in ((BAD, (failure("13 days bring no luck."),)), (ONE, ())):
            await publisher.publish(rows_of([row]), 1)
            await eventually(lambda: pool.fetchval("SELECT g.revision = s.revision FROM gateway g, config_state s"))
            assert [gateway.failures for gateway in await live(pool)] == [expected]


async def test_a_good_one_that_comes_back_as_it_was_ends_the_failure(pool: asyncpg.Pool, database_url: str) -> None:
    """A database that was restored from a backup has the very row that is still served."""
    await Publisher(pool).publish(rows_of([ONE]), 1)
    async with running(database_url, pool, poll_seconds=0.05) as watch:
        async with pool.acquire() as connection:
            await connection.execute("CREATE TABLE backup AS TABLE config")
        await Publisher(pool).publish(rows_of([BAD]), 1, delete=False)
        await at(watch, 2)
        assert failures(watch) == [failure("13 days bring no luck.")]
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute("DELETE FROM config")
            await connection.execute("INSERT INTO config TABLE backup")
            await connection.execute("UPDATE config_state SET revision = 1")
        await at(watch, 1)
        assert watch.snapshot.endpoints == {"acme/main/one": "one for None days"}
        assert failures(watch) == []


@pytest.mark.parametrize("text", [document(retentionDays=13), document(version=[2, 0], methods="of another form")])
async def test_where_one_is_that_was_never_good_is_known_until_it_is_good(
    pool: asyncpg.Pool, database_url: str, text: str
) -> None:
    await put(pool, "Endpoint", ONE.uid, "one", text)
    async with running(database_url, pool) as watch:
        assert watch.snapshot.unserved == {"acme/main/one"}
        await put(pool, "Endpoint", ONE.uid, "one", document())
        await at(watch, 2)
        assert watch.snapshot.unserved == frozenset()
        assert watch.snapshot.endpoints.keys() == {"acme/main/one"}


async def test_a_last_good_one_goes_on_being_served_where_it_is(pool: asyncpg.Pool, database_url: str) -> None:
    await Publisher(pool).publish(rows_of([ONE]), 1)
    async with running(database_url, pool) as watch:
        await Publisher(pool).publish(rows_of([BAD]), 1, delete=False)
        await at(watch, 2)
        assert (watch.snapshot.unserved, failures(watch)) == (frozenset(), [failure("13 days bring no luck.")])
        await put(pool, "Endpoint", ONE.uid, "one", document(slug="elsewhere", retentionDays=13), generation=3)
        await at(watch, 3)
        assert watch.snapshot.endpoints.keys() == {"acme/main/one"}
        assert watch.snapshot.unserved == {"acme/main/elsewhere"}
        await Publisher(pool).publish({}, 1)
        await eventually(lambda: not watch.snapshot.unserved)


@pytest.mark.parametrize("text", [document(slug=7, version=[2, 0]), "{}", "[]"])
async def test_where_one_is_that_does_not_say_so_is_not_known(pool: asyncpg.Pool, database_url: str, text: str) -> None:
    await put(pool, "Endpoint", ONE.uid, "one", text)
    async with running(database_url, pool) as watch:
        assert len(failures(watch)) == 1
        assert watch.snapshot.unserved == frozenset()


async def test_where_one_is_gone_with_a_whole_load(pool: asyncpg.Pool, database_url: str) -> None:
    await Publisher(pool).publish(rows_of([BAD]), 1)
    async with running(database_url, pool) as watch:
        assert watch.snapshot.unserved == {"acme/main/one"}
        await pool.execute("DELETE FROM config")
        await cut_listeners(pool)
        await eventually(lambda: not watch.snapshot.unserved)


async def test_deleting_it_ends_the_failure(pool: asyncpg.Pool, database_url: str) -> None:
    publisher = Publisher(pool)
    await publisher.publish(rows_of([ONE]), 1)
    async with running(database_url, pool) as watch:
        await publisher.publish(rows_of([BAD]), 1)
        await at(watch, 2)
        await publisher.publish({}, 1)
        await at(watch, 3)
        assert not watch.failures
        assert not watch.snapshot.objects


async def test_a_last_good_one_gives_way_to_whoever_has_its_address_now(pool: asyncpg.Pool, database_url: str) -> None:
    publisher = Publisher(pool)
    await publisher.publish(rows_of([ONE]), 1)
    async with running(database_url, pool) as watch:
        moved = endpoint_row("one", slug="elsewhere", retention_days=13)
        await publisher.publish(rows_of([moved, endpoint_row("two", slug="one")]), 1)
        await at(watch, 2)
        assert watch.snapshot.endpoints == {"acme/main/one": "two for None days"}


async def test_any_exception_of_a_compiler_is_its_objects_alone_and_shows_nothing(
    pool: asyncpg.Pool, database_url: str
) -> None:
    with structlog.testing.capture_logs() as logs:
        await Publisher(pool).publish(rows_of([endpoint_row("one", retention_days=14), TWO]), 1)
        async with running(database_url, pool) as watch:
            assert watch.snapshot.endpoints.keys() == {"acme/main/two"}
            assert failures(watch) == [failure("The gateway failed on it (KeyError): its log says more.", 1)]
    assert [(entry["event"], entry["name"]) for entry in logs if entry["log_level"] == "error"] == [
        ("compiler failed", "one")
    ]


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (NotCompiled("A sentence."), "A sentence."),
        (MappingError("A sentence.", 4), "A sentence (at character 5)."),
        (NotCompiled("a\0b\ud800c"), "a�b?c"),
        (NotCompiled("x" * 501), "x" * 499 + "…"),
        (RecursionError("hunter2"), "The gateway failed on it (RecursionError): its log says more."),
    ],
)
async def test_messages_are_safe_and_bounded(
    pool: asyncpg.Pool, database_url: str, error: Exception, message: str
) -> None:
    def fail(config: AnyConfig, uid: str) -> object:
        raise error

    await Publisher(pool).publish(rows_of([ONE]), 1)
    async with running(database_url, pool, compilers={"Endpoint": fail}):
        assert (await live(pool))[0].failures == (failure(message, 1),)


@pytest.mark.parametrize("changes", [{}, {"methods": "of another form", "slug": None}])
async def test_a_newer_major_version_is_refused(
    pool: asyncpg.Pool, database_url: str, changes: dict[str, object]
) -> None:
    await Publisher(pool).publish(rows_of([ONE]), 1)
    async with running(database_url, pool) as watch:
        await put(pool, "Endpoint", ONE.uid, "one", document(**changes, version=[2, 1]), generation=2)
        await at(watch, 2)
        assert watch.snapshot.endpoints == {"acme/main/one": "one for None days"}
        assert failures(watch) == [
            failure("Its configuration has version 2.1 and this gateway reads 1.x: update the gateway.")
        ]


async def test_a_newer_minor_version_is_read(pool: asyncpg.Pool, database_url: str) -> None:
    await put(pool, "Endpoint", ONE.uid, "one", document(version=[1, 99], retentionDays=5, colour="blue"))
    async with running(database_url, pool) as watch:
        assert watch.snapshot.endpoints == {"acme/main/one": "one for 5 days"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (document(slug=7), "The gateway cannot read its configuration: slug (string_type)."),
        (document(version="hunter2"), "The gateway cannot read its configuration: version (tuple_type)."),
        (
            document(methods={"POST": {"input": {"mapping": [{"property": "hunter2"}]}}}),
            "The gateway cannot read its configuration: methods.POST.input.mapping.0.from (missing).",
        ),
        (
            "{}",
            "The gateway cannot read its configuration: namespace (missing), name (missing), company (missing).",
        ),
        ("[]", "The gateway cannot read its configuration: the whole (model_type)."),
    ],
)
async def test_a_document_that_fits_no_model_is_named_by_places_not_by_values(
    pool: asyncpg.Pool, database_url: str, text: str, message: str
) -> None:
    await put(pool, "Endpoint", ONE.uid, "one", text)
    await Publisher(pool).publish(rows_of([TWO]), 1, delete=False)
    async with running(database_url, pool) as watch:
        assert watch.snapshot.endpoints.keys() == {"acme/main/two"}
        assert failures(watch) == [failure(message, 1)]


async def test_a_failure_is_logged_once(pool: asyncpg.Pool, database_url: str) -> None:
    publisher = Publisher(pool)
    with structlog.testing.capture_logs() as logs:
        async with running(database_url, pool) as watch:
            await publisher.publish(rows_of([BAD]), 1)
            await at(watch, 1)
            await publisher.publish(rows_of([BAD, TWO]), 1)
            await at(watch, 2)
    assert [entry["name"] for entry in logs if entry["event"] == "not compiled"] == ["one"]
