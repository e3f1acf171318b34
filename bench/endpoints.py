"""Endpoints that are measured, beside the plain one."""

from typing import Any

from tidegate_gateway.config.index_ids import index_id
from tidegate_gateway.config.model import Index

NAMES = [f"property{number}" for number in range(10)]
TEXT = {"type": "string", "maxLength": 200}
SCHEMA = {
    "type": "object",
    "required": NAMES[:5],
    "properties": {name: {"type": ["string", "number", "array", "null"]} for name in NAMES}
    | {f"optional{number}": TEXT for number in range(10)},
}
SOURCES = (
    *("$.id", "event", "createdAt", "customer.id", "customer.name", "customer.email", "$.total", "$.lines[*].sku"),
    *("${method}", "${fixed:web}"),
)
INDEXES = (("customer", "$.customer.id", "Text"), ("total", "$.total", "Number"))


def everything(uid: str) -> dict[str, Any]:
    """Addresses, a schema of 20 properties, a mapping of 10 and two indexes."""
    mapping = [{"property": name, "from": source} for name, source in zip(NAMES, SOURCES, strict=True)]
    return {
        "allowed_ips": ("10.0.0.0/8", "127.0.0.1", "192.168.*.*"),
        "methods": {"POST": {"input": {"mapping": mapping, "validation": {"root": SCHEMA}}}},
        "indexes": [_index(uid, *one) for one in INDEXES],
    }


def _index(uid: str, name: str, path: str, type_: Any) -> Index:
    index = Index(name=name, method="POST", source="Input", path=path, type=type_)
    return index.model_copy(update={"id": index_id(uid, index)})
