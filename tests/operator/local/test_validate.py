from collections.abc import Sequence
from pathlib import Path

import pytest

from tidegate_operator.local.manifests.folders import Folders
from tidegate_operator.local.validate import Told, validate

EXAMPLES = Path(__file__).parents[3] / "examples"
HEAD = "apiVersion: tidegate.dev/v1alpha1\nkind: Endpoint\nmetadata: {name: orders}\n"


async def no_path(path: str) -> str | None:
    pytest.fail(f"nothing was to be asked about {path}")


async def told(folder: Path, *documents: str) -> Sequence[Told]:
    (folder / "a.yaml").write_text("---\n".join(documents))
    return await validate(Folders([folder]).read(), no_path)


def lines(found: Sequence[Told]) -> list[tuple[str, str, int, int, str | None]]:
    return [(str(one.resource), one.reason, one.place.line, one.place.column, one.path) for one in found]


async def test_there_is_nothing_to_say_of_what_is_right(tmp_path: Path) -> None:
    assert await told(tmp_path, f"{HEAD}spec: {{group: sales, methods: {{post: {{}}}}}}\n") == []


async def test_each_finding_has_resource_reason_and_place(tmp_path: Path) -> None:
    found = await told(
        tmp_path,
        f"{HEAD}spec:\n  group: sales\n  security:\n    allowedIPs: [nowhere]\n  methods:\n    post:\n"
        "      input:\n        mapping:\n        - property: id\n          from: ${nope}\n"
        "      task: {ref: {name: missing}}\n",
    )
    assert sorted(lines(found)) == sorted(
        [
            ("Endpoint default/orders", "InvalidAddress", 7, 18, "spec.security.allowedIPs[0]"),
            ("Endpoint default/orders", "InvalidMapping", 13, 11, "spec.methods.post.input.mapping[0].from"),
            ("Endpoint default/orders", "RefNotFound", 14, 14, "spec.methods.post.task.ref"),
        ]
    )
    assert all(one.refuses for one in found)


async def test_a_secret_in_the_folder_resolves_and_one_that_is_not_does_not(tmp_path: Path) -> None:
    spec = "spec: {group: sales, methods: {post: {}}, security: {tokens: [{name: erp, secretRef: {name: erp}}]}}\n"
    secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: erp}\nstringData: {token: value-of-it}\n"
    (missing,) = await told(tmp_path, HEAD + spec)
    assert (missing.reason, missing.path) == ("RefNotFound", "spec.security.tokens[0].secretRef")
    assert await told(tmp_path, HEAD + spec, secret) == []


async def test_what_stands_in_no_resource_is_told_of_too(tmp_path: Path) -> None:
    (problem,) = await told(tmp_path, "a: 1\na: 2\n")
    assert (problem.resource, problem.refuses, problem.place.line) == (None, True, 2)


async def test_the_paths_of_indexes_are_asked_about(tmp_path: Path) -> None:
    asked = []

    async def judge(path: str) -> str | None:
        asked.append(path)
        return "it is wrong."

    index = "{name: customer, method: POST, source: Input, path: $.a}"
    (tmp_path / "a.yaml").write_text(
        f"{HEAD}spec:\n  group: sales\n  methods: {{post: {{}}}}\n  data:\n    indexes:\n    - {index}\n"
    )
    found = await validate(Folders([tmp_path]).read(), judge)
    assert asked == ["$.a"]
    assert {one.reason: one.refuses for one in found} == {"InvalidIndexPath": True}


@pytest.mark.parametrize("name", ["endpoints", "quickstart"])
async def test_there_is_nothing_to_say_of_the_examples(name: str) -> None:
    async def fine(path: str) -> str | None:
        return None

    reading = Folders([EXAMPLES / name]).read()
    assert reading.problems == ()
    assert await validate(reading, fine) == []


async def test_of_two_at_one_address_the_first_by_name_holds(tmp_path: Path) -> None:
    other = HEAD.replace("orders", "zorders")
    spec = "spec: {group: sales, slug: same, methods: {post: {}}}\n"
    (conflict,) = await told(tmp_path, other + spec, HEAD + spec)
    assert (str(conflict.resource), conflict.reason) == ("Endpoint default/zorders", "AddressConflict")
