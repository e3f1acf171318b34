"""A bound on all evaluations together holds in its block alone."""

import pytest

from tidegate_gateway.expressions import allowance
from tidegate_gateway.expressions.errors import EvaluationError
from tidegate_gateway.expressions.jsonpath import compile_path

DOCUMENT = {"a": [{"b": number} for number in range(100)]}


def test_nothing_is_bounded_by_itself() -> None:
    allowance.take(10**9)
    assert allowance.most(7) == 7
    assert not allowance.exhausted()


def test_what_is_taken_is_missing_until_the_block_ends() -> None:
    with allowance.allowed(10):
        allowance.take(4)
        assert (allowance.most(100), allowance.most(3), allowance.exhausted()) == (6, 3, False)
        allowance.take(6)
        assert allowance.exhausted()
    assert not allowance.exhausted()


def test_a_block_within_another_is_bounded_by_both() -> None:
    with allowance.allowed(10):
        with allowance.allowed(6):
            allowance.take(4)
            assert allowance.most(100) == 2
        assert allowance.most(100) == 6
        with allowance.allowed(100):
            assert allowance.most(100) == 6
    assert allowance.most(100) == 100


def test_paths_pay_for_what_they_look_at_also_when_they_give_up() -> None:
    find = compile_path("$..*..b")
    with allowance.allowed(1_000_000):
        assert len(find(DOCUMENT)) == 200
        assert 200 <= 1_000_000 - allowance.most(1_000_000) < 10_000
    with allowance.allowed(150):
        with pytest.raises(EvaluationError):
            find(DOCUMENT)
        assert allowance.exhausted()
        with pytest.raises(EvaluationError):
            compile_path("$..b")(DOCUMENT)
    assert len(find(DOCUMENT)) == 200
