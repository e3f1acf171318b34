import os
from pathlib import Path

import pytest

from tidegate_operator.local.errors import InUseError, PlaceError
from tidegate_operator.local.lock import FolderLock


def test_the_second_is_told_who_has_the_folder(tmp_path: Path) -> None:
    first, second = FolderLock(tmp_path), FolderLock(tmp_path)
    first.take()
    with pytest.raises(InUseError) as refused:
        second.take()
    first.release()
    assert str(refused.value) == (
        f"{tmp_path} is in use by process {os.getpid()}: stop it, or give this one another folder with --data."
    )


def test_a_lock_is_free_again_once_released(tmp_path: Path) -> None:
    first, second = FolderLock(tmp_path), FolderLock(tmp_path)
    first.take()
    first.release()
    first.release()
    second.take()
    second.release()


def test_a_holder_without_an_id_is_another_process(tmp_path: Path) -> None:
    assert "in use by another process" in str(InUseError(tmp_path, ""))


def test_a_folder_that_is_not_there_gives_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(PlaceError, match=r"cannot be used: .* Use another --data"):
        FolderLock(tmp_path / "missing").take()
