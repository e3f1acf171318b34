"""JSON Schemas moved into an OpenAPI document: what referred to a place refers to where that place is now.

A schema may name places by pointers, anchors and URIs of its own (`$id`). In a document there is one way: a pointer.
"""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any
from urllib.parse import quote

from tidegate_gateway.expressions.schema_walk import document_of, joined, subschemas

REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
ANCHORS = ("$anchor", "$dynamicAnchor")
# Names that nothing needs any more, and words that are another's in OpenAPI, where they are no mere annotations.
LEFT_OUT = ("$id", "$schema", "$vocabulary", "$recursiveAnchor", *ANCHORS, "discriminator", "xml", "externalDocs")
SAFE_IN_FRAGMENTS = "/~!$&'()*+,;=:@?"
Places = Mapping[str, str]


def places(schema: Any, uri: str, at: str) -> dict[str, str]:
    """Where all that can be referred to in a schema is, by URI. The whole has `uri`, and stands `at` a pointer."""
    found = {uri: at}
    for pointer, part, base in subschemas(schema):
        place = at + quote(pointer, safe=SAFE_IN_FRAGMENTS)
        own = document_of(base) or uri
        if "$id" in part:
            found[own] = place
        found |= {f"{own}#{part[name]}": place for name in ANCHORS if isinstance(part.get(name), str)}
    return found


def moved(schema: Any, uri: str, known: Places) -> Any:
    """The schema as it stands in the document. A reference that meets nothing known stays as it is."""
    copy = deepcopy(schema)
    for _, part, base in list(subschemas(copy)):
        targets = [_target(part.pop(word), base or uri, known) for word in REFERENCES if word in part]
        for word in LEFT_OUT:
            part.pop(word, None)
        if targets:
            part["$ref"] = targets[0]
        if len(targets) > 1:
            part["allOf"] = [*part.get("allOf", ()), *({"$ref": target} for target in targets[1:])]
    return copy


def _target(reference: Any, base: str, known: Places) -> Any:
    uri, _, fragment = joined(base, reference).partition("#")
    own = uri or document_of(base)
    if anchored := known.get(f"{own}#{fragment}"):
        return anchored
    return known[own] + fragment if own in known else reference
