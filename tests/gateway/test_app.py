"""A whole gateway: real sockets, a real PostgreSQL."""

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from tests.gateway.config.samples import endpoint_row, uid_of
from tests.gateway.logs import Logs
from tests.gateway.serving import ORDERS, publish, serving, settings_for, started
from tests.gateway.tokens import SECRET, bearer, token
from tests.postgres import PgServer
from tests.waiting import eventually
from tidegate_gateway.app import READERS, Gateway
from tidegate_gateway.config.gateways import live
from tidegate_gateway.data.errors import SchemaTooNew
from tidegate_gateway.data.ids import first_id
from tidegate_gateway.data.migrate import migrate
from tidegate_gateway.data.partitions import make_partitions
from tidegate_gateway.data.pool import connect
from tidegate_gateway.data.sources import list_sources
from tidegate_gateway.serving import AddressError

OPEN = endpoint_row(authentication="None", methods={"POST": {}, "GET": {}})
GUARDED = endpoint_row(methods={"POST": {}, "GET": {}}, tokens=[token(SECRET)])
OLD = datetime.now(UTC) - timedelta(days=50)
BIG = b'{"n": 12345678901234567890123}'


async def test_a_webhook_is_stored_and_read_back(database_url: str) -> None:
    async with serving(database_url, GUARDED) as caller:
        stored = await caller.send("POST", data=BIG, headers=bearer())
        assert stored.status == 201
        read = await caller.send("GET", stored.headers["location"], headers=bearer())
        assert (read.status, read.body) == (200, BIG)
        listed = await eventually(lambda: caller.send("GET", headers=bearer()))
        assert listed.status == 200
        assert "server" not in stored.headers
        assert "date" in stored.headers


async def test_a_change_is_served_without_a_restart(database_url: str) -> None:
    async with serving(database_url) as caller:
        assert (await caller.send("POST", data=b"1")).json["code"] == "unknown_endpoint"
        await publish(database_url, OPEN)
        await eventually(lambda: posted(caller, 201))
        await publish(database_url)
        await eventually(lambda: posted(caller, 404))


async def posted(caller: object, status: int) -> bool:
    reply = await caller.send("POST", data=b"1")  # type: ignore[attr-defined]
    return bool(reply.status == status)


async def test_one_gateway_that_does_not_compile_an_endpoint_serves_the_others(database_url: str, logs: Logs) -> None:
    broken = endpoint_row("broken", authentication="None", methods={"POST": {}}, allowed_ips=["10.0.0.1/8"])
    async with serving(database_url, OPEN, broken) as caller:
        assert (await caller.send("POST", data=b"1")).status == 201
        for address in ("broken", f"broken/{uuid4()}"):
            reply = await caller.send("POST", ORDERS.replace("orders", address), data=b"1")
            assert (reply.status, reply.json["code"], reply.headers["retry-after"]) == (503, "unavailable", "1")
        for address in ("other", "broken/", "broken/one/more"):
            assert (await caller.send("POST", ORDERS.replace("orders", address), data=b"1")).status == 404
        metrics = (await caller.admin("/metrics")).body.decode()
        assert "tidegate_not_compiled 1.0" in metrics
        assert "tidegate_endpoints 1.0" in metrics
    async with connect(database_url) as pool:
        assert await live(pool) == []


async def test_the_admin_address_tells_how_it_is(database_url: str) -> None:
    async with serving(database_url, OPEN) as caller:
        assert (await caller.admin("/healthz")).body == b"ok\n"
        ready = await caller.admin("/readyz")
        assert ready.json == {
            "ready": True,
            "configuration": True,
            "database": True,
            "running": True,
            "problem": None,
        }
        await caller.send("POST", data=b"1")
        text = (await caller.admin("/metrics")).body.decode()
        for line in (
            'tidegate_requests_total{endpoint="acme/orders",status="201"} 1.0',
            "tidegate_request_seconds_count 1.0",
            "tidegate_writer_batch_rows_sum 1.0",
            "tidegate_writer_commit_seconds_count 1.0",
            "tidegate_writer_queued 0.0",
            "tidegate_snapshot_revision 1.0",
            "tidegate_reader_horizon_seconds ",
        ):
            assert line in text
        assert "_created" not in text
        await publish(database_url)
        await eventually(lambda: forgotten(caller))
        assert (await caller.send("GET", "/healthz")).status == 404


