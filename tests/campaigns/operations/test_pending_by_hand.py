"""What a member was promised, raised, lowered and cancelled by staff while it waits."""

from uuid import uuid4

import pytest

from loyalty.campaigns.models import Waiting
from loyalty.campaigns.operations import merges
from loyalty.views.pending import promised_to
from members.errors import NotEnough, NotForOneself, NotPending, SecondPersonNeeded
from members.models import Adjustment, Balance, Entry
from members.operations import adjustments, ledger, members
from tests.books import faults
from tests.campaigns.conftest import act, take
from tests.conftest import SYSTEM, person
from tests.staff.conftest import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def ira(db):
    return person("ira@example.test", first_name="Ira", is_staff=True, is_superuser=True)


@pytest.fixture
def promise(campaigns, bo) -> Entry:
    """25 points for Bo's refill, once the jar is back."""
    take(act("refill.ordered", bo, id="f1", order_id="o1", serial="J7"))
    return Entry.objects.get(effect__campaign__slug="refill-bonus")


def balance(member, unit, kind="wallet") -> int:
    return Balance.objects.get(account=ledger.wallet(member, unit, kind)).amount


def change(entry, member, amount, by, key="k"):
    return adjustments.make(
        member,
        unit=entry.unit,
        amount=amount,
        reason="A dented jar",
        by=by,
        key=key,
        pending=entry,
    )


def confirm(member):
    return take(act("refill.confirmed", member, id="c1", order_id="o1", serial="J7"))[0]


def test_raised_and_lowered_it_becomes_active_as_one(promise, bo, points, ira):
    """E8: with a reason; the same key again changes nothing more."""
    change(promise, bo, 15, ira)
    change(promise, bo, 15, ira)
    assert (balance(bo, points, "pending"), balance(bo, points)) == (40, 0)
    change(promise, bo, -5, ira, key="k2")
    assert [each.amount for each in promised_to(bo)] == [35]
    entry = Adjustment.objects.get(key="k").entry
    assert (entry.parent_id, entry.reason) == (promise.pk, "Adjusted while pending: A dented jar")
    [effect] = confirm(bo)["effects"]
    assert (effect["kind"], effect["amount"]) == ("activation", 35)
    assert (balance(bo, points, "pending"), balance(bo, points)) == (0, 35)
    with pytest.raises(NotPending):
        change(promise, bo, 1, ira, key="late")
    assert Adjustment.objects.count() == 2
    assert faults() == []


def test_cancelled_it_stays_cancelled(promise, bo, points, ira):
    """E8: the confirmation that comes later pays nothing, and what waits is forgotten."""
    with pytest.raises(NotEnough):
        change(promise, bo, -26, ira)
    assert (Adjustment.objects.count(), balance(bo, points, "pending")) == (0, 25)
    change(promise, bo, -25, ira)
    assert promised_to(bo) == []
    answer = confirm(bo)
    assert (answer["status"], answer["effects"]) == ("accepted", [])
    assert (balance(bo, points), balance(bo, points, "pending")) == (0, 0)
    assert not Waiting.objects.exists()
    assert faults() == []


def test_rejected_the_raise_goes_too(promise, bo, points, ira):
    """E8, E47."""
    change(promise, bo, 15, ira)
    take(act("refill.rejected", bo, id="c1", order_id="o1", serial="J7"))
    assert (balance(bo, points), balance(bo, points, "pending")) == (0, 0)
    assert faults() == []


def test_above_the_limit_a_second_person_decides(promise, bo, points, ira, fay):
    """E8, E65: and when it has become active meanwhile, there is nothing to change."""
    waiting = change(promise, bo, 1001, ira)
    assert (waiting.state, balance(bo, points, "pending")) == ("proposed", 25)
    with pytest.raises(SecondPersonNeeded):
        adjustments.approve(waiting, by=ira)
    confirm(bo)
    with pytest.raises(NotPending):
        adjustments.approve(waiting, by=fay)
    waiting.refresh_from_db()
    assert (waiting.state, balance(bo, points)) == ("proposed", 25)
    with pytest.raises(NotForOneself):
        change(promise, bo, 1, bo.user)
    assert faults() == []


def test_in_the_console_it_is_shown_before_it_is_saved(promise, bo, points, ira):
    """E8, US4: on the accrual's page; on lines that do not wait there is no button."""
    client, page = client_of(ira), f"/admin/members/entry/{promise.pk}/change-pending/"
    assert page in client.get(f"/admin/members/entry/{promise.pk}/change/").content.decode()
    sent = {"amount": -10, "reason": "Half a jar", "key": str(uuid4())}
    shown = client.post(page, sent)
    assert [tuple(map(str, row)) for row in shown.context["foreseen"].changes] == [
        ("Pending", "25", "15")
    ]
    assert balance(bo, points, "pending") == 25
    for _ in range(2):
        assert client.post(page, sent | {"sure": "yes"}).status_code == 302
    assert balance(bo, points, "pending") == 15
    assert client.post(page, sent | {"amount": -16, "key": str(uuid4())}).status_code == 422
    confirm(bo)
    assert client.post(page, sent | {"key": str(uuid4())}).status_code == 403
    assert page not in client.get(f"/admin/members/entry/{promise.pk}/change/").content.decode()
    other = Adjustment.objects.get().entry
    assert client.get(f"/admin/members/entry/{other.pk}/change-pending/").status_code == 403


@pytest.mark.parametrize("end", ["confirmed", "rejected", "undone"])
def test_what_waits_for_a_merged_member_is_changed_where_it_is(promise, bo, points, ira, fay, end):
    """E8, E68: raised and lowered as the other's, before it is confirmed, rejected, or theirs again."""
    heir = members.enrol("heir", actor=SYSTEM)
    change(promise, bo, 5, ira)
    made = merges.merge(bo, heir, reason="One person", key="m", by=fay)
    promise = Entry.objects.get(pk=promise.pk)
    assert adjustments.waits(promise) == 30
    change(promise, heir, 12, ira, key="up")
    change(promise, heir, -2, ira, key="down")
    assert [each.amount for each in promised_to(heir)] == [40]
    if end == "undone":
        merges.undo(made, reason="Two after all", by=fay)
        assert (balance(heir, points, "pending"), balance(bo, points, "pending")) == (0, 40)
        change(promise, bo, 1, ira, key="again")
        assert [effect["amount"] for effect in confirm(bo)["effects"]] == [41]
        assert balance(bo, points) == 41
    else:
        take(act(f"refill.{end}", bo, id="c1", order_id="o1", serial="J7"))
        assert balance(heir, points, "pending") == 0
        assert balance(heir, points) == (40 if end == "confirmed" else 0)
    assert faults() == []


def test_a_promise_is_changed_as_its_members_own_only(promise, bo, dee, units, points, ira):
    """E8: another member's limit and relations would have been looked at."""
    for wrong in ({"member": dee}, {"unit": units["status"]}):
        told = {"member": bo, "unit": points} | wrong
        with pytest.raises(NotPending):
            adjustments.make(
                told["member"],
                unit=told["unit"],
                amount=5,
                reason="A dented jar",
                by=ira,
                key="k",
                pending=promise,
            )
    assert not Adjustment.objects.exists()
    assert balance(bo, points, "pending") == 25
