"""Where everything is that a schema may refer to: by a pointer, by an anchor, or by a URI of its own (`$id`)."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote

from tidegate_gateway.expressions.schema_walk import document_of, joined, subschemas

ANCHORS = ("$anchor", "$dynamicAnchor")


class Place(NamedTuple):
    """The URI by which a document is known here, and the JSON pointer of a part of it."""

    uri: str
    pointer: str


Places = Mapping[str, Place]


def places(schema: Any, place: Place, base: str = "") -> dict[str, Place]:
    """All that has a name in a schema that stands at `place`, by URI; the place of a whole document is its own URI."""
    found = {} if place.pointer else {place.uri: place}
    for pointer, part, joined_base in subschemas(schema, place.pointer, base):
        here, own = Place(place.uri, pointer), document_of(joined_base) or place.uri
        if "$id" in part:
            found[own] = here
        found |= {f"{own}#{part[name]}": here for name in ANCHORS if isinstance(part.get(name), str)}
    return found


def target(reference: Any, base: str, known: Places) -> Place | None:
    """What a reference means at a place with this base URI; None for what has no place in any known document."""
    uri, _, fragment = joined(base, reference).partition("#")
    own = uri or document_of(base)
    if anchored := known.get(f"{own}#{fragment}"):
        return anchored
    if own not in known or (fragment and not fragment.startswith("/")):
        return None
    whole = known[own]
    return Place(whole.uri, whole.pointer + unquote(fragment))
