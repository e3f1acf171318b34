"""References of JSON Schemas, moved to where the schemas stand in a document."""

from typing import Any

COMPONENTS = "#/components/schemas/"
DATA = ("const", "default", "enum", "examples")  # what is under these is no schema
RESOURCE = "schema:"


def moved(schema: Any, component: str) -> Any:
    """A schema as it stands under a component's name: its own references and those to DataSchemas point there."""
    if isinstance(schema, list):
        return [moved(one, component) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _target(value, component) if key == "$ref" and isinstance(value, str) else _inner(key, value, component)
        for key, value in schema.items()
        if key != "$id"
    }


def resource_name(uri: str) -> str:
    """Under which a DataSchema stands in the components, by its URI `schema:<name>`."""
    return uri.replace(":", ".")


def _inner(key: str, value: Any, component: str) -> Any:
    return value if key in DATA else moved(value, component)


def _target(reference: str, component: str) -> str:
    uri, _, pointer = reference.partition("#")
    name = resource_name(uri) if uri.startswith(RESOURCE) else component
    return f"{COMPONENTS}{name}{pointer}"
