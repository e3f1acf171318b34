"""The older claim holds a slot, whatever order claims come in, and settling a little is settling it all."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tidegate_operator.store import Key
from tidegate_operator.translate.claims import Claim, Claims


def claim(slot: str, age: int) -> Claim:
    return Claim(slot, (f"{age:04}", Key("Endpoint", "acme", "any")))


def settled(**listed: list[tuple[str, int]]) -> dict[str, str | None]:
    claims: Claims[str] = Claims()
    for claimant, of in listed.items():
        claims.put(claimant, [claim(*one) for one in of])
    claims.settle()
    return held(claims, listed)


def held(claims: Claims[str], claimants: Any) -> dict[str, str | None]:
    return {name: found.slot if (found := claims.held(name)) else None for name in claimants}


def test_a_free_slot_is_held_by_who_claims_it() -> None:
    assert settled(a=[("x", 1)], b=[("y", 2)], c=[]) == {"a": "x", "b": "y", "c": None}


def test_the_older_holds_it() -> None:
    assert settled(young=[("x", 2)], old=[("x", 1)]) == {"young": None, "old": "x"}


def test_who_loses_falls_back_to_what_it_had() -> None:
    assert settled(young=[("x", 2), ("y", 2)], old=[("x", 1)]) == {"young": "y", "old": "x"}


def test_falling_back_can_take_from_a_younger_one() -> None:
    outcome = settled(a=[("x", 1)], b=[("x", 2), ("y", 2)], c=[("y", 3), ("z", 3)])
    assert outcome == {"a": "x", "b": "y", "c": "z"}


def test_a_second_claim_may_be_older_than_the_first() -> None:
    assert settled(a=[("x", 5), ("y", 1)], b=[("x", 2)], c=[("y", 3)]) == {"a": "y", "b": "x", "c": None}


def test_a_slot_that_gets_free_goes_to_the_next() -> None:
    claims: Claims[str] = Claims()
    claims.put("old", [claim("x", 1)])
    claims.put("young", [claim("x", 2)])
    claims.settle()
    assert claims.holder("x") == "old"
    claims.put("old", [])
    assert claims.settle() == {"old", "young"}
    assert claims.holder("x") == "young"


def test_only_what_a_change_can_reach_is_settled_anew() -> None:
    claims: Claims[str] = Claims()
    claims.put("a", [claim("x", 1)])
    claims.put("b", [claim("x", 2), claim("y", 2)])
    claims.put("c", [claim("z", 3)])
    assert claims.settle() == {"a", "b", "c"}
    claims.put("c", [claim("y", 3)])
    assert claims.settle() == {"a", "b", "c"}
    claims.put("d", [claim("w", 4)])
    assert claims.settle() == {"d"}
    claims.put("d", [claim("w", 4)])
    assert claims.settle() == set()


CLAIMANTS = "abcdef"
LISTS = st.lists(st.tuples(st.sampled_from("wxyz"), st.integers(1, 9)), max_size=4)


def aged(claimant: str, listed: list[tuple[str, int]]) -> list[Claim]:
    """No two claimants have claims of one age."""
    return [claim(slot, 10 * age + CLAIMANTS.index(claimant)) for slot, age in listed]


@given(st.lists(st.tuples(st.sampled_from(CLAIMANTS), LISTS), max_size=25), st.randoms())
def test_settling_each_change_comes_to_what_settling_once_does(changes: list[Any], random: Any) -> None:
    step_by_step: Claims[str] = Claims()
    final = dict(changes)
    for claimant, listed in changes:
        step_by_step.put(claimant, aged(claimant, listed))
        step_by_step.settle()
    at_once: Claims[str] = Claims()
    for claimant in random.sample(list(final), len(final)):
        at_once.put(claimant, aged(claimant, final[claimant]))
    at_once.settle()
    assert held(step_by_step, final) == held(at_once, final)
    assert {slot: step_by_step.holder(slot) for slot in "wxyz"} == {slot: at_once.holder(slot) for slot in "wxyz"}


@given(st.dictionaries(st.sampled_from(CLAIMANTS), LISTS))
def test_nobody_is_denied_what_a_younger_claim_holds(listed: dict[str, list[tuple[str, int]]]) -> None:
    claims: Claims[str] = Claims()
    for claimant, of in listed.items():
        claims.put(claimant, aged(claimant, of))
    claims.settle()
    for claimant, of in listed.items():
        for wanted in aged(claimant, of):
            if wanted == claims.held(claimant):
                break
            holder = claims.holder(wanted.slot)
            assert holder is not None
            got = claims.held(holder)
            assert got is not None
            assert got.age <= wanted.age
