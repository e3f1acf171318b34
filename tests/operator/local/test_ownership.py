import os
from pathlib import Path

import pytest

from tidegate_operator.local.errors import PlaceError
from tidegate_operator.local.lock import FolderLock
from tidegate_operator.local.ownership import open_own, refuse_foreign
from tidegate_operator.local.postgres.data_folder import NOTE, Place, find_place, make_data_folder
from tidegate_operator.local.postgres.postmaster import PidFile
from tidegate_operator.local.postgres.process import spawn

SOMEONE = 65_000


def as_foreign(path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A path that belongs to another user than root, who asks; an ordinary user only passes for root."""
    if os.geteuid() == 0:
        os.lchown(path, SOMEONE, SOMEONE)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: 0)
    return path


def linked(path: Path, target: Path) -> Path:
    """A file that is not to be touched; a link leads to it."""
    target.write_text("precious")
    path.symlink_to(target)
    return target


def test_own_files_are_opened_and_new_ones_are_closed_to_others(tmp_path: Path) -> None:
    path = tmp_path / "file"
    os.close(open_own(path, os.O_RDWR | os.O_CREAT))
    assert path.stat().st_mode & 0o777 == 0o600
    os.close(open_own(path, os.O_RDONLY, owner=os.geteuid()))
    with pytest.raises(FileNotFoundError):
        open_own(tmp_path / "missing", os.O_RDONLY)


def test_links_and_what_is_no_file_are_refused(tmp_path: Path) -> None:
    linked(tmp_path / "link", tmp_path / "target")
    with pytest.raises(PlaceError, match=r"link is a link: remove it, or use another --data\."):
        open_own(tmp_path / "link", os.O_RDONLY)
    os.mkfifo(tmp_path / "pipe")
    os.link(tmp_path / "target", tmp_path / "second")
    for name in ("pipe", "second"):
        with pytest.raises(PlaceError, match=rf"{name} belongs to another user, or is no file: remove it, or use"):
            open_own(tmp_path / name, os.O_RDONLY)


def test_a_file_of_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.touch()
    as_foreign(path, monkeypatch)
    owner = path.stat().st_uid
    os.close(open_own(path, os.O_RDONLY, owner))
    with pytest.raises(PlaceError, match="file belongs to another user"):
        open_own(path, os.O_RDONLY)


def test_root_does_not_work_in_the_folder_of_another_user(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_foreign(data)
    folder = data / "foreign"
    folder.mkdir()
    as_foreign(folder, monkeypatch)
    for work in (refuse_foreign, make_data_folder, find_place):
        with pytest.raises(PlaceError, match=r"foreign belongs to another user, who .*: run this as that user, or use"):
            work(folder)


def test_root_does_not_follow_the_note_or_the_link_of_another_user(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (data / NOTE).write_text(f"{tmp_path}\n")
    as_foreign(tmp_path, monkeypatch)
    with pytest.raises(PlaceError, match="belongs to another user"):
        find_place(data)
    (data / "link").symlink_to("/")
    as_foreign(data / "link", monkeypatch)
    with pytest.raises(PlaceError, match="link belongs to another user"):
        refuse_foreign(data / "link")


def test_a_lock_a_log_and_a_pid_file_that_are_links_are_not_followed(tmp_path: Path) -> None:
    targets = [
        linked(tmp_path / name, tmp_path / f"{name}.target") for name in ("up.lock", "postgresql.log", "postmaster.pid")
    ]
    with pytest.raises(PlaceError, match=r"up\.lock is a link"):
        FolderLock(tmp_path, "up.lock").take()
    with pytest.raises(PlaceError, match=r"postgresql\.log is a link"):
        spawn(["/bin/true"], Place(tmp_path, None))
    with pytest.raises(PlaceError, match=r"postmaster\.pid is a link"):
        PidFile(tmp_path).clear()
    assert [target.read_text() for target in targets] == ["precious"] * 3


def test_a_log_that_is_a_file_elsewhere_too_is_not_emptied(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("precious")
    os.link(tmp_path / "target", tmp_path / "postgresql.log")
    with pytest.raises(PlaceError, match=r"postgresql\.log belongs to another user, or is no file"):
        spawn(["/bin/true"], Place(tmp_path, None))
    assert (tmp_path / "target").read_text() == "precious"
