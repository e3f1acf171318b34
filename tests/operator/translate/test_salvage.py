"""One mistake does not hide another: what remains without the first is looked through, with the places as written."""

from typing import Any

from tests.operator.translate.worlds import endpoint, key, resource, said, translated
from tidegate_crds.parse import parse_spec
from tidegate_crds.paths import split
from tidegate_operator.translate.places import Cuts
from tidegate_operator.translate.salvage import salvage

ORDERS = key("Endpoint", "orders")
GOOD = {"property": "id", "from": "id"}


def salvaged(kind: str, spec: Any) -> tuple[Any, Cuts]:
    model, errors = parse_spec(kind, spec)
    assert model is None
    return salvage(kind, spec, errors)


def test_a_place_after_what_was_cut_is_named_as_it_is_written() -> None:
    cuts = Cuts()
    cuts.add(("spec", "steps", 1))
    cuts.add(("spec", "steps", 3))
    cuts.add(("spec", "steps", 4, "map", 0))
    cuts.add(("spec", "extra"))
    places = [cuts.in_manifest(("spec", "steps", index, "name")) for index in range(4)]
    assert [place[2] for place in places] == [0, 2, 4, 5]
    assert cuts.in_manifest(("spec", "steps", 2, "map", 0)) == ("spec", "steps", 4, "map", 1)
    assert cuts.in_manifest(("spec", "methods", "post")) == ("spec", "methods", "post")


def test_an_unknown_field_is_cut() -> None:
    model, _ = salvaged("Company", {"slug": "acme", "colour": "red"})
    assert model.slug == "acme"


def test_an_item_that_lacks_something_is_cut_whole() -> None:
    mapping = [{"property": "a"}, GOOD, {"from": "b"}, GOOD]
    model, cuts = salvaged("Endpoint", {"group": "g", "methods": {"post": {"input": {"mapping": mapping}}}})
    assert len(model.methods.post.input.mapping) == 2
    at = ("spec", "methods", "post", "input", "mapping")
    assert [cuts.in_manifest((*at, index))[-1] for index in range(2)] == [1, 3]


def test_what_was_required_takes_along_what_it_was_required_in() -> None:
    spec = {"group": "g", "security": {"tokens": [{"name": "erp", "secretRef": {"name": 5}}]}, "methods": {"post": {}}}
    model, _ = salvaged("Endpoint", spec)
    assert model.security.tokens == ()


def test_a_spec_of_which_nothing_remains_is_none() -> None:
    assert salvaged("Endpoint", {"methods": {"post": {}}})[0] is None
    assert salvaged("Endpoint", "text")[0] is None
    assert salvaged("Endpoint", None)[0] is None
    assert salvaged("DataSchema", {"schema": 7})[0] is None


def test_the_manifest_is_left_as_it_is() -> None:
    spec = {"group": "g", "colour": "red", "methods": {"post": {}}}
    salvaged("Endpoint", spec)
    assert spec == {"group": "g", "colour": "red", "methods": {"post": {}}}


def test_mistakes_of_every_kind_are_told_at_once() -> None:
    spec: dict[str, Any] = {
        "colour": "red",
        "slug": "Not A Slug",
        "security": {
            "allowedIPs": ["10.0.0.1/8", "10.0.0.0/8"],
            "tokens": [{"name": "erp", "secretRef": {"name": "no"}}],
        },
        "data": {"outputType": "input", "redact": ["$["], "indexes": [{"name": "a", "path": "$.bad"}]},
        "methods": {
            "post": {
                "input": {
                    "schemaRef": {"name": "gone"},
                    "mapping": [{"property": "a"}, {"property": "b", "from": "${nothing}"}],
                },
                "output": {"schema": {"type": "objekt"}},
                "task": {"ref": {"name": "gone"}},
            }
        },
    }
    verdict = translated(endpoint(spec=spec)).verdicts[ORDERS]
    assert set(said(verdict)) == {
        ("Accepted", "InvalidField", "spec.colour"),
        ("Accepted", "InvalidSlug", "spec.slug"),
        ("Accepted", "InvalidAddress", "spec.security.allowedIPs[0]"),
        ("Accepted", "InvalidField", "spec.data.outputType"),
        ("Accepted", "InvalidField", "spec.methods.post.input.mapping[0].from"),
        ("Accepted", "InvalidMapping", "spec.methods.post.input.mapping[1].from"),
        ("Accepted", "InvalidMapping", "spec.data.redact[0]"),
        ("Accepted", "InvalidIndexPath", "spec.data.indexes[0].path"),
        ("Accepted", "InvalidSchema", "spec.methods.post.output.schema"),
        ("ResolvedRefs", "RefNotFound", "spec.methods.post.input.schemaRef"),
        ("ResolvedRefs", "RefNotFound", "spec.methods.post.task.ref"),
        ("ResolvedRefs", "RefNotFound", "spec.security.tokens[0].secretRef"),
    }


def test_a_resource_of_which_nothing_can_be_read_says_so() -> None:
    specs: list[Any] = ["text", None, 7, []]
    for spec in specs:
        verdict = translated(resource("Endpoint", "orders", spec)).verdicts[ORDERS]
        assert [finding.path for finding in verdict.findings] == ["spec"]


def test_a_place_that_is_missing_stands_in_what_is_there() -> None:
    assert split("spec.methods.post") == ("spec", "methods", "post")
    verdict = translated(resource("Endpoint", "orders", {"group": "sales"})).verdicts[ORDERS]
    assert said(verdict) == [("Accepted", "InvalidField", "spec.methods")]


def test_a_wrong_type_is_no_wrong_form() -> None:
    """A slug that is spelled wrongly and one that is no text at all are mended differently."""
    spec = {"slug": "A B", "group": 5, "security": {"allowedIPs": [7, "nowhere"]}, "methods": {"post": {}}}
    assert set(said(translated(endpoint(spec=spec)).verdicts[ORDERS])) == {
        ("Accepted", "InvalidSlug", "spec.slug"),
        ("Accepted", "InvalidField", "spec.group"),
        ("Accepted", "InvalidField", "spec.security.allowedIPs[0]"),
        ("Accepted", "InvalidAddress", "spec.security.allowedIPs[1]"),
    }


def test_a_name_that_stands_for_a_slug_has_its_form() -> None:
    verdict = translated(endpoint("or.ders")).verdicts[key("Endpoint", "or.ders")]
    assert said(verdict) == [("Accepted", "InvalidSlug", "metadata.name")]