async def forgotten(caller: object) -> bool:
    reply = await caller.admin("/metrics")  # type: ignore[attr-defined]
    return b"acme/orders" not in reply.body


async def test_it_is_ready_only_with_all_of_the_configuration(empty_database_url: str, logs: Logs) -> None:
    async with started(empty_database_url) as caller:
        missing = "The database lacks migration 0001_chain: run `tidegate migrate`."
        await eventually(lambda: problem_is(caller, missing))
        reply = await caller.admin("/readyz")
        assert (reply.status, reply.json["ready"], reply.json["configuration"]) == (503, False, False)
        assert (await caller.send("POST", data=b"1")).json["code"] == "unavailable"
        assert (await caller.admin("/healthz")).status == 200
        connection = await asyncpg.connect(empty_database_url)
        await migrate(connection)
        await connection.close()
        await publish(empty_database_url, OPEN)
        await eventually(caller.ready)
        assert (await caller.send("POST", data=b"1")).status == 201
    waiting = logs.lines("waiting for the database")
    assert [line["problem"] for line in waiting] == [missing]


async def test_with_a_clock_that_is_off_it_stores_nothing_and_says_so(database_url: str) -> None:
    await publish(database_url, OPEN)
    clock = lambda: datetime.now(UTC) + timedelta(hours=1)  # noqa: E731 - a clock is a function
    async with started(database_url, clock=clock) as caller:
        await eventually(lambda: configured(caller))
        ready = await caller.admin("/readyz")
        assert (ready.status, ready.json["ready"], ready.json["database"]) == (503, False, True)
        assert "s ahead of the database's: set it right." in ready.json["problem"]
        reply = await caller.send("POST", data=b"1")
        assert (reply.status, reply.json["code"], reply.headers["retry-after"]) == (503, "unavailable", "1")
    async with connect(database_url) as pool:
        assert await pool.fetchval("SELECT count(*) FROM datum") == 0


async def configured(caller: object) -> bool:
    reply = await caller.admin("/readyz")  # type: ignore[attr-defined]
    return bool(reply.json["configuration"])


async def problem_is(caller: object, text: str | None) -> bool:
    reply = await caller.admin("/readyz")  # type: ignore[attr-defined]
    return bool(reply.json["problem"] == text)


