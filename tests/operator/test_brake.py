"""The brake holds a pass that withdraws more than half and more than 20, for 60 s and until a later list agrees."""

import pytest

from tidegate_operator.brake import Brake


@pytest.mark.parametrize(
    ("served", "withdrawn", "held"),
    [
        (100, 20, False),
        (40, 21, True),
        (42, 21, False),
        (41, 21, True),
        (1000, 500, False),
        (1000, 501, True),
        (0, 0, False),
    ],
)
def test_the_bounds(served: int, withdrawn: int, held: bool) -> None:
    assert Brake().holds(served, withdrawn, now=0, listed_at=0) is held


def test_it_opens_only_for_a_list_that_began_after_the_hold() -> None:
    brake = Brake(hold_seconds=60)
    assert brake.holds(100, 90, now=10, listed_at=5)
    assert brake.holds(100, 90, now=80, listed_at=69)
    assert not brake.holds(100, 90, now=80, listed_at=70)
    assert brake.since is None


def test_it_lets_go_when_the_resources_are_back() -> None:
    brake = Brake()
    assert brake.holds(100, 90, now=10, listed_at=5)
    assert not brake.holds(100, 3, now=11, listed_at=5)
    assert brake.since is None


def test_a_second_emergency_waits_anew() -> None:
    brake = Brake(hold_seconds=60)
    assert brake.holds(100, 90, now=10, listed_at=5)
    assert not brake.holds(100, 3, now=11, listed_at=5)
    assert brake.holds(100, 90, now=100, listed_at=99)
