"""Points moved by hand in the console: adjusted, approved, forgiven, released, taken back."""

from uuid import uuid4

import pytest

from members.models import Adjustment, AuditRow, Balance, Entry, Gift, Hold, Member, TierPeriod
from members.operations import adjustments, corrections, gifts, holds, ledger
from tests.books import faults
from tests.conftest import SYSTEM, member_of
from tests.staff.conftest import client_of
from tests.staff.test_pages import piles_of


def address(row, step: str = "change") -> str:
    return f"/admin/members/{row._meta.model_name}/{row.pk}/{step}/"


def owned(member: Member, unit, kind: str = "wallet") -> int:
    return Balance.objects.get(account=ledger.wallet(member, unit, kind)).amount


def form(unit, amount: int, **more) -> dict:
    return (
        {"unit": unit.pk, "amount": amount, "reason": "The scanner was broken"}
        | {"key": str(uuid4())}
        | more
    )


@pytest.fixture
def indebted(bo, points) -> Member:
    """Bo owes 80 points: 100 earned, 80 spent, and the order came back."""
    how = {"unit": points, "actor": SYSTEM, "cause": ("test", None)}
    given = ledger.accrue(bo, amount=100, key="e", reason="Order", **how)
    ledger.redeem(bo, amount=80, key="r", reason="Mug", **how)
    corrections.reverse(given, key="b", reason="It came back", actor=SYSTEM)
    return bo


def test_adjusting_shows_balance_and_tier_before_anything_is_saved(bo, units, ira):
    """US4: 150 status points would make Bo Silver; looking writes nothing."""
    page = client_of(ira).post(address(bo, "adjust"), form(units["status"], 150))
    assert page.status_code == 200
    seen = [(str(term), now, then) for term, now, then in page.context["foreseen"].changes]
    assert seen == [("Balance", "0", "150"), ("Tier", "Bronze", "Silver")]
    assert "Nothing has been saved yet." in page.content.decode()
    assert (Adjustment.objects.count(), Entry.objects.count()) == (0, 0)
    assert not TierPeriod.objects.exists()
    assert not AuditRow.objects.filter(subject_type="members.adjustment").exists()


def test_confirmed_twice_it_is_adjusted_once(bo, points, ira):
    """US4, E65: a double submit of one form is one adjustment."""
    client, sent = client_of(ira), form(points, 250, sure="yes")
    for _ in range(2):
        assert client.post(address(bo, "adjust"), sent)["Location"] == address(bo)
    adjustment = Adjustment.objects.get()
    assert (adjustment.state, adjustment.made_by, owned(bo, points)) == ("posted", ira, 250)
    assert client.post(address(bo, "adjust"), form(points, -50, sure="yes")).status_code == 302
    assert owned(bo, points) == 200
    assert faults() == []


def test_what_cannot_be_done_is_said_at_the_form_and_the_input_stays(bo, points, ira):
    """US4, UA8: no reason; nought; more than there is."""
    client = client_of(ira)
    for wrong, said in (
        ({"reason": ""}, "This field is required."),
        ({"amount": 0}, "Nought changes nothing."),
        ({"amount": -1}, "There are not enough points for this."),
    ):
        page = client.post(address(bo, "adjust"), form(points, 10, sure="yes") | wrong)
        assert page.status_code == 422
        assert said in page.content.decode()
        assert page.context["form"]["amount"].value() == str(wrong.get("amount", 10))
    assert Adjustment.objects.count() == 0


def test_above_the_limit_it_says_so_waits_and_a_second_person_decides(bo, points, ira, gil):
    """US4, US1, E65: the maker gets no buttons; the desk counts it; the second person approves."""
    first, second, sent = client_of(ira), client_of(gil), form(points, 1001)
    page = first.post(address(bo, "adjust"), sent)
    assert "waits for a second person" in page.content.decode()
    first.post(address(bo, "adjust"), sent | {"sure": "yes"})
    waiting = Adjustment.objects.get()
    assert (waiting.state, owned(bo, points)) == ("proposed", 0)
    assert piles_of(second)["Adjustments waiting for a second person"] == (
        1,
        "/admin/members/adjustment/?state__exact=proposed",
    )
    own, other = (client.get(address(waiting)).content.decode() for client in (first, second))
    assert address(waiting, "approve") not in own and "Somebody other than Ira" in own
    assert address(waiting, "approve") in other
    assert first.post(address(waiting, "approve")).status_code == 403
    assert owned(bo, points) == 0
    assert second.post(address(waiting, "approve")).status_code == 302
    assert owned(bo, points) == 1001
    assert second.post(address(waiting, "decline"), {"reason": "Late"}).status_code == 403


