"""Stop rather than be wrong: a balance that does not add up stops its account, and a person looks."""

import pytest
from django.core.management import call_command

from members.domain.actors import Actor
from members.errors import Frozen, LotsStillWrong, NotForOneself, ReasonNeeded, SecondPersonNeeded
from members.errors import StillWrong as StillWrongError
from members.models import AuditRow, Balance, OpenLot
from members.operations import accounts, ledger
from members.permissions import can_freeze, can_unfreeze
from tests.conftest import SYSTEM, person
from tests.staff.conftest import client_of

pytestmark = pytest.mark.django_db


def spend(member, unit, amount=1, key="s"):
    return ledger.redeem(
        member, unit=unit, amount=amount, key=key, reason="x", actor=SYSTEM, cause=("test", None)
    )


def balance_of(member, unit) -> Balance:
    return Balance.objects.get(account=ledger.wallet(member, unit))


def corrupt(balance: Balance, amount: int) -> None:
    Balance.objects.filter(pk=balance.pk).update(amount=amount)


def verify() -> None:
    with pytest.raises(SystemExit):
        call_command("verify_ledger")


@pytest.fixture
def stopped(amara, points) -> Balance:
    """Amara's wallet holds 600; the stored balance says 999, and `verify_ledger` has found it."""
    corrupt(balance_of(amara, points), 999)
    verify()
    return balance_of(amara, points)


@pytest.fixture
def hal(db):
    return person("hal@example.test", is_staff=True, is_superuser=True)


def test_a_corrupted_balance_refuses_the_next_spend_and_stops_nobody_else(
    stopped, amara, bo, points
):
    """P16: refused, frozen, others unaffected, nothing heals itself."""
    assert stopped.is_frozen
    with pytest.raises(Frozen):
        spend(amara, points)
    with pytest.raises(Frozen):
        ledger.accrue(
            amara, unit=points, amount=5, key="a", reason="x", actor=SYSTEM, cause=("test", None)
        )
    assert balance_of(amara, points).amount == 999
    ledger.accrue(
        bo, unit=points, amount=5, key="b", reason="x", actor=SYSTEM, cause=("test", None)
    )
    spend(bo, points)
    assert Balance.objects.filter(is_frozen=True).count() == 1


def test_it_stays_frozen_until_the_balance_is_the_sum_of_its_postings(stopped, amara, points, fay):
    """P16: unfreezing mends nothing; it looks, and says what it saw."""
    with pytest.raises(StillWrongError) as refusal:
        accounts.unfreeze(stopped.pk, reason="Looked at it", actor=Actor.user(fay))
    assert refusal.value.messages == [
        "The balance says 999 and its postings add up to 600. The account stays frozen until they"
        " agree."
    ]
    assert balance_of(amara, points).is_frozen
    assert not AuditRow.objects.filter(verb="members.account.unfrozen").exists()

    corrupt(stopped, 600)
    assert not accounts.unfreeze(stopped.pk, reason="Put right", actor=Actor.user(fay)).is_frozen
    row = AuditRow.objects.get(verb="members.account.unfrozen")
    assert (row.actor_id, row.reason, row.subject_id) == (fay.pk, "Put right", str(stopped.pk))
    spend(amara, points)
    assert balance_of(amara, points).amount == 599


def test_lots_that_do_not_add_up_keep_it_frozen(stopped, fay):
    """P16, I6."""
    corrupt(stopped, 600)
    OpenLot.objects.filter(account=stopped.pk, remaining=300).update(remaining=299)
    with pytest.raises(LotsStillWrong) as refusal:
        accounts.unfreeze(stopped.pk, reason="Looked at it", actor=Actor.user(fay))
    assert "The balance says 600 and its lots hold 599." in refusal.value.messages[0]


def test_who_froze_it_does_not_unfreeze_it_nor_does_its_owner(amara, points, fay, hal):
    """P16: a second person, with a reason; and the audit trail says who."""
    wallet = balance_of(amara, points)
    accounts.freeze(wallet.pk, reason="Odd", actor=Actor.user(fay))
    wallet.refresh_from_db()
    assert not can_unfreeze(fay, wallet) and not can_unfreeze(amara.user, wallet)
    assert can_unfreeze(hal, wallet) and not can_freeze(hal, wallet)
    for actor, refusal in (
        (Actor.user(fay), SecondPersonNeeded),
        (Actor.user(amara.user), NotForOneself),
    ):
        with pytest.raises(refusal):
            accounts.unfreeze(wallet.pk, reason="Fine", actor=actor)
    with pytest.raises(ReasonNeeded):
        accounts.unfreeze(wallet.pk, reason=" ", actor=Actor.user(hal))
    assert balance_of(amara, points).is_frozen
    accounts.unfreeze(wallet.pk, reason="Fine", actor=Actor.user(hal))
    assert not balance_of(amara, points).is_frozen
    accounts.unfreeze(wallet.pk, reason="Again", actor=Actor.user(hal))
    assert AuditRow.objects.filter(verb="members.account.unfrozen").count() == 1


def test_the_console_freezes_and_unfreezes_with_two_people(amara, points, fay, hal):
    wallet, address = balance_of(amara, points), "/admin/members/balance"
    first, second = client_of(fay), client_of(hal)
    assert first.post(f"{address}/{wallet.pk}/freeze/", {"reason": "Odd"}).status_code == 302
    assert first.post(f"{address}/{wallet.pk}/unfreeze/", {"reason": "Fine"}).status_code == 403
    corrupt(wallet, 7)
    page = second.post(f"{address}/{wallet.pk}/unfreeze/", {"reason": "Fine"})
    assert page.status_code == 422
    assert b"The balance says 7 and its postings add up to 600." in page.content
    corrupt(wallet, 600)
    assert second.post(f"{address}/{wallet.pk}/unfreeze/", {"reason": "Fine"}).status_code == 302
    assert not balance_of(amara, points).is_frozen