async def test_a_database_of_a_newer_version_ends_it_with_a_sentence(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    await connection.execute("INSERT INTO migration (name, checksum) VALUES ('9999_future', '')")
    await connection.close()
    async with started(database_url) as caller:
        with pytest.raises(SchemaTooNew, match="which this version of Tidegate does not know: start a newer version"):
            await caller.gateway.broken()


async def test_an_address_that_is_taken_is_an_error_that_names_it(database_url: str) -> None:
    async with started(database_url) as caller:
        taken = caller.gateway.admin_url.removeprefix("http://")
        with pytest.raises(AddressError, match=f"{taken} cannot be listened on: Address already in use"):
            await Gateway(settings_for(database_url, admin_listen=taken)).start()


async def test_work_in_the_background_goes_on_and_is_ended_in_order(database_url: str) -> None:
    brief = endpoint_row("brief", authentication="None", methods={"POST": {}}, retention_days=0)
    expired = f"INSERT INTO datum (id, endpoint, method) VALUES ('{first_id(OLD)}', '{uid_of('brief')}', 'POST')"
    async with connect(database_url) as pool:
        await make_partitions(pool, OLD, days_ahead=0)
        await pool.execute(expired)
        async with serving(database_url, OPEN, brief) as caller:
            await eventually(lambda: metric(caller, "tidegate_retention_partitions_total 2.0"))
            for address in ("brief", "orders", "brief"):
                assert (await caller.send("POST", ORDERS.replace("orders", address), data=b"1")).status == 201
            await eventually(lambda: pool.fetchval("SELECT count(*) = 1 FROM datum"))
            await caller.send("POST", ORDERS.replace("orders", "brief"), data=b"1")
        assert await pool.fetchval("SELECT endpoint::text FROM datum") == uid_of("orders")
        sources = {name: await list_sources(pool, UUID(uid_of(name))) for name in ("orders", "brief")}
        assert {name: [(one.address, one.requests) for one in found] for name, found in sources.items()} == {
            "orders": [("127.0.0.1", 1)],
            "brief": [("127.0.0.1", 3)],
        }


async def metric(caller: object, line: str) -> bool:
    reply = await caller.admin("/metrics")  # type: ignore[attr-defined]
    return line in reply.body.decode()


async def test_a_wildcard_address_is_reached_on_the_loopback(database_url: str) -> None:
    async with started(database_url, listen="0.0.0.0:0") as caller:
        assert caller.gateway.url.startswith("http://127.0.0.1:")
        assert (await caller.send("GET", "/")).status == 404


async def test_two_gateways_in_one_process_do_not_mix(database_url: str) -> None:
    async with serving(database_url, OPEN) as one, started(database_url) as other:
        await eventually(other.ready)
        location = (await one.send("POST", data=b"1")).headers["location"]
        assert (await other.send("GET", location)).body == b"1"
        assert b"tidegate_writer_batch_rows_sum 0.0" in (await other.admin("/metrics")).body


async def test_without_postgresql_nothing_is_answered_2xx_and_with_it_again_all(
    pg_server: PgServer, logs: Logs
) -> None:
    await prepared(pg_server.url)
    async with serving(pg_server.url, OPEN) as caller:
        assert (await caller.send("POST", data=b"1")).status == 201
        await pg_server.stop()
        for method, body in (("POST", b"2"), ("GET", None)):
            reply = await caller.send(method, data=body)
            assert (reply.status, reply.json["code"], reply.headers["retry-after"]) == (503, "unavailable", "1")
        down = await caller.admin("/readyz")
        assert (down.status, down.json["configuration"], down.json["database"]) == (503, True, False)
        await pg_server.start()
        await eventually(lambda: posted(caller, 201))
        await eventually(caller.ready)
    assert "postgresql://" not in logs.text


async def test_a_database_that_is_away_at_the_start_is_waited_for(pg_server: PgServer, logs: Logs) -> None:
    await prepared(pg_server.url)
    await publish(pg_server.url, OPEN)
    await pg_server.stop()
    async with started(pg_server.url) as caller:
        await eventually(lambda: problem_is(caller, "PostgreSQL is not available: no answer."))
        assert (await caller.send("POST", data=b"1")).json["code"] == "unavailable"
        await pg_server.start()
        await eventually(caller.ready)
        assert await problem_is(caller, None)
        assert (await caller.send("POST", data=b"1")).status == 201


async def prepared(url: str) -> None:
    connection = await asyncpg.connect(url)
    await migrate(connection)
    await connection.close()


async def test_stopping_finishes_what_is_in_flight_and_leaves_the_list(database_url: str) -> None:
    async with serving(database_url, OPEN) as caller, connect(database_url) as pool:
        assert len(await live(pool)) == 1
        begun, go_on = asyncio.Event(), asyncio.Event()

        async def slow_body() -> object:
            yield b'{"a":'
            begun.set()
            await go_on.wait()
            yield b" 1}"

        post = asyncio.create_task(caller.send("POST", data=slow_body()))
        await begun.wait()
        stopping = asyncio.create_task(caller.gateway.stop())
        await eventually(lambda: not_running(caller))
        go_on.set()
        reply = await post
        await stopping
        assert reply.status == 201
        stored = await pool.fetchval("SELECT input FROM datum WHERE id = $1", reply.json["ID"])
        assert stored == b'{"a": 1}'
        assert await live(pool) == []


async def not_running(caller: object) -> bool:
    reply = await caller.admin("/readyz")  # type: ignore[attr-defined]
    return bool(reply.status == 503 and reply.json["running"] is False)


async def test_readers_keep_no_writer_and_no_readiness_waiting(database_url: str) -> None:
    async with serving(database_url, OPEN) as caller, AsyncExitStack() as reading:
        for _ in range(READERS):
            await reading.enter_async_context(caller.gateway._readers.acquire())
        assert (await caller.send("POST", json={"id": 1})).status == 201
        assert await caller.ready()
