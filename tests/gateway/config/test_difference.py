"""What a publish has to write, without a database."""

import pytest

from tests.gateway.config.samples import endpoint_row, rows_of
from tidegate_gateway.config import difference as module
from tidegate_gateway.config.difference import Mark, batches, difference

ONE, TWO = endpoint_row("one"), endpoint_row("two")
PUBLISHED = {row.ref: Mark(row.generation, row.digest) for row in (ONE, TWO)}


def test_nothing_differs() -> None:
    assert not difference(PUBLISHED, rows_of([TWO, ONE]), delete=True)


def test_what_is_new_or_has_another_digest_or_generation_is_written() -> None:
    new, changed, later = endpoint_row("new"), endpoint_row("one", paused=True), endpoint_row("two", generation=2)
    assert difference(PUBLISHED, rows_of([new, changed, later]), delete=True).changed == (new, changed, later)


def test_what_is_gone_is_withdrawn() -> None:
    found = difference(PUBLISHED, rows_of([ONE]), delete=True)
    assert (found.changed, found.withdrawn) == ((), (TWO.ref,))


def test_without_delete_nothing_is_withdrawn() -> None:
    assert not difference(PUBLISHED, {}, delete=False)


@pytest.mark.parametrize(("rows", "sizes"), [(0, []), (1, [1]), (1000, [1000]), (2001, [1000, 1000, 1])])
def test_batches_are_bounded_in_number(rows: int, sizes: list[int]) -> None:
    assert [len(batch) for batch in batches([ONE] * rows)] == sizes


def test_batches_are_bounded_in_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH_BYTES", 2 * len(ONE.document))
    assert [len(batch) for batch in batches([ONE] * 5)] == [2, 2, 1]
    monkeypatch.setattr(module, "BATCH_BYTES", 1)
    assert [len(batch) for batch in batches([ONE] * 2)] == [1, 1]
