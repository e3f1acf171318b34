"""Who has read what, both ways, so that a change is carried to its readers and to nobody else."""

from collections.abc import Collection, Set
from enum import Enum
from typing import NamedTuple

from tidegate_operator.store import Key


class Stage(Enum):
    """What is computed of a resource: what it is as written, then its draft, then what is served of it."""

    INPUT = 1
    BUILD = 2
    FINISH = 3


class Reader(NamedTuple):
    """One computation."""

    stage: Stage
    key: Key


class Readings:
    """The readings of every computation, as of its last run."""

    def __init__(self) -> None:
        self._read: dict[Reader, frozenset[Key]] = {}
        self._readers: dict[Key, set[Reader]] = {}
        self._inputs: dict[str, dict[Key, None]] = {"Secret": {}, "JsonPath": {}}

    @property
    def secrets(self) -> Set[Key]:
        """Every Secret that is read; a live view."""
        return self._inputs["Secret"].keys()

    @property
    def paths(self) -> Set[Key]:
        """Every path of an index that is read; a live view."""
        return self._inputs["JsonPath"].keys()

    def readers(self, key: Key) -> Collection[Reader]:
        """Who has read this."""
        return self._readers.get(key, ())

    def record(self, reader: Reader, keys: frozenset[Key]) -> None:
        """Replace what a computation has read; nothing forgets it."""
        before = self._read.get(reader, frozenset())
        for key in before - keys:
            self._forget(reader, key)
        for key in keys - before:
            self._readers.setdefault(key, set()).add(reader)
            if key.kind in self._inputs:
                self._inputs[key.kind][key] = None
        if keys:
            self._read[reader] = keys
        else:
            self._read.pop(reader, None)

    def _forget(self, reader: Reader, key: Key) -> None:
        readers = self._readers[key]
        readers.discard(reader)
        if not readers:
            del self._readers[key]
            if key.kind in self._inputs:
                del self._inputs[key.kind][key]
