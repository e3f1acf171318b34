import asyncio
import contextlib
import json
import os
import re
import shlex
import shutil
import signal
import socket
import stat
import subprocess
from itertools import pairwise
from pathlib import Path

import aiohttp
import pytest

from tests.operator.local.bouncer import bouncer
from tests.operator.local.running import TIDEGATE, Up, up
from tests.waiting import eventually
from tidegate_operator.local.keys import TokenSecrets
from tidegate_operator.local.postgres.data_folder import known_folder
from tidegate_operator.local.postgres.postmaster import PidFile
from tidegate_operator.store import Key

AS_ROOT = os.geteuid() == 0
# Root's own Python may be closed to others: an ordinary user who may read everything stands for one who has his own.
AS_NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
AS_NOBODY += ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]

OPEN = """\
apiVersion: tidegate.dev/v1alpha1
kind: Endpoint
metadata:
  name: {name}
spec:
  group: sales
  security: {{authentication: None}}
  methods:
    post: {{}}
    get: {{}}
"""
GUARDED = OPEN.replace("  security: {{authentication: None}}\n", "")


@pytest.fixture
def manifests(tmp_path: Path) -> Path:
    folder = tmp_path / "manifests"
    folder.mkdir()
    (folder / "orders.yaml").write_text(OPEN.format(name="orders"))
    return folder


def made(data: Path, name: str) -> dict[str, str]:
    secret = TokenSecrets(data).read(Key("Secret", "default", f"{name}-tokens"))
    assert secret is not None
    return {method: token.decode() for method, token in secret.data.items()}


async def served(up: Up, name: str, status: int = 201) -> str:
    """Wait until a POST to an endpoint is answered so; the id of what was stored."""

    async def posted() -> str | None:
        code, body = await up.request("POST", f"default/sales/{name}", {"n": 12345678901234567890123})
        return str(body.get("ID") or "-") if code == status else None

    return await eventually(posted, within=10)


async def test_what_is_posted_can_be_read_back_and_ctrl_c_ends_everything(
    manifests: Path, data: Path, tmp_path: Path
) -> None:
    async with up(manifests, data, logs=tmp_path) as running:
        await running.says("  ready  GET,POST  http://127.0.0.1:")
        number = await served(running, "orders")
        assert await running.request("GET", f"default/sales/orders/{number}") == (200, {"n": 12345678901234567890123})
        postgres = PidFile(data / "postgresql").socket_folder()
        assert postgres is not None
        assert await running.end() == 0
        assert PidFile(data / "postgresql").socket_folder() is None
        assert running.err == ""


async def test_the_line_to_be_pasted_works(manifests: Path, data: Path, tmp_path: Path) -> None:
    (manifests / "orders.yaml").write_text(GUARDED.format(name="orders"))
    async with up(manifests, data, logs=tmp_path) as running:
        await running.says("curl ")
        words = shlex.split(running.curl)
        token = words[words.index("-H") + 1].removeprefix("Authorization: Bearer ")
        assert words[3] == f"{running.url}/api/endpoint/default/sales/orders"
        status, _ = await running.request("POST", "default/sales/orders", json.loads(words[-1]), token)
        assert status == 201
        assert (await running.request("POST", "default/sales/orders", {}))[0] == 401
        assert token == made(data, "orders")["POST"]
        shown = subprocess.run(
            [TIDEGATE, "tokens", "default/sales/orders", "--data", str(data), "--method", "post"],
            capture_output=True,
            text=True,
            check=True,
        )
        assert shown.stdout == f"{token}\n"


