"""DataSchema: a JSON Schema under a name, to be referred to."""

from tidegate_crds.common import Json, Text
from tidegate_crds.model import Model


class DataSchemaSpec(Model):
    """A JSON Schema that endpoints and tasks refer to by name."""

    display_name: Text | None = None
    """Name for people. Default: the resource's name."""
    schema_: Json
    """JSON Schema 2020-12. `$ref` to `schema:<name>` reaches another DataSchema of the namespace."""
