import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest
import yaml

from tests.operator.local.bouncer import bouncer

TIDEGATE = str(Path(sys.executable).with_name("tidegate"))
COMMANDS = (
    *("up", "validate", "tokens", "status", "sources", "reindex", "crds", "migrate", "slugify", "gateway", "operator"),
)
HEAD = "apiVersion: tidegate.dev/v1alpha1\nkind: Endpoint\nmetadata: {name: orders}\n"
GOOD = f"{HEAD}spec: {{group: sales, methods: {{post: {{}}}}}}\n"
INDEXED = (
    f"{HEAD}spec:\n  group: sales\n  methods: {{post: {{}}}}\n  data:\n    indexes:\n"
    "    - {name: customer, method: POST, source: Input, path: $..id}\n"
)
SERVED = {
    "acme/sales/new": {"authentication": "Token", "tokens": {}},
    "acme/sales/open": {"authentication": "None", "tokens": {}},
    "acme/sales/orders": {"authentication": "Token", "tokens": {"GET": "tg_g", "POST": "tg_p"}},
}
BAD = f"{HEAD}spec:\n  group: sales\n  colour: red\n  methods: {{post: {{}}}}\n"


def tidegate(*arguments: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    given = {name: value for name, value in os.environ.items() if not name.startswith(("TIDEGATE_", "KUBE"))}
    return subprocess.run([TIDEGATE, *arguments], env=given | environ, capture_output=True, text=True, check=False)


def fails(outcome: "subprocess.CompletedProcess[str]", message: str) -> None:
    assert (outcome.returncode, outcome.stdout, outcome.stderr) == (2, "", f"tidegate: {message}\n")


def test_without_a_command_there_is_help_that_names_them_all() -> None:
    said = tidegate("--help").stdout
    assert all(f"\n  {command} " in said for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help_with_an_example(command: str) -> None:
    outcome = tidegate(command, "--help")
    assert outcome.returncode == 0
    assert f"tidegate {command}" in outcome.stdout.partition("\n")[2]


def test_completion_is_offered() -> None:
    assert "_TIDEGATE_COMPLETE" in tidegate("--show-completion", "bash", SHELL="/bin/bash").stdout


def test_an_unknown_command_and_a_missing_argument_are_named() -> None:
    assert "No such command 'nope'" in tidegate("nope").stderr
    outcome = tidegate("up")
    assert outcome.returncode == 2
    assert "Missing argument 'DIR...'" in outcome.stderr


def test_slugify() -> None:
    assert tidegate("slugify", "Šablona 1").stdout == "sablona-1\n"
    fails(tidegate("slugify", "!!!"), "Nothing of '!!!' can stand in a slug: it takes letters and digits.")


def test_crds_are_yaml() -> None:
    found = [document["spec"]["names"]["kind"] for document in yaml.safe_load_all(tidegate("crds").stdout)]
    assert found == ["Company", "DataSchema", "Endpoint", "Task", "Integration", "Agent"]


def test_migrate_says_what_it_did(empty_database_url: str) -> None:
    first = tidegate("migrate", TIDEGATE_DATABASE_URL=empty_database_url)
    assert first.stdout.startswith("applied 0001_")
    again = tidegate("migrate", TIDEGATE_DATABASE_URL=empty_database_url)
    assert again.stdout == "nothing to do: the database is up to date\n"


def test_migrate_without_a_database_says_what_to_set() -> None:
    fails(
        tidegate("migrate"),
        "TIDEGATE_DATABASE_URL is not set: set it, as in TIDEGATE_DATABASE_URL=postgresql://user@host/tidegate.",
    )
    fails(
        tidegate("migrate", TIDEGATE_DATABASE_URL="postgresql://127.0.0.1:1/nothing"),
        "PostgreSQL is not available: no answer.",
    )


async def test_each_command_reaches_a_database_through_pgbouncer(empty_database_url: str, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(INDEXED)
    async with bouncer(empty_database_url) as url:
        plain = await asyncio.to_thread(tidegate, "migrate", TIDEGATE_DATABASE_URL=url)
        assert plain.stderr == "tidegate: PostgreSQL is not available: the connection broke (08P01).\n"
        through = {"TIDEGATE_DATABASE_URL": url, "TIDEGATE_PGBOUNCER": "true"}
        for command in (("migrate",), ("status",), ("validate", str(tmp_path))):
            outcome = await asyncio.to_thread(tidegate, *command, **through)
            assert outcome.stderr == "", command
        assert "is not accepted (InvalidIndexPath): spec.data.indexes[0].path: " in outcome.stdout


def test_wrong_settings_are_named_all_at_once_without_their_values() -> None:
    outcome = tidegate("gateway", TIDEGATE_GRACE_SECONDS="soon", TIDEGATE_TRUSTED_PROXIES="99")
    assert outcome.returncode == 2
    for name in ("DATABASE_URL is not set", "GRACE_SECONDS is not usable", "TRUSTED_PROXIES is not usable"):
        assert f"TIDEGATE_{name}" in outcome.stderr
    assert "soon" not in outcome.stderr


def test_the_operator_without_a_cluster_says_so(database_url: str, tmp_path: Path) -> None:
    outcome = tidegate("operator", TIDEGATE_DATABASE_URL=database_url, KUBECONFIG=str(tmp_path / "none"))
    assert outcome.returncode == 2
    assert outcome.stderr.endswith(
        "tidegate: Connecting failed: there is no cluster: set KUBECONFIG, or run in a pod\n"
    )


def test_validate_is_content_with_what_is_right(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(GOOD)
    outcome = tidegate("validate", str(tmp_path))
    assert (outcome.returncode, outcome.stderr) == (0, "")
    assert outcome.stdout == f"{tmp_path}/a.yaml:3: Endpoint default/orders is fine\n"


def test_validate_says_what_is_wrong_and_where(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(f"{BAD}---\na: [\n---\napiVersion: apps/v1\nkind: Deployment\n")
    outcome = tidegate("validate", str(tmp_path), "--namespace", "acme")
    first, second = outcome.stdout.splitlines()
    assert outcome.returncode == 1
    assert first.startswith(
        f"{tmp_path}/a.yaml:6:3: Endpoint acme/orders is not accepted (InvalidField): spec.colour: "
    )
    assert second == f"{tmp_path}/a.yaml:10:1: did not find expected node content."
    assert outcome.stderr == "Passed over: Deployment (apps/v1).\n"


def test_validate_prints_json_lines(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(BAD)
    outcome = tidegate("validate", str(tmp_path), "--output", "json")
    (line,) = map(json.loads, outcome.stdout.splitlines())
    assert outcome.returncode == 1
    assert line.pop("message").startswith("There is no such field")
    assert line == {
        "resource": "Endpoint default/orders",
        "condition": "Accepted",
        "reason": "InvalidField",
        "path": "spec.colour",
        "file": f"{tmp_path}/a.yaml",
        "line": 6,
        "column": 3,
    }


def test_validate_judges_what_is_deep_and_what_is_long(tmp_path: Path) -> None:
    head = "apiVersion: tidegate.dev/v1alpha1\nkind: DataSchema\nmetadata: {name: deep}\n"
    (tmp_path / "a.yaml").write_text(f"{head}spec: {{schema: {'{not: ' * 240}{{}}{'}' * 240}}}\n")
    (tmp_path / "b.yaml").write_text(GOOD.replace("group: sales", f"group: {'9' * 5000}"))
    (tmp_path / "c.yaml").write_text(f"{HEAD}spec: {'[' * 100_000}")
    outcome = tidegate("validate", str(tmp_path))
    assert outcome.returncode == 1
    for said in (
        "a.yaml:4:8: DataSchema default/deep is not",
        "b.yaml:4:8: Endpoint default/orders is not",
        "c.yaml:4:",
    ):
        assert f"{tmp_path}/{said}" in outcome.stdout
    assert "Traceback" not in outcome.stderr


def test_validate_asks_a_postgresql_of_its_own_about_paths(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(INDEXED)
    outcome = tidegate("validate", str(tmp_path))
    assert outcome.returncode == 1
    assert "is not accepted (InvalidIndexPath): spec.data.indexes[0].path: " in outcome.stdout


def test_validate_without_a_postgresql_cannot_judge_paths(tmp_path: Path) -> None:
    test_validate_asks_a_postgresql_of_its_own_about_paths(tmp_path)
    outcome = tidegate("validate", str(tmp_path), PG_BIN=str(tmp_path))
    assert outcome.returncode == 2
    assert f"tidegate: Tidegate needs PostgreSQL 15 or newer, and PG_BIN={tmp_path} has no initdb" in outcome.stderr


def test_validate_of_nothing_cannot_run(tmp_path: Path) -> None:
    fails(
        tidegate("validate", str(tmp_path / "nowhere")),
        f"{tmp_path}/nowhere cannot be read: No such file or directory. Name a folder with manifests.",
    )


def test_tokens_of_what_has_none_say_why(tmp_path: Path) -> None:
    for address, message in (
        ("acme/sales/nope", f"There is no endpoint acme/sales/nope in {tmp_path}; there is {', '.join(SERVED)}."),
        ("acme/sales/open", "acme/sales/open needs no token: its spec.security.authentication is None."),
        ("acme/sales/new", "acme/sales/new has no token yet: `tidegate up` prints what it lacks."),
    ):
        (tmp_path / "addresses.json").write_text(json.dumps(SERVED))
        fails(tidegate("tokens", address, "--data", str(tmp_path)), message)


def test_tokens_are_printed_a_line_a_method(tmp_path: Path) -> None:
    (tmp_path / "addresses.json").write_text(json.dumps(SERVED))
    ask = ("tokens", "acme/sales/orders", "--data", str(tmp_path))
    assert tidegate(*ask).stdout == "GET    tg_g\nPOST   tg_p\n"
    assert tidegate(*ask, "--method", "post").stdout == "tg_p\n"
    fails(tidegate(*ask, "--method", "PUT"), "There is no token for PUT; there is one for GET, POST.")


def test_tokens_without_local_data_and_without_a_cluster(tmp_path: Path) -> None:
    outcome = tidegate("tokens", "a/b/c", "--data", str(tmp_path), KUBECONFIG=str(tmp_path / "none"))
    fails(outcome, "Connecting failed: there is no cluster: set KUBECONFIG, or run in a pod")


def test_status_without_a_database_names_the_ways(tmp_path: Path) -> None:
    fails(
        tidegate("status", "--data", str(tmp_path)),
        f"TIDEGATE_DATABASE_URL is not set, and no `tidegate up` runs on {tmp_path}: name one of them.",
    )


async def test_status_shows_gateways_and_what_did_not_compile(database_url: str) -> None:
    assert tidegate("status", TIDEGATE_DATABASE_URL=database_url).stdout == "No gateway is running.\n"
    failure = {"kind": "Endpoint", "namespace": "acme", "name": "orders", "uid": "u", "generation": 3, "message": "No."}
    connection = await asyncpg.connect(database_url)
    await connection.execute(
        "INSERT INTO gateway (pod, version, revision, failures) VALUES ('gateway-1', '0.1.0', 7, $1)",
        json.dumps([failure]),
    )
    await connection.close()
    head, row, failed = tidegate("status", TIDEGATE_DATABASE_URL=database_url).stdout.splitlines()
    assert head == "GATEWAY    VERSION  REVISION  HEARTBEAT"
    assert row.startswith("gateway-1  0.1.0    7         ")
    assert row.endswith(" s ago")
    assert failed == "gateway-1 could not compile Endpoint acme/orders, generation 3: No."


def test_status_of_a_database_without_schema_says_so(empty_database_url: str) -> None:
    outcome = tidegate("status", TIDEGATE_DATABASE_URL=empty_database_url)
    assert outcome.returncode == 2
    assert "The database lacks migration 0001_" in outcome.stderr
    assert outcome.stderr.endswith("run `tidegate migrate`.\n")