async def test_tokens_that_a_person_writes_come_before_those_that_were_made(
    manifests: Path, data: Path, tmp_path: Path
) -> None:
    (manifests / "orders.yaml").write_text(GUARDED.format(name="orders"))
    ask = [TIDEGATE, "tokens", "default/sales/orders", "--data", str(data), "--method", "post"]

    def printed() -> str:
        return subprocess.run(ask, capture_output=True, text=True, check=True).stdout.strip()

    async with up(manifests, data, logs=tmp_path) as running:
        await running.says("curl ")
        assert await asyncio.to_thread(printed) == made(data, "orders")["POST"]
        values = "{POST: tg_mine, GET: tg_mine}"
        (manifests / "tokens.yaml").write_text(
            f"apiVersion: v1\nkind: Secret\nmetadata: {{name: orders-tokens}}\nstringData: {values}\n"
        )
        await eventually(lambda: printed() == "tg_mine", within=20)
        assert (await running.request("POST", "default/sales/orders", {}, "tg_mine"))[0] == 201


async def test_a_change_serves_within_a_second_and_only_what_changed_is_printed(
    manifests: Path, data: Path, tmp_path: Path
) -> None:
    async with up(manifests, data, logs=tmp_path) as running:
        await running.says("default/sales/orders -H")  # the line to paste is the last that is printed
        before = running.out
        loop = asyncio.get_running_loop()
        changed_at = loop.time()
        (manifests / "more.yaml").write_text(OPEN.format(name="more"))
        await served(running, "more")
        assert loop.time() - changed_at < 1
        after = (await running.says("default/sales/more")).removeprefix(before)
        assert "default/sales/orders" not in after
        (manifests / "more.yaml").unlink()
        await running.says(f"gone   GET,POST  {running.url}/api/endpoint/default/sales/more")
        assert (await running.request("POST", "default/sales/more", {}))[0] == 404
        assert await running.end(signal.SIGTERM) == 0


async def test_the_end_of_its_terminal_ends_it_but_not_under_nohup(manifests: Path, data: Path, tmp_path: Path) -> None:
    async with up(manifests, data, logs=tmp_path) as running:
        await running.says("Try it")
        assert await running.end(signal.SIGHUP) == 0
    async with up(manifests, data, logs=tmp_path, before=["nohup"]) as running:
        await running.says("Try it")
        for _ in range(2):
            running.process.send_signal(signal.SIGHUP)
            await served(running, "orders")
        assert await running.end() == 0


async def test_a_manifest_that_breaks_keeps_serving_says_where_and_heals(
    manifests: Path, data: Path, tmp_path: Path
) -> None:
    file = manifests / "orders.yaml"
    async with up(manifests, data, logs=tmp_path) as running:
        await running.says("Try it")
        file.write_text(OPEN.format(name="orders") + "  colour: [red\n")
        await running.says(f"{file}:12:1: did not find expected ',' or ']'.")
        await served(running, "orders")
        file.write_text(OPEN.format(name="orders") + "  colour: red\n")
        await running.says(f"{file}:11:3: spec.colour: There is no such field;")
        await running.says(f"{file} is fine again")
        await served(running, "orders")
        file.write_text(OPEN.format(name="orders"))
        await eventually(lambda: running.out.count("ready  GET,POST") >= 2)
        await served(running, "orders")


async def test_what_is_deep_or_long_or_repeats_itself_ends_nothing(manifests: Path, data: Path, tmp_path: Path) -> None:
    head = "apiVersion: tidegate.dev/v1alpha1\nkind: DataSchema\nmetadata: {name: deep}\n"
    bomb = "a: &a [x, x]\n" + "".join(f"{n}: &{n} [{', '.join([f'*{m}'] * 9)}]\n" for m, n in pairwise("abcdefghi"))
    async with up(manifests, data, logs=tmp_path) as running:
        await running.says("Try it")
        for name, text, said in (
            ("bomb", bomb, "the aliases of this file repeat more than 1,000,000 characters"),
            ("deeper", f"{head}spec: {'[' * 900}{']' * 900}", "this is nested deeper than 250 levels"),
            ("deep", f"{head}spec: {{schema: {'{not: ' * 240}{{}}{'}' * 240}}}\n", "spec.schema"),
            ("long", OPEN.format(name="long").replace("sales", "9" * 5000), "spec.group"),
        ):
            (manifests / f"{name}.yaml").write_text(text)
            await running.says(said)
        (manifests / "more.yaml").write_text(OPEN.format(name="more"))
        await served(running, "more")
        assert running.err == ""


