"""Every kind of resource in many shapes, sound and broken, that refer to each other: for the property tests."""

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tests.operator.translate.worlds import secret
from tidegate_operator.store import Key, Secret

NAMESPACES = ("acme", "beta")
REFERENCE = {"a": "b", "b": "a"}  # who is referred to by whom: `a` by `b` and the other way round


def _endpoint(name: str) -> list[Any]:
    other = REFERENCE[name]
    token = {"name": "erp", "secretRef": {"name": "s"}}
    return [
        {"group": "g", "methods": {"post": {}}},
        {"group": "g", "slug": "x", "security": {"authentication": "None"}, "methods": {"get": {}}},
        {"group": "g", "slug": other, "security": {"tokens": [token]}, "methods": {"post": {}}},
        {"group": "g", "methods": {"post": {"task": {"ref": {"name": other}}, "output": {"step": "s1"}}}},
        {"group": "g", "methods": {"post": {"input": {"schemaRef": {"name": other}}}}},
        {"group": "g", "slug": "x", "methods": {"post": {"input": {"schema": {"$ref": f"schema:{name}"}}}}},
        {"group": "g", "data": {"indexes": [{"name": "i", "path": "$.a"}]}, "methods": {"post": {}}},
        {
            "group": "g",
            "slug": "x",
            "data": {"retentionDays": 1, "indexes": [{"name": "i", "path": "$.bad"}]},
            "methods": {"post": {}},
        },
        {"group": "g", "slug": "x", "methods": {"post": {"input": {"mapping": [{"property": "p", "from": "$["}]}}}},
        {"group": "Not A Slug", "methods": {"post": {}}},
        {"methods": {}},
        "no spec at all",
    ]


def _task(name: str) -> list[Any]:
    other = REFERENCE[name]
    step = {"name": "s1", "map": [{"property": "p", "from": "row.a"}]}
    return [
        {"steps": [step]},
        {"priority": 7, "enabled": False, "steps": [step]},
        {"steps": [{"name": "other", "delay": {"seconds": 1}}]},
        {"steps": [{"name": "s1", "http": {"integrationRef": {"name": other}}}]},
        {"steps": [{"name": "s1", "task": {"ref": {"name": other}}}]},
        {"steps": [{"name": "s1", "sql": {"secretRef": {"name": "s", "key": "dsn"}, "statement": "select 1"}}]},
        {"steps": [step | {"output": {"schemaRef": {"name": other}}}]},
        {"steps": [step | {"agentRef": {"name": other}}]},
        {"schedule": "never", "steps": [{"name": "s1", "transform": {"expression": "rows."}}]},
        {"steps": []},
    ]


def _integration(name: str) -> list[Any]:
    base = {"type": "custom", "apiBaseUri": "https://api.example.com", "mode": "Shared"}
    bearer = {"authType": "Bearer", "bearer": {"secretRef": {"name": "s"}}}
    return [
        base,
        base | bearer | {"slug": "x"},
        base | {"mode": "PerUser", "slug": "x"},
        base | {"encryptedRef": {"name": "s"}, "headers": {"X-T": "${tenant.region}"}},
        base | {"network": {"mode": "OnPremise", "agentRef": {"name": name}}},
        base | {"ping": {"relativeUri": "{{#if"}},
        {"type": "custom"},
    ]


def _company(name: str) -> list[Any]:
    return [
        {},
        {"slug": "one", "retentionDays": 3, "defaultPriority": 9},
        {"slug": "beta"},
        {"slug": name},
        {"slug": "No Slug"},
    ]


def _schema(name: str) -> list[Any]:
    other = {"$ref": f"schema:{REFERENCE[name]}"}
    return [
        {"schema": {"type": "object"}},
        {"schema": {"type": "object"}, "displayName": "Other words"},
        {"schema": {"type": "object", "properties": {"o": other}}},
        {"schema": {"type": "objekt"}},
        {"schema": {"properties": {"o": {"$ref": f"schema:{REFERENCE[name]}#/$defs/gone"}}}},
        {"schema": {"$ref": "#/$defs/gone"}},
        {"schema": {"$ref": "https://elsewhere.example.com/s"}},
    ]


def _agent(name: str) -> list[Any]:
    return [{"secretRef": {"name": "s"}}, {"secretRef": {"name": name}, "allowedHosts": ["10.0.0.1/8:443"]}]


SHAPES = {
    "Endpoint": _endpoint,
    "Task": _task,
    "Integration": _integration,
    "Company": _company,
    "DataSchema": _schema,
    "Agent": _agent,
}
KINDS = ("Endpoint", "Endpoint", "Endpoint", "Task", "Integration", "Company", "DataSchema", "Agent")
SECRETS: list[dict[str, str] | None] = [
    None,
    {},
    {"token": "one"},
    {"token": "two", "token.next": "one", "dsn": "postgresql://db"},
]


@dataclass(frozen=True)
class Shape:
    """A resource to be: a new one, or a new generation of the one that is there. No spec: it is deleted."""

    at: Key
    spec: Any
    age: int


@st.composite
def shapes(draw: st.DrawFn) -> Shape:
    kind, name = draw(st.sampled_from(KINDS)), draw(st.sampled_from("ab"))
    at = Key(kind, draw(st.sampled_from(NAMESPACES)), name)
    spec = draw(st.sampled_from([*SHAPES[kind](name), None]))
    return Shape(at, spec, draw(st.integers(0, 9)))


@st.composite
def secrets(draw: st.DrawFn) -> tuple[Key, Secret | None]:
    namespace = draw(st.sampled_from(NAMESPACES))
    if draw(st.booleans()):
        data = draw(st.sampled_from(SECRETS))
        return Key("Secret", namespace, "s"), None if data is None else secret("s", data, namespace=namespace)
    name = f"{draw(st.sampled_from('ab'))}-tokens"
    data = draw(st.sampled_from([None, {"POST": "p"}, {"POST": "p", "GET": "g"}]))
    return Key("Secret", namespace, name), None if data is None else secret(name, data, namespace=namespace)


Change = Shape | tuple[Key, Secret | None]
batches = st.lists(st.lists(st.one_of(shapes(), shapes(), secrets()), min_size=1, max_size=4), min_size=1, max_size=12)
