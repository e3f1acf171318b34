"""What a compiled CEL program reads and how much it may repeat, told from its syntax tree.

The runtime bounds iterations (10,000) and nothing else: it keeps every text and list that `+` makes until the end, so
that `[x].map(y, y + y)` in a chain doubles memory each time. The tree is the protobuf message `cel.expr.CheckedExpr`,
read here by its field numbers: https://github.com/google/cel-spec/tree/master/proto/cel/expr.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

Message = Mapping[int, list[bytes | int]]

_LISTED, _SIXTY_FOUR_BITS, _THIRTY_TWO_BITS = 2, 1, 5
_MOST = 10**12
_ACCUMULATED = 0
"""The growth of what a comprehension has made so far, while the part that it adds is looked at."""
_OF_LISTS = b"add_list"
_JOINING = {b"add_bytes", b"add_string", _OF_LISTS}


@dataclass(frozen=True)
class Cost:
    """How much an evaluation may repeat of the longest value that it is given.

    `growth`: how often it may stand in one value that is made on the way. `loops`: how deep comprehensions nest.
    `range_growth`: `growth` of what they run over. `literal`: the longest list in the text. `joins_lists`: whether `+`
    may join lists, and not texts alone.
    """

    growth: int
    loops: int
    range_growth: int
    literal: int
    joins_lists: bool


def examine(serialized: bytes) -> tuple[frozenset[str], Cost]:
    """The free names of a program, types and functions among them, and its cost."""
    checked = _message(_bytes(_message(serialized), 2))
    walk = _Walk({_number(entry, 1): _overloads(entry) for entry in map(_message, _all(checked, 2))})
    walk.growth(_bytes(checked, 4), {}, 0)
    return frozenset(walk.names), Cost(walk.peak, walk.loops, walk.range_growth, walk.literal, walk.joins_lists)


class _Walk:
    def __init__(self, overloads: Mapping[int, set[bytes]]) -> None:
        self._overloads = overloads
        self.names: set[str] = set()
        self.peak = 1
        self.loops = 0
        self.range_growth = 1
        self.literal = 0
        self.joins_lists = False

    def growth(self, tree: bytes, scope: Mapping[str, int], depth: int) -> int:
        """How often a value of the input may stand in the value of this node; `scope` has that of local names."""
        found = min(_MOST, self._node(_message(tree), scope, depth))
        self.peak = max(self.peak, found)
        return found

    def _node(self, node: Message, scope: Mapping[str, int], depth: int) -> int:
        if 4 in node:
            return self._name(_bytes(_message(_bytes(node, 4)), 1).decode(), scope)
        if 5 in node:
            return self.growth(_bytes(_message(_bytes(node, 5)), 1), scope, depth)
        if 6 in node:
            return self._call(_message(_bytes(node, 6)), self._overloads.get(_number(node, 2), set()), scope, depth)
        if 9 in node:
            return self._comprehension(_message(_bytes(node, 9)), scope, depth)
        parts = [*_all(_message(_bytes(node, 7)), 1), *_entries(_message(_bytes(node, 8)))]
        self.literal = max(self.literal, len(parts))
        return self._most(parts, scope, depth)

    def _name(self, name: str, scope: Mapping[str, int]) -> int:
        if name in scope:
            return scope[name]
        self.names.add(name)
        return 1

    def _call(self, call: Message, overloads: set[bytes], scope: Mapping[str, int], depth: int) -> int:
        parts = [self.growth(part, scope, depth) for part in (*_all(call, 1), *_all(call, 3))]
        if not overloads & _JOINING:
            return max(parts, default=1)
        self.joins_lists |= _OF_LISTS in overloads and _ACCUMULATED not in parts
        return sum(parts)

    def _most(self, parts: list[bytes], scope: Mapping[str, int], depth: int) -> int:
        return max((self.growth(part, scope, depth) for part in parts), default=1)

    def _comprehension(self, node: Message, scope: Mapping[str, int], depth: int) -> int:
        over = self.growth(_bytes(node, 2), scope, depth)
        self.range_growth = max(self.range_growth, over)
        self.loops = max(self.loops, depth + 1)
        accumulator = _bytes(node, 3).decode()
        local = {**scope, **{_bytes(node, number).decode(): over for number in (1, 8) if number in node}}
        start = self.growth(_bytes(node, 4), scope, depth)
        step = self.growth(_bytes(node, 6), {**local, accumulator: _ACCUMULATED}, depth + 1)
        self.growth(_bytes(node, 5), {**local, accumulator: _ACCUMULATED}, depth + 1)
        return self.growth(_bytes(node, 7), {**scope, accumulator: max(start, step)}, depth)


def _overloads(entry: Message) -> set[bytes]:
    """Which functions a call may come to, of an entry of the reference map."""
    return set(_all(_message(_bytes(entry, 2)), 3))


def _entries(node: Message) -> Iterator[bytes]:
    """The keys and values of a map literal."""
    for entry in map(_message, _all(node, 2)):
        yield from (*_all(entry, 3), *_all(entry, 4))


def _message(data: bytes) -> dict[int, list[bytes | int]]:
    """A protobuf message by field number."""
    fields: dict[int, list[bytes | int]] = {}
    position = 0
    while position < len(data):
        key, position = _varint(data, position)
        number, wire_type = key >> 3, key & 7
        value: bytes | int
        if wire_type == _LISTED:
            length, position = _varint(data, position)
            value = data[position : position + length]
            position += length
        elif wire_type in (_SIXTY_FOUR_BITS, _THIRTY_TWO_BITS):
            value = 0
            position += 8 if wire_type == _SIXTY_FOUR_BITS else 4
        else:
            value, position = _varint(data, position)
        fields.setdefault(number, []).append(value)
    return fields


def _varint(data: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[position]
        value |= (byte & 127) << shift
        position, shift = position + 1, shift + 7
        if byte < 128:
            return value, position


def _all(message: Message, number: int) -> list[bytes]:
    return [value for value in message.get(number, ()) if isinstance(value, bytes)]


def _bytes(message: Message, number: int) -> bytes:
    return next(iter(_all(message, number)), b"")


def _number(message: Message, number: int) -> int:
    value = message.get(number, [0])[0]
    return value if isinstance(value, int) else 0
