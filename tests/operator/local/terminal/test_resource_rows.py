from typing import Any

from tidegate_crds.conditions import ConditionType, Reason
from tidegate_operator.local.manifests.manifest import Manifest
from tidegate_operator.local.manifests.pieces import Piece
from tidegate_operator.local.terminal.resource_rows import Row, lines, row_of
from tidegate_operator.store import Key
from tidegate_operator.translate.model import Finding, Verdict

ORDERS = Key("Endpoint", "acme", "orders")
TEXT = "kind: Endpoint\nmetadata:\n  name: orders\nspec:\n  colour: red\n  group: sales\n"
MANIFEST = Manifest(ORDERS, Piece("a.yaml", TEXT), {})
URL = "http://127.0.0.1:8080/api/endpoint/acme/sales/orders"
UNKNOWN = Finding(ConditionType.ACCEPTED, Reason.INVALID_FIELD, 'unknown field "colour".', "spec.colour")


def status(ready: str, **more: Any) -> dict[str, Any]:
    return {"conditions": [{"type": "Ready", "status": ready, "message": "No gateway is running."}], **more}


def verdict(*findings: Finding) -> Verdict:
    return Verdict(ORDERS, "uid", 2, findings, 2)


def test_what_is_served_has_its_url_and_methods() -> None:
    row = row_of(verdict(), status("True", url=URL, methods="GET,POST"), MANIFEST)
    assert row == Row(ORDERS, 2, "True", "GET,POST", URL)
    assert row.is_fine


def test_a_problem_has_its_file_line_and_column() -> None:
    row = row_of(verdict(UNKNOWN), status("False"), MANIFEST)
    assert row.what == "Endpoint acme/orders"
    assert row.problems == ('a.yaml:5:3: spec.colour: unknown field "colour".',)
    assert not row.is_fine


def test_without_the_manifest_a_problem_has_its_path_alone() -> None:
    assert row_of(verdict(UNKNOWN), status("False"), None).problems == ('spec.colour: unknown field "colour".',)


def test_a_problem_that_is_of_no_field_is_at_the_manifest() -> None:
    assert row_of(verdict(), status("Unknown"), MANIFEST).problems == ("a.yaml:3: No gateway is running.",)
    assert row_of(verdict(), status("Unknown"), None).problems == ("No gateway is running.",)


def test_rows_are_aligned_and_problems_stand_below_them() -> None:
    rows = [
        row_of(verdict(), status("True", url=URL, methods="GET,POST"), MANIFEST),
        row_of(verdict(UNKNOWN), status("False"), MANIFEST),
        row_of(verdict(), status("Unknown", url=URL, methods="GET"), MANIFEST),
    ]
    assert [line.plain for line in lines(rows, gone=rows[:1])] == [
        f"  ready  GET,POST  {URL}",
        "  wrong            Endpoint acme/orders",
        '  a.yaml:5:3: spec.colour: unknown field "colour".',
        f"  waits  GET       {URL}",
        "  a.yaml:3: No gateway is running.",
        f"  gone   GET,POST  {URL}",
    ]


def test_without_methods_there_is_no_column_of_them() -> None:
    task = Row(Key("Task", "acme", "t"), 1, "True", "", "Task acme/t")
    assert [line.plain for line in lines([task])] == ["  ready  Task acme/t"]
