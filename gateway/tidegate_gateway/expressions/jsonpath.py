"""JSONPath, compiled once: RFC 9535 as far as jsonpath-ng has it, without functions and regular expressions.

Plain paths (names, indexes, `[*]`) never reach jsonpath-ng: they become a walk over keys, twenty times faster.
A parse costs as much as a whole request, so it must never happen while one is served.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any

from jsonpath_ng.jsonpath import Child, DatumInContext, Descendants, Fields, Index, JSONPath, Root, Wildcard

from tidegate_gateway.expressions import allowance
from tidegate_gateway.expressions.errors import EvaluationError
from tidegate_gateway.expressions.path_budget import bounded
from tidegate_gateway.expressions.path_syntax import parse_path

Key = str | int
Location = tuple[Key, ...]
Find = Callable[[Any], list[Any]]
Value = Callable[[Any], Any]

_MISSING: Any = object()
_EVERY: Any = object()
_COMPILED = 4096


def compile_path(text: str) -> Find:
    """The values that the path matches in a document, in order. Raises PathError; evaluation, EvaluationError."""
    return _compile(text)[0]


def compile_value(text: str) -> Value:
    """One match gives the value, several a list, none None. Raises PathError; evaluation, EvaluationError."""
    return _compile(text)[1]


def compile_locations(text: str) -> Callable[[Any], list[Location]]:
    """Where the path matches: the keys from the root to each match. Raises PathError; evaluation, EvaluationError.

    It is lax as PostgreSQL's paths are, so that whatever an index finds by a path is met by the same path here: a name
    goes into the elements of an array, and what is no array is like one of a single element.

    Plain paths and `$..name` take time in proportion to the document, and never give up.
    """
    tree = parse_path(text)
    steps = _plain_steps(tree)
    if steps is not None:
        return lambda document: _plain_locations(document, steps)
    match tree:
        case Descendants(left=Root(), right=Fields(fields=(name,))) if name != "*":
            return lambda document: list(_named_locations(document, name))
    find = bounded(tree)
    return lambda document: [(*at, *_location(match)) for at, root in _roots(document) for match in find(root)]


def compile_keys(keys: Location) -> Value:
    """The value behind property names and indexes; None where there is none."""

    def value(document: Any) -> Any:
        found = _walk(document, keys)
        return None if found is _MISSING else found

    return value


@lru_cache(maxsize=_COMPILED)
def _compile(text: str) -> tuple[Find, Value]:
    tree = parse_path(text)
    steps = _plain_steps(tree)
    if steps is None:
        find = bounded(tree)
        return _of_find(lambda document: [match.value for match in find(document)])
    if _EVERY in steps:
        return _of_find(lambda document: _walk_all(document, steps))
    return (lambda document: [] if (found := _walk(document, steps)) is _MISSING else [found]), compile_keys(steps)


def _of_find(find: Find) -> tuple[Find, Value]:
    def value(document: Any) -> Any:
        found = find(document)
        if len(found) == 1:
            return found[0]
        return found or None

    return find, value


def _plain_steps(tree: JSONPath) -> tuple[Any, ...] | None:
    """The keys of a path of names, single indexes and `[*]` only; None for any other."""
    steps: list[Any] = []
    while isinstance(tree, Child):
        match tree.right:
            case Fields(fields=(name,)):
                steps.append(name)
            case Index(indices=(index,)):
                steps.append(index)
            case Wildcard():
                steps.append(_EVERY)
            case _:
                return None
        tree = tree.left
    return tuple(reversed(steps)) if isinstance(tree, Root) else None


def _walk(value: Any, keys: Location) -> Any:
    for key in keys:
        kind = type(value)
        if kind is dict:
            value = value.get(key, _MISSING)
            if value is _MISSING:
                return _MISSING
        elif kind is list and type(key) is int and -len(value) <= key < len(value):
            value = value[key]
        else:
            return _MISSING
    return value


def _walk_all(document: Any, steps: tuple[Any, ...]) -> list[Any]:
    found = [document]
    for step in steps:
        if step is _EVERY:
            found = [child for value in found for child in _children(value)]
            _pay(len(found))
        else:
            found = [child for value in found if (child := _walk(value, (step,))) is not _MISSING]
    return found


def _pay(steps: int) -> None:
    allowance.take(steps)
    if allowance.exhausted():
        raise EvaluationError("The paths look at too much of this document: name what they look for more closely.")


def _plain_locations(document: Any, steps: tuple[Any, ...]) -> list[Location]:
    found: dict[Location, Any] = {(): document}  # several ways may lead to one place
    for left, step in enumerate(steps, 1 - len(steps)):
        found = {(*at, *keys): child for at, value in found.items() for keys, child in _lax_entries(value, step, -left)}
        _pay(len(found))
    return list(found)


def _lax_entries(value: Any, step: Any, left: int) -> Iterator[tuple[Location, Any]]:
    """What a step leads to, behind which so many are left."""
    kind = type(value)
    if kind is list and type(step) is str:
        yield from (((at, step), one[step]) for at, one in enumerate(value) if type(one) is dict and step in one)
        return
    yield from (((key,), child) for key, child in _entries(value, step))
    if kind is list and step is _EVERY and left:
        yield from (
            ((at, key), child) for at, one in enumerate(value) if type(one) is dict for key, child in one.items()
        )
    if kind is not list and (step is _EVERY or step in (0, -1)) and (left or kind is not dict):
        yield (), value  # an object's members stand for it at the end of `$.card.*`


def _roots(document: Any) -> Iterator[tuple[Location, Any]]:
    """The document, and each element of an array: it becomes a row."""
    yield (), document
    if type(document) is list:
        yield from (((index,), element) for index, element in enumerate(document))


def _entries(value: Any, step: Any) -> Iterable[tuple[Key, Any]]:
    if step is not _EVERY:
        child = _walk(value, (step,))
        return () if child is _MISSING else ((step, child),)
    if type(value) is list:
        return enumerate(value)
    return value.items() if type(value) is dict else ()


def _named_locations(document: Any, name: str) -> Iterator[Location]:
    pending: list[tuple[Location, Any]] = [((), document)]
    while pending:
        at, value = pending.pop()
        if type(value) is dict and name in value:
            yield (*at, name)
        inner = [((*at, key), child) for key, child in _entries(value, _EVERY) if type(child) in (dict, list)]
        pending.extend(reversed(inner))


def _children(value: Any) -> Any:
    if type(value) is list:
        return value
    return value.values() if type(value) is dict else ()


def _location(match: DatumInContext) -> Location:
    return tuple(reversed(list(_keys_upwards(match))))


def _keys_upwards(match: DatumInContext) -> Iterator[Key]:
    datum = match
    while datum.context is not None:
        match datum.path:
            case Fields(fields=(key,)) | Index(indices=(key,)):
                yield key
        datum = datum.context
