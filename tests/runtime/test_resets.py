"""Resetting the demo: asked for in the console, refused where nothing may be thrown away."""

import os
from contextlib import nullcontext, suppress
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from loyalty.demo import resets
from loyalty.runtime import environment
from loyalty.runtime import resets as launching
from members import clock
from members.domain.actors import Actor
from members.models import AuditRow
from members.operations import programme
from tests.conftest import SYSTEM
from tests.staff.conftest import client_of, colleague
from tests.together import on_this_database, together

#: They make and drop one database, so never two of them at once.
pytestmark = pytest.mark.xdist_group("resets")

PAGE = "/admin/demo/reset/"
SCRATCH = "laurel_test_reset"
LOADER = Actor.system("load_demo")


@pytest.fixture
def var(tmp_path, monkeypatch) -> Path:
    """The folder of an installation without a database of its own."""
    for name in ("DATABASE_URL", "CHECKPOINTS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LAUREL_VAR", str(tmp_path))
    monkeypatch.setenv("DEMO", "1")
    return tmp_path


@pytest.fixture
def demo(settings, var) -> Path:
    """A demo from its first row on, under a launcher that resets."""
    settings.DEMO = settings.DEMO_RESETS = True
    programme.install(actor=LOADER)
    return var


def asked(var: Path) -> bool:
    return launching.is_asked(var)


@pytest.mark.django_db
def test_one_button_and_a_typed_word(demo, fay):
    """US26: the word is asked for; pressed twice it is asked for once."""
    client = client_of(fay)
    assert f'href="{PAGE}"' in client.get("/admin/").content.decode()
    assert client.get(PAGE).status_code == 200
    for typed in ({}, {"typed": "yes"}, {"typed": "RESET"}):
        assert client.post(PAGE, typed).status_code == 422
    assert not asked(demo)
    page = client.post(PAGE, {"typed": "reset"})
    assert (page.status_code, asked(demo)) == (202, True)
    assert b"The demo is being reset." in page.content
    assert client.post(PAGE, {"typed": "reset"}).status_code == 422
    assert AuditRow.objects.filter(verb="demo.reset.asked").count() == 1


@pytest.mark.django_db(transaction=True)
def test_pressed_by_several_at_once_it_is_asked_for_once(demo, fay):
    """US26."""
    acts = [lambda: resets.ask_for_reset(by=fay, actor=Actor.user(fay))] * 4
    assert sorted(map(str, together(*acts))) == ["done"] + ["reset_under_way"] * 3


@pytest.mark.django_db
def test_nobody_but_superusers_resets(demo):
    """US26."""
    client = client_of(colleague("hal"))
    assert client.post(PAGE, {"typed": "reset"}).status_code == 403
    assert "Reset the demo" not in client.get("/admin/").content.decode()
    assert not asked(demo)


@pytest.mark.django_db
@pytest.mark.parametrize("off", ["DEMO_RESETS", "began"])
def test_what_is_no_demo_offers_nothing_and_refuses(settings, var, fay, off):
    """US26: without the launcher's word, and where the first row is not the demo's."""
    settings.DEMO_RESETS = off != "DEMO_RESETS"
    programme.install(actor=SYSTEM if off == "began" else LOADER)
    client = client_of(fay)
    assert client.get(PAGE).status_code == 404
    assert client.post(PAGE, {"typed": "reset"}).status_code == 404
    with pytest.raises(resets.NoDemo):
        resets.ask_for_reset(by=fay, actor=Actor.user(fay))
    assert not asked(var)
    assert not AuditRow.objects.filter(verb="demo.reset.asked").exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEMO", "0"),
        ("DATABASE_URL", "postgresql://x@/x"),
        ("CHECKPOINTS", "/elsewhere"),
    ],
)
def test_the_launcher_throws_away_nothing_of_somebodys_own(var, monkeypatch, name, value):
    """US26: by how it was started, whatever lies in the folder."""
    assert launching.obstacle(var) == ""
    monkeypatch.setenv(name, value)
    assert launching.obstacle(var) != ""


@pytest.mark.parametrize("name", [*launching.FILES, *launching.FOLDERS])
def test_what_lies_elsewhere_is_never_reached_through_a_link(var, name):
    """US26: a folder that somebody put on another disk may hold more than the demo's."""
    elsewhere = var.parent / f"elsewhere-{clock.now():%f}"
    elsewhere.mkdir()
    (var / name).symlink_to(elsewhere)
    assert launching.obstacle(var).startswith("what belongs to it is kept elsewhere")


def test_a_request_that_leads_nowhere_is_one(var):
    """US26: whoever asks next hears that it is under way, so it has to be."""
    (var / launching.REQUEST).symlink_to(var / "nowhere")
    assert (launching.ask(var), launching.is_asked(var)) == (False, True)
    launching.answered(var)
    assert (launching.is_asked(var), launching.ask(var)) == (False, True)