def test_declined_with_a_reason_it_changes_nothing(bo, points, ira, gil):
    """US4."""
    waiting = adjustments.make(bo, unit=points, amount=5000, reason="Fair", by=ira, key="k")
    assert client_of(gil).post(address(waiting, "decline")).status_code == 422
    assert client_of(gil).post(address(waiting, "decline"), {"reason": "Why?"}).status_code == 302
    waiting.refresh_from_db()
    assert (waiting.state, waiting.decided_by, owned(bo, points)) == ("declined", gil, 0)
    assert AuditRow.objects.latest("id").reason == "Why?"


def test_nobody_adjusts_their_own_points(ira, units, points):
    """E65."""
    own = member_of(ira, "ira")
    page = client_of(ira).post(address(own, "adjust"), form(points, 10, sure="yes"))
    assert page.status_code == 403
    assert b"Nobody adjusts their own points." in page.content
    assert Adjustment.objects.count() == 0


def test_status_points_given_by_hand_move_the_tier_at_once(bo, units, ira):
    """US4: the tier that was shown is the tier that comes."""
    client_of(ira).post(address(bo, "adjust"), form(units["status"], 150, sure="yes"))
    assert TierPeriod.objects.get(member=bo, ends_at=None).tier.name == "Silver"


def test_a_debt_is_shown_and_forgiven_once(indebted, points, ira):
    """US4: on the member's page; more than is owed is refused, a double submit is one."""
    client = client_of(ira)
    page = client.get(address(indebted)).content.decode()
    assert "Owes" in page and address(indebted, "forgive") in page
    assert client.post(address(indebted, "forgive"), form(points, 81)).status_code == 422
    sent = form(points, 30)
    for _ in range(2):
        assert client.post(address(indebted, "forgive"), sent).status_code == 302
    assert owned(indebted, points, "debt") == -50
    assert Entry.objects.latest("id").reason == "Forgiven: The scanner was broken"
    assert faults() == []


def test_forgiving_goes_no_further_than_adjusting_alone(indebted, points, ira):
    """E65: the limit is one, whatever the verb."""
    points.adjust_limit = 50
    points.save()
    client = client_of(ira)
    assert client.post(address(indebted, "forgive"), form(points, 30)).status_code == 302
    page = client.post(address(indebted, "forgive"), form(points, 21))
    assert (page.status_code, owned(indebted, points, "debt")) == (422, -50)
    assert "a second person decides" in page.content.decode()
    waits = adjustments.make(indebted, unit=points, amount=21, reason="x", by=ira, key="x")
    assert waits.state == "proposed"


def test_no_debt_no_button(bo, ira):
    page = client_of(ira).get(address(bo)).content.decode()
    assert address(bo, "forgive") not in page and "Owes" not in page


def test_a_hold_is_released_with_a_reason(amara, points, ira):
    hold = holds.place(amara, unit=points, amount=150, key="cart", actor=SYSTEM)
    client = client_of(ira)
    assert client.post(address(hold, "release")).status_code == 422
    assert client.post(address(hold, "release"), {"reason": "Stuck"}).status_code == 302
    assert (Hold.objects.get().state, owned(amara, points)) == ("released", 600)
    assert client.post(address(hold, "release"), {"reason": "Again"}).status_code == 403


def test_a_gift_is_taken_back_while_it_is_whole(amara, bo, points, ira):
    client = client_of(ira)
    one = gifts.give(amara, receiver=bo, unit=points, amount=100, key="one", actor=SYSTEM)
    assert client.get("/admin/members/gift/").context["cl"].result_count == 1
    assert client.post(address(one, "take-back"), {"reason": "Fraud"}).status_code == 302
    assert (Gift.objects.get().state, owned(amara, points), owned(bo, points)) == (
        "taken_back",
        600,
        0,
    )
    two = gifts.give(amara, receiver=bo, unit=points, amount=100, key="two", actor=SYSTEM)
    ledger.redeem(
        bo, unit=points, amount=1, key="r", reason="x", actor=SYSTEM, cause=("test", None)
    )
    page = client.post(address(two, "take-back"), {"reason": "Fraud"})
    assert page.status_code == 422
    assert b"Some of this gift has been used already." in page.content
    assert owned(bo, points) == 99


@pytest.mark.parametrize("name", ["adjustment", "gift", "hold"])
def test_a_list_costs_the_same_however_long_it_is(
    name, amara, bo, points, ira, gil, django_assert_max_num_queries
):
    for number in range(4):
        adjustments.make(bo, unit=points, amount=1, reason="x", by=ira, key=f"{number}")
        gifts.give(amara, receiver=bo, unit=points, amount=1, key=f"{number}", actor=SYSTEM)
        holds.place(amara, unit=points, amount=1, key=f"{number}", actor=SYSTEM)
    client = client_of(gil)
    with django_assert_max_num_queries(LIST_BUDGET):
        assert client.get(f"/admin/members/{name}/").status_code == 200


#: Session, user, permissions (2), the filter's units, the count, the rows.
LIST_BUDGET = 9
