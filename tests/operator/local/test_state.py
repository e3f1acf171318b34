import stat
from pathlib import Path

import pytest

from tidegate_operator.local.errors import PlaceError
from tidegate_operator.local.state import StateFile


def test_what_is_saved_is_loaded_and_only_ours(tmp_path: Path) -> None:
    file = StateFile(tmp_path / "state.json")
    assert file.load() == {}
    file.save({"a": 1})
    file.save({"b": [2]})
    assert file.load() == {"b": [2]}
    assert stat.S_IMODE((tmp_path / "state.json").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["state.json"]


def test_a_half_written_copy_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "state.json.new").write_text("{")
    StateFile(tmp_path / "state.json").save({"a": 1})
    assert StateFile(tmp_path / "state.json").load() == {"a": 1}


@pytest.mark.parametrize(("text", "message"), [("{", "cannot be read: mend"), ("[]", "is no JSON object: mend")])
def test_a_damaged_file_gives_a_sentence(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "state.json").write_text(text)
    with pytest.raises(PlaceError, match=f"state.json {message} or delete it"):
        StateFile(tmp_path / "state.json").load()


def test_a_folder_that_is_gone_gives_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(PlaceError, match=r"state\.json cannot be written: No such file or directory\."):
        StateFile(tmp_path / "gone" / "state.json").save({})
