"""What `tidegate up` prints of an unexpected error: its stack, and no value of a variable."""

import pytest
import structlog

from tidegate_operator.commands.up import _set_up_logging


def test_a_stack_shows_no_values(capsys: pytest.CaptureFixture[str]) -> None:
    _set_up_logging(verbose=False)
    try:
        _fail_with("terces"[::-1] * 2)
    except ValueError:
        structlog.get_logger("tidegate.request").exception("request failed")
    finally:
        structlog.reset_defaults()
    printed = capsys.readouterr().err
    assert "ValueError: no good" in printed
    assert "secretsecret" not in printed


def _fail_with(token: str) -> None:
    raise ValueError("no good" if token else "")