def test_what_cannot_be_removed_is_said(var, monkeypatch):
    """US26: private files never stay behind without a word."""
    (var / "private" / "deep").mkdir(parents=True)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "rmdir", refuse)
    with pytest.raises(PermissionError):
        launching.remove_files(var)


def test_what_has_served_in_earnest_once_is_never_reset(var):
    """US26: DEMO=0 leaves its mark."""
    launching.remember_seriousness(var)
    assert environment.is_demo()
    assert launching.obstacle(var) == "it has served a programme of your own (DEMO=0)"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("first", "is_demo"), [(LOADER, True), (SYSTEM, False)])
def test_the_launcher_asks_the_database_itself(first, is_demo):
    """US26: by the first row of a trail that nobody can change, whoever wrote the others."""
    told = on_this_database()
    assert launching.began_as_demo(told)  # nothing has begun
    programme.install(actor=first)
    programme.install(actor=LOADER)
    assert launching.began_as_demo(told) is is_demo


def test_what_lies_beside_the_database_goes_and_nothing_else(var):
    """US26: seals, files and purchases of the old demo; secrets stay. Again it is the same."""
    kept = ("secret_key", "demo_password", "badge_keys.pem")
    for name in (*kept, *launching.FILES):
        (var / name).write_text("x")
    for name in launching.FOLDERS:
        (var / name / "deep").mkdir(parents=True)
        (var / name / "deep" / "file").write_text("x")
    outside = var.parent / f"outside-{clock.now():%f}"
    outside.mkdir()
    (outside / "file").write_text("x")
    (var / "media" / "link").symlink_to(outside)
    for _ in range(2):
        launching.remove_files(var)
    assert sorted(found.name for found in var.iterdir()) == sorted((*kept, *launching.FOLDERS))
    assert [list((var / name).iterdir()) for name in launching.FOLDERS] == [[], [], [], []]
    assert (outside / "file").exists()


class Notes:
    """Remembers whether the demo is loaded; ends, as a launcher that is killed, at the step it is told."""

    def __init__(self, ends_at: str) -> None:
        self.ends_at, self.is_loaded = ends_at, True

    def reach(self, step: str) -> None:
        if self.ends_at == step:
            raise KeyboardInterrupt

    def forget(self) -> None:
        self.reach("forget")
        self.is_loaded = False


@pytest.fixture
def server(db):
    """Connects to this test's server; a database of its own lies there, and goes afterwards."""
    entry = connection.settings_dict
    place = {"host": entry["HOST"], "port": entry["PORT"], "user": entry["USER"]}

    def connect(database: str) -> psycopg.Connection:
        return psycopg.connect(**place, dbname=database, autocommit=True)

    with connect("postgres") as one:
        one.execute(f"DROP DATABASE IF EXISTS {SCRATCH} WITH (FORCE)")
        one.execute(f"CREATE DATABASE {SCRATCH}")
    with connect(SCRATCH) as one:
        one.execute("CREATE TABLE acknowledged ()")
    yield connect
    with connect("postgres") as one:
        one.execute(f"DROP DATABASE IF EXISTS {SCRATCH} WITH (FORCE)")


class Ending:
    """A connection to the server that ends before it drops, or between dropping and creating."""

    def __init__(self, one: psycopg.Connection, notes: Notes) -> None:
        self.one, self.notes = one, notes

    def __enter__(self) -> "Ending":
        return self

    def __exit__(self, *_: object) -> None:
        self.one.close()

    def execute(self, command) -> None:
        self.notes.reach("drop" if "DROP" in command.as_string(self.one) else "create")
        self.one.execute(command)


@pytest.mark.parametrize("step", ["forget", "drop", "create", "files", "never"])
def test_ended_anywhere_it_is_begun_again_and_comes_to_its_end(server, var, step):
    """US26: the request goes last, so the next start finds it; then all is empty and to be loaded."""
    notes = Notes(step)
    for name in launching.FILES:
        (var / name).write_text("x")
    assert launching.ask(var)
    how = {"connect": lambda name: Ending(server(name), notes), "name": SCRATCH, "demo": notes}
    if step == "files":
        (var / launching.FILES[0]).unlink()
        (var / launching.FILES[0]).mkdir()  # what cannot be unlinked
    with pytest.raises((KeyboardInterrupt, OSError)) if step != "never" else nullcontext():
        launching.carry_out(var, **how)
    assert launching.is_asked(var) is (step != "never")
    notes.ends_at = ""
    if step == "files":
        (var / launching.FILES[0]).rmdir()
    if launching.is_asked(var):
        with server("postgres") as one:  # as the launcher does at every start
            with suppress(psycopg.errors.DuplicateDatabase):
                one.execute(f"CREATE DATABASE {SCRATCH}")
        launching.carry_out(var, **how)
    with server(SCRATCH) as one:
        found = one.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    assert (found, notes.is_loaded, launching.is_asked(var)) == ((0,), False, False)