async def test_a_manifest_that_broke_while_nothing_ran_is_served_as_it_was(
    manifests: Path, data: Path, tmp_path: Path
) -> None:
    file = manifests / "orders.yaml"
    async with up(manifests, data, logs=tmp_path) as running:
        await running.says("Try it")
        assert await running.end() == 0
    file.write_text(OPEN.format(name="orders") + "x: [\n")
    async with up(manifests, data, logs=tmp_path) as running:
        await running.says("  ready  GET,POST  http://127.0.0.1:")
        await running.says(f"{file}:12:1: did not find expected node content.")
        await served(running, "orders")


async def test_a_folder_that_goes_away_keeps_being_served(manifests: Path, data: Path, tmp_path: Path) -> None:
    async with up(manifests, data, logs=tmp_path) as running:
        await running.says("Try it")
        manifests.rename(tmp_path / "away")
        await running.says(f"{manifests}: it cannot be read: No such file or directory. What it held last is served.")
        await served(running, "orders")


async def test_after_kill_9_the_next_start_finds_data_and_tokens_again(
    manifests: Path, data: Path, tmp_path: Path
) -> None:
    (manifests / "guarded.yaml").write_text(GUARDED.format(name="guarded"))
    async with up(manifests, data, logs=tmp_path) as running:
        await running.says("Try it")
        number = await served(running, "orders")
        tokens = made(data, "guarded")
        assert await running.end(signal.SIGKILL) == -signal.SIGKILL
    async with up(manifests, data, logs=tmp_path) as running:
        await running.says("Try it")
        path = f"default/sales/orders/{number}"
        assert await running.request("GET", path) == (200, {"n": 12345678901234567890123})
        assert made(data, "guarded") == tokens
        assert await running.end() == 0


async def test_data_behind_a_closed_folder_are_found_again(manifests: Path, tmp_path: Path) -> None:
    data = tmp_path / "closed" / "data"
    data.parent.mkdir(mode=0o700)
    async with up(manifests, data, logs=tmp_path) as running:
        await running.says("Try it")
        number = await served(running, "orders")
        assert await running.end() == 0
        assert ("PostgreSQL, which does not run as root, has its files in /" in running.err) == AS_ROOT
    async with up(manifests, data, logs=tmp_path) as running:
        await running.says("Try it")
        assert (await running.request("GET", f"default/sales/orders/{number}"))[0] == 200
        assert await running.end() == 0
    if AS_ROOT:
        shutil.rmtree(known_folder(data))


