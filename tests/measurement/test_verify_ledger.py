"""verify_ledger finds what is wrong, names it, and stops the account."""

import pytest
from django.core.management import call_command
from django.db import connection

from members.errors import NotEnough
from members.models import Balance, OpenLot
from members.operations import corrections, ledger, members
from tests.campaigns.conftest import act, order, take
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db


@pytest.fixture
def busy(amara, bo, points, units):
    """A little of everything."""
    from loyalty.campaigns.operations import standard

    standard.install(actor=SYSTEM)
    take(order(bo, "210.00"), act("refill.ordered", bo, id="r", order_id="o1"))
    take(act("refill.confirmed", bo, id="c", order_id="o1"))
    entry = ledger.redeem(
        amara, unit=points, amount=150, key="r", reason="x", actor=SYSTEM, cause=("test", None)
    )
    corrections.restore(entry, key="u", reason="undone", actor=SYSTEM)
    ledger.expire_due(at=OpenLot.objects.order_by("pk").first().expires_at)


def verify(capsys) -> tuple[int, str]:
    try:
        call_command("verify_ledger")
        code = 0
    except SystemExit as stop:
        code = stop.code
    said = capsys.readouterr()
    return code, said.out + said.err


def test_sound_books_pass_with_a_line_for_each_invariant(busy, capsys):
    """E1: balance is the replay of entries."""
    code, said = verify(capsys)
    assert (code, said.count("ok  "), said.count("FAIL")) == (0, len(said.splitlines()), 0)


def test_a_corrupted_balance_is_named_and_only_that_account_frozen(busy, amara, bo, points, capsys):
    wallet = ledger.wallet(amara, points)
    Balance.objects.filter(account=wallet).update(amount=999_999)
    code, said = verify(capsys)
    assert code == 1
    assert "FAIL I3" in said
    assert f"     {wallet.pk}, 999999" in said
    assert list(Balance.objects.filter(is_frozen=True).values_list("account_id", flat=True)) == [
        wallet.pk
    ]
    ledger.redeem(bo, unit=points, amount=1, key="b", reason="x", actor=SYSTEM, cause=("t", None))


def test_a_lot_that_lost_points_is_named(busy, bo, points, capsys):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE members_openlot SET remaining = remaining - 1 WHERE remaining > 1")
    code, said = verify(capsys)
    assert code == 1
    assert "FAIL I6" in said
    with pytest.raises(NotEnough):
        ledger.redeem(
            bo, unit=points, amount=235, key="b", reason="x", actor=SYSTEM, cause=("t", None)
        )


def test_every_corrupted_balance_is_frozen_however_many(busy, points, capsys):
    """A mismatch freezes the account, also beyond the five that are shown."""
    for number in range(7):
        members.enrol(f"more-{number}", actor=SYSTEM)
    Balance.objects.filter(account__member__ref__startswith="more-", account__unit=points).update(
        amount=123
    )
    assert verify(capsys)[0] == 1
    wrong = Balance.objects.filter(amount=123)
    assert wrong.count() >= 7
    assert not wrong.filter(is_frozen=False).exists()
