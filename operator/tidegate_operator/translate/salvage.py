"""What is left of a spec without its mistakes, so that one mistake does not hide another further on.

It serves the finding of mistakes alone: nothing that was salvaged is ever served.
"""

import copy
from collections.abc import Iterable
from typing import Any

from tidegate_crds.errors import FieldError
from tidegate_crds.model import Model
from tidegate_crds.parse import parse_spec
from tidegate_crds.paths import Part, split
from tidegate_operator.translate.places import At, Cuts

ROUNDS = 8  # what was cut may have been required: then what requires it goes as well


def salvage(kind: str, spec: object, errors: Iterable[FieldError]) -> tuple[Model | None, Cuts]:
    """The model of what remains without the mistakes, if anything does, and what was cut."""
    manifest, cuts = {"spec": copy.deepcopy(spec)}, Cuts()
    model: Model | None = None
    for _ in range(ROUNDS):
        places = {_existing(manifest, split(error.path)) for error in errors}
        if model or ("spec",) in places:
            break
        _cut(manifest, places, cuts)
        model, errors = parse_spec(kind, manifest["spec"])
    return model, cuts


def _cut(manifest: Any, places: set[At], cuts: Cuts) -> None:
    outermost = {place for place in places if not any(place[:length] in places for length in range(1, len(place)))}
    for place in [cuts.in_manifest(place) for place in outermost]:
        cuts.add(place)
    for place in sorted(outermost, key=_order, reverse=True):
        del find(manifest, place[:-1])[place[-1]]


def find(manifest: Any, place: At) -> Any:
    """What is at this place; None if nothing is."""
    for part in place:
        if not _has(manifest, part):
            return None
        manifest = manifest[part]
    return manifest


def _existing(manifest: Any, place: At) -> At:
    """The place, or what it would be in: what is missing can't be cut."""
    while not _has(find(manifest, place[:-1]), place[-1]):
        place = place[:-1]
    return place


def _has(container: Any, part: Part) -> bool:
    if isinstance(part, int):
        return isinstance(container, list) and part < len(container)
    return isinstance(container, dict) and part in container


def _order(place: At) -> list[str]:
    """Later items of a list sort behind earlier ones."""
    return [f"{part:09}" if isinstance(part, int) else part for part in place]
