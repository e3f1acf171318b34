"""JSON Schemas moved into an OpenAPI document: what referred to a place refers to where that place is now.

A schema may name places by pointers, anchors and URIs of its own (`$id`). In a document there is one way: a pointer.
"""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any
from urllib.parse import quote

from tidegate_gateway.expressions.schema_places import ANCHORS, Places, target
from tidegate_gateway.expressions.schema_walk import REFERENCES, subschemas

# Names that nothing needs any more, and words that are another's in OpenAPI, where they are no mere annotations.
LEFT_OUT = ("$id", "$schema", "$vocabulary", "$recursiveAnchor", *ANCHORS, "discriminator", "xml", "externalDocs")
SAFE_IN_FRAGMENTS = "/~!$&'()*+,;=:@?"


def moved(schema: Any, uri: str, known: Places, at: Mapping[str, str]) -> Any:
    """The schema as it stands in the document, where each URI stands `at` a pointer.

    A reference that meets nothing known stays as it is.
    """
    copy = deepcopy(schema)
    for _, part, base in list(subschemas(copy)):
        targets = [_moved(part.pop(word), base or uri, known, at) for word in REFERENCES if word in part]
        for word in LEFT_OUT:
            part.pop(word, None)
        if targets:
            part["$ref"] = targets[0]
        if len(targets) > 1:
            part["allOf"] = [*part.get("allOf", ()), *({"$ref": target} for target in targets[1:])]
    return copy


def _moved(reference: Any, base: str, known: Places, at: Mapping[str, str]) -> Any:
    found = target(reference, base, known)
    return at[found.uri] + quote(found.pointer, safe=SAFE_IN_FRAGMENTS) if found else reference