async def test_a_database_that_is_killed_is_started_again(manifests: Path, data: Path, tmp_path: Path) -> None:
    async with up(manifests, data, logs=tmp_path) as running:
        await running.says("Try it")
        number = await served(running, "orders")
        pid = int((data / "postgresql" / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)
        await eventually(lambda: not Path(f"/proc/{pid}").exists())
        await served(running, "orders")
        assert (await running.request("GET", f"default/sales/orders/{number}"))[0] == 200


async def test_a_second_one_on_the_same_data_is_refused(manifests: Path, data: Path, tmp_path: Path) -> None:
    (tmp_path / "second").mkdir()
    async with up(manifests, data, logs=tmp_path) as running:
        await running.says("Try it")
        async with up(manifests, data, logs=tmp_path / "second") as second:
            assert await asyncio.to_thread(second.process.wait, 30) == 2
            assert second.err == (
                f"tidegate: {data} is in use by process {running.process.pid}: "
                "stop it, or give this one another folder with --data.\n"
            )
        await served(running, "orders")


async def test_data_where_no_folder_can_be_are_refused_in_one_sentence(manifests: Path, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    for data, reason in ((file, "File exists"), (file / "data", "Not a directory")):
        async with up(manifests, data, logs=tmp_path) as refused:
            assert await asyncio.to_thread(refused.process.wait, 30) == 2
            assert refused.err == f"tidegate: {data} cannot be the data folder: {reason}. Use another --data.\n"


async def test_a_port_that_is_taken_is_refused_before_anything_starts(
    manifests: Path, data: Path, tmp_path: Path
) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        listen = f"127.0.0.1:{other.getsockname()[1]}"
        async with up(manifests, data, "--listen", listen, logs=tmp_path) as refused:
            assert await asyncio.to_thread(refused.process.wait, 30) == 2
            assert refused.err == (
                f"tidegate: {listen} cannot be listened on, because something else does or it is not of this machine: "
                "choose another with --listen, such as --listen 127.0.0.1:8081 (port 0 takes a free one).\n"
            )
    assert list(data.iterdir()) == []


async def test_a_taken_admin_port_gives_way(manifests: Path, data: Path, tmp_path: Path) -> None:
    with socket.socket() as other:
        with contextlib.suppress(OSError):  # taken by somebody else already, which is as good
            other.bind(("127.0.0.1", 9090))
            other.listen()
        async with up(manifests, data, logs=tmp_path, TIDEGATE_ADMIN_LISTEN="") as running:
            await running.says("Try it")
            said = re.fullmatch(
                r"127\.0\.0\.1:9090 is taken: the admin address is (http://127\.0\.0\.1:\d+); "
                r"set TIDEGATE_ADMIN_LISTEN to choose another\.\n",
                running.err,
            )
            assert said
            async with aiohttp.request("GET", f"{said[1]}/metrics") as answer:
                assert answer.status == 200
            assert await running.end() == 0


async def test_a_given_database_is_used(manifests: Path, data: Path, tmp_path: Path, empty_database_url: str) -> None:
    async with up(manifests, data, logs=tmp_path, TIDEGATE_DATABASE_URL=empty_database_url) as running:
        await running.says("Try it")
        await served(running, "orders")
        assert not (data / "postgresql").exists()
        assert await running.end() == 0


async def test_a_given_database_is_reached_through_pgbouncer(
    manifests: Path, data: Path, tmp_path: Path, empty_database_url: str
) -> None:
    async with bouncer(empty_database_url) as url:
        given = {"TIDEGATE_DATABASE_URL": url, "TIDEGATE_DATABASE_LISTEN_URL": empty_database_url}
        async with up(manifests, data, logs=tmp_path, TIDEGATE_PGBOUNCER="true", **given) as running:
            await running.says("  ready  GET,POST")
            await served(running, "orders")
            assert await running.end() == 0


async def test_a_second_one_on_a_given_database_is_refused_and_the_first_goes_on(
    manifests: Path, data: Path, tmp_path: Path, empty_database_url: str
) -> None:
    given = {"TIDEGATE_DATABASE_URL": empty_database_url}
    logs = tmp_path / "second"
    logs.mkdir()
    async with up(manifests, data, logs=tmp_path, **given) as running:
        await running.says("  ready  GET,POST")
        async with up(manifests, data / "other", logs=logs, **given) as second:
            assert await asyncio.to_thread(second.process.wait, 30) == 2
            assert re.fullmatch(
                r"tidegate: The database of TIDEGATE_DATABASE_URL serves local-[0-9a-f]{8} already, whose endpoints "
                r"would be withdrawn: give this one a database of its own, or stop the other first "
                r"\(one that was killed is forgotten after 15 s\)\.\n",
                second.err,
            )
        await served(running, "orders")
        await running.end(signal.SIGKILL)
    async with up(manifests, data, logs=logs, **given) as again:
        await again.says("  ready  GET,POST")
        assert await again.end() == 0
    async with up(manifests, data / "other", logs=logs, **given) as other:
        await other.says("  ready  GET,POST")
        assert await other.end() == 0


async def test_of_two_that_start_at_once_on_a_given_database_one_serves(
    manifests: Path, data: Path, tmp_path: Path, empty_database_url: str
) -> None:
    given = {"TIDEGATE_DATABASE_URL": empty_database_url}
    logs = tmp_path / "second"
    logs.mkdir()
    async with (
        up(manifests, data / "1", logs=tmp_path, **given) as one,
        up(manifests, data / "2", logs=logs, **given) as two,
    ):
        await eventually(lambda: {one.process.poll(), two.process.poll()} != {None}, within=60)
        refused, running = (one, two) if one.process.poll() is not None else (two, one)
        assert refused.process.returncode == 2
        assert refused.err.startswith("tidegate: The database of TIDEGATE_DATABASE_URL serves "), refused.err
        await running.says("  ready  GET,POST")
        await served(running, "orders")
        assert await running.end() == 0


async def test_what_is_set_for_another_database_is_not_for_ours(manifests: Path, data: Path, tmp_path: Path) -> None:
    other = {"TIDEGATE_PGBOUNCER": "true", "TIDEGATE_DATABASE_LISTEN_URL": "postgresql://127.0.0.1:1/nothing"}
    async with up(manifests, data, logs=tmp_path, **other) as running:
        await running.says("  ready  GET,POST")
        await served(running, "orders")
        assert await running.end() == 0
        assert running.err == ""


async def test_status_finds_the_gateway_that_runs_here(manifests: Path, data: Path, tmp_path: Path) -> None:
    async with up(manifests, data, logs=tmp_path) as running:
        await running.says("Try it")
        shown = await asyncio.to_thread(
            subprocess.run, [TIDEGATE, "status", "--data", str(data)], capture_output=True, text=True, check=True
        )
        head, gateway = shown.stdout.splitlines()
        assert head.split() == ["GATEWAY", "VERSION", "REVISION", "HEARTBEAT"]
        assert re.fullmatch(r"local-[0-9a-f]{8}", gateway.split()[0])


async def test_what_it_keeps_is_closed_to_others(manifests: Path, data: Path, tmp_path: Path) -> None:
    (manifests / "orders.yaml").write_text(GUARDED.format(name="orders"))
    async with up(manifests, data, logs=tmp_path) as running:
        await running.says("Try it")
        for name in (
            "tokens.json",
            "encryption.json",
            "identities.json",
            "addresses.json",
            "manifests.json",
            "postgresql.log",
        ):
            assert stat.S_IMODE((data / name).stat().st_mode) == 0o600, name
        for name in ("postgresql", "socket"):
            assert stat.S_IMODE((data / name).stat().st_mode) == 0o700, name


async def test_an_ordinary_user_owns_everything(manifests: Path, data: Path, tmp_path: Path) -> None:
    user = 65534 if AS_ROOT else os.geteuid()
    if AS_ROOT:
        os.chown(data, user, user)
    async with up(manifests, data, logs=tmp_path, before=AS_NOBODY if AS_ROOT else []) as running:
        await running.says("Try it")
        await served(running, "orders")
        assert {path.stat().st_uid for path in data.iterdir()} == {user}
        assert await running.end() == 0


async def test_without_colours_for_a_file_and_with_them_for_a_terminal(
    manifests: Path, data: Path, tmp_path: Path
) -> None:
    async with up(manifests, data, logs=tmp_path) as running:
        assert "\x1b" not in await running.says("Try it")
        await running.end()
    async with up(manifests, data, logs=tmp_path, FORCE_COLOR="1", TERM="xterm") as running:
        assert "\x1b[32mready\x1b[0m" in await running.says("Try it")
        await running.end()
    async with up(manifests, data, logs=tmp_path, FORCE_COLOR="1", NO_COLOR="1", TERM="xterm") as running:
        assert "\x1b[32m" not in await running.says("Try it")
