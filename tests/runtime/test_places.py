"""Where an installation's folders are, and the sentence when they cannot be where they should."""

import os
import shutil
from pathlib import Path

import pytest

from loyalty.runtime import places, processes
from loyalty.runtime.faults import Fault

NOBODY = processes.unprivileged_account()


@pytest.fixture
def var(tmp_path, monkeypatch):
    monkeypatch.setenv("LAUREL_VAR", str(tmp_path / "var"))
    monkeypatch.setattr(places, "PUBLIC_FOLDERS", (Path("/tmp"),))
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    return tmp_path / "var"


@pytest.fixture
def short_var(monkeypatch):
    import tempfile

    folder = Path(tempfile.mkdtemp(prefix="laurel-", dir="/tmp"))
    monkeypatch.setenv("LAUREL_VAR", str(folder))
    yield folder
    shutil.rmtree(folder)


def test_everything_is_in_var(short_var):
    found = places.find(None)
    assert (found.home, found.sockets, found.notes) == (short_var, short_var / "run", [])


def test_a_path_too_long_for_a_socket_moves_the_sockets_and_says_so(var, monkeypatch):
    long = var / ("x" * 60) / ("y" * 60)
    monkeypatch.setenv("LAUREL_VAR", str(long))
    found = places.find(None)
    assert found.home == long
    assert len(str(found.sockets)) < 80
    (note,) = found.notes
    assert note.startswith(
        f"The path {long}/run is too long for a unix socket (over 100 bytes), so"
    )
    shutil.rmtree(found.sockets.parent)


def test_a_path_too_long_with_nowhere_to_go_is_one_sentence(var, monkeypatch):
    monkeypatch.setenv("LAUREL_VAR", str(var / ("x" * 90)))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(var / "missing"))
    monkeypatch.setattr(places, "PUBLIC_FOLDERS", ())
    with pytest.raises(Fault, match="too long for a unix socket .* set LAUREL_VAR to a shorter"):
        places.find(None)


def test_a_full_disk_is_one_sentence(short_var, monkeypatch):
    monkeypatch.setattr(places, "NEW_NEEDS", shutil.disk_usage("/tmp").total * 2)
    with pytest.raises(Fault, match=r"^The disk is full: .* MB left and \d+ MB are needed\.$"):
        places.find(None)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as somebody else")
def test_a_folder_closed_to_the_database_s_user_moves_the_database_for_good(short_var, monkeypatch):
    monkeypatch.setattr(places, "PUBLIC_FOLDERS", (Path("/var/tmp"),))
    short_var.chmod(0o700)
    found = places.find(NOBODY)
    try:
        assert found.home.parent == Path("/var/tmp")
        assert processes.can_reach(NOBODY, found.home)
        assert f"cannot enter {short_var}, so the database is in {found.home}." in found.notes[0]
        assert places.find(NOBODY).home == found.home
    finally:
        shutil.rmtree(found.home)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a folder of somebody else")
def test_a_folder_of_somebody_else_in_a_public_place_is_not_used(tmp_path):
    (tmp_path / "theirs").mkdir()
    os.chown(tmp_path / "theirs", NOBODY.uid, NOBODY.gid)
    (tmp_path / "link").symlink_to(tmp_path)
    assert places._make_ours(tmp_path / "ours")
    assert not places._make_ours(tmp_path / "theirs")
    assert not places._make_ours(tmp_path / "link")
