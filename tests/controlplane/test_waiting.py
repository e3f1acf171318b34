import pytest

from tests.controlplane.errors import DeadlineError
from tests.controlplane.waiting import until


def test_the_first_truthy_value_is_returned() -> None:
    answers = iter([None, "", "there"])
    assert until(lambda: next(answers), "an answer", every=0) == "there"


def test_a_passed_deadline_names_what_was_waited_for() -> None:
    with pytest.raises(DeadlineError, match=r"^the moon rising did not happen within 0\.01 s$"):
        until(lambda: False, "the moon rising", seconds=0.01, every=0)
