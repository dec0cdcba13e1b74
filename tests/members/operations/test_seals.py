"""History that was rewritten is found, and the place is named."""

import psycopg
import pytest
from django.db import connection

from members import clock
from members.models import Entry, Seal
from members.operations import ledger, seals
from tests.conftest import SYSTEM
from tests.scale import scale

pytestmark = pytest.mark.django_db(transaction=True)

ENTRY = seals.CHAINS[0]
ROWS = scale(2_000, 1_000_000)


@pytest.fixture(autouse=True)
def outside(settings, tmp_path, monkeypatch):
    settings.CHECKPOINTS = str(tmp_path / "checkpoints.jsonl")
    monkeypatch.setattr(seals, "BLOCK", 4)
    # Other tests' transactions are open on the same server; whether they have ended is none of ours.
    monkeypatch.setattr(seals, "_SETTLED", "SELECT %s >= 0")
    return tmp_path / "checkpoints.jsonl"


def sealed(chain=ENTRY) -> int:
    """Look, and look again when every transaction of the first look has ended."""
    return seals.seal(chain, at=clock.now()) + seals.seal(chain, at=clock.now())


def as_owner(*statements: str) -> None:
    """What the owner of the database can do, and nobody else."""
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        for table in ("members_entry", "members_lotuse", "members_seal"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        for statement in statements:
            cursor.execute(statement)
        for table in ("members_entry", "members_lotuse", "members_seal"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL")


@pytest.fixture
def books(bo, points):
    """Ten entries, sealed in three blocks."""
    for number in range(10):
        ledger.accrue(
            bo, unit=points, amount=5, key=f"e{number}", reason="An order", actor=SYSTEM,
            cause=("test", number),
        )  # fmt: skip
    assert sealed() == 10
    assert list(Seal.objects.filter(chain="entry").values_list("rows", flat=True)) == [4, 4, 2]
    assert list(seals.faults()) == []
    return list(Entry.objects.order_by("pk").values_list("pk", flat=True))


def test_what_was_sealed_is_sealed_once(books):
    """P4: another look finds nothing new."""
    assert sealed() == 0


def test_a_flipped_byte_is_named(books):
    """P4: the very row, and no other."""
    as_owner(f"UPDATE members_entry SET reason = 'An Order' WHERE id = {books[5]}")
    assert list(seals.faults()) == [("entry", books[5], "the row is not as it was sealed")]


def test_two_swapped_rows_are_named(books):
    """P4: both."""
    first, second = books[1], books[2]
    as_owner(
        f"UPDATE members_entry SET key = 'aside' WHERE id = {first}",
        f"UPDATE members_entry SET key = 'e1' WHERE id = {second}",
        f"UPDATE members_entry SET key = 'e2' WHERE id = {first}",
    )
    assert [row for _, row, _ in seals.faults()] == [first, second]


def test_a_row_slipped_in_or_taken_out_is_named_by_its_block(books):
    """P4: between two sealed rows."""
    as_owner(
        f"DELETE FROM members_openlot WHERE entry_id = {books[6]}",
        f"DELETE FROM members_entry WHERE id = {books[6]}",
    )
    [(chain, place, what)] = seals.faults()
    assert (chain, place) == ("entry", f"{books[4]}-{books[7]}")
    assert what == "4 rows were sealed, 3 are there"


def test_a_tail_cut_off_with_its_seal_is_remembered_outside(books, outside):
    """P4: the file knows a block that the database no longer does."""
    tail = ", ".join(map(str, books[8:]))
    as_owner(
        f"DELETE FROM members_openlot WHERE entry_id IN ({tail})",
        f"DELETE FROM members_entry WHERE id IN ({tail})",
        "DELETE FROM members_seal WHERE chain = 'entry' AND number = 3",
    )
    assert list(seals.faults()) == [("entry", "block 3", "sealed once, and gone with its seal")]
    assert len(outside.read_text().splitlines()) == 3


def test_a_seal_made_to_fit_is_not_the_one_kept_outside(books):
    """P4: rewriting a row and sealing it anew needs the file, too."""
    as_owner(
        f"UPDATE members_entry SET amount = 500 WHERE id = {books[9]}",
        "DELETE FROM members_seal WHERE chain = 'entry' AND number = 3",
    )
    assert sealed() == 2
    assert list(seals.faults()) == [("entry", "block 3", "the seal is not the one kept outside")]


def test_the_application_cannot_touch_a_seal(books):
    """P4: its role may add and read, and the triggers refuse everybody."""
    for statement in (
        "UPDATE members_seal SET rows = 1",
        "DELETE FROM members_seal",
        "TRUNCATE members_seal",
        "ALTER TABLE members_entry DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
    ):
        with pytest.raises(Exception, match=r"permission denied|append-only|must be owner"):
            with connection.cursor() as cursor:
                cursor.execute("SET ROLE laurel_app")
                try:
                    cursor.execute(statement)
                finally:
                    cursor.execute("RESET ROLE")


def test_nothing_is_sealed_past_a_transaction_that_is_still_open(bo, points, monkeypatch):
    """P4: an id drawn in it could still be committed below what was sealed."""
    monkeypatch.undo()
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute("SELECT pg_current_xact_id()")
        ledger.accrue(
            bo, unit=points, amount=5, key="e", reason="x", actor=SYSTEM, cause=("test", 1)
        )
        assert sealed() == 0
        assert sealed() == 0


def test_what_was_rewritten_among_very_many_rows_is_named(monkeypatch, bo, points):
    """P4: one flipped byte, two swapped rows and a tail of ten, among two thousand rows here and a million
    in `make prove`."""
    monkeypatch.setattr(seals, "BLOCK", 1_000)
    ledger.accrue(
        bo, unit=points, amount=5, key="e", reason="An order", actor=SYSTEM, cause=("test", 0)
    )
    columns = [
        field.column for field in Entry._meta.concrete_fields if field.column not in ("id", "key")
    ]
    told = [f"{name} + n - 1" if name.endswith("_seq") else name for name in columns]
    as_owner(
        f"INSERT INTO members_entry (key, {', '.join(columns)}) SELECT key || n, {', '.join(told)}"
        f" FROM members_entry, generate_series(2, {ROWS}) n WHERE key = 'e'"
    )
    while sealed():
        pass
    rows = list(Entry.objects.order_by("pk").values_list("pk", flat=True))
    flipped, first, second = rows[ROWS // 3], rows[ROWS // 4], rows[ROWS // 4 + 1]
    keys = dict(Entry.objects.filter(pk__in=[first, second]).values_list("pk", "key"))
    assert list(seals.faults()) == []
    as_owner(
        f"UPDATE members_entry SET reason = 'An Order' WHERE id = {flipped}",
        f"UPDATE members_entry SET key = 'aside' WHERE id = {first}",
        f"UPDATE members_entry SET key = '{keys[first]}' WHERE id = {second}",
        f"UPDATE members_entry SET key = '{keys[second]}' WHERE id = {first}",
        f"DELETE FROM members_entry WHERE id >= {rows[-10]}",
    )
    found = [row for _, row, _ in seals.faults()]
    assert found[:3] == [first, second, flipped]
    assert len(found) == 4 and found[3].endswith(f"-{rows[-1]}")
