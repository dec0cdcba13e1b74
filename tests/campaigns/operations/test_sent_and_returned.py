"""What an order brought by going out is taken back when the order comes back."""

from datetime import timedelta
from itertools import permutations

import pytest

from loyalty.campaigns.models import BudgetUse, Effect, LimitUse, ReviewCase
from loyalty.campaigns.operations import reviews
from members import clock
from members.domain.actors import Actor
from recognition.models import BadgeAward
from recognition.operations import badges
from tests.books import faults
from tests.campaigns.conftest import act, order, take, work
from tests.campaigns.effects import balance, earns, published
from tests.campaigns.operations.test_returns import back
from tests.campaigns.operations.test_reviews import often
from tests.conftest import SYSTEM, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def thanks(campaigns):
    """Twenty points and a badge for every parcel: fifty a member and a hundred in all at most."""
    badge = badges.define("sent", name="Sent", criteria="A parcel.", actor=SYSTEM)
    badges.activate(badge, actor=SYSTEM)
    return published(
        "thanks",
        earns(20),
        {"kind": "badge", "badge": "sent"},
        triggers=["order.fulfilled"],
        limit={"units": 50, "per": "life"},
        budget_units=100,
    )


def lines(*places):
    return [{"line_id": place, "quantity": 1} for place in places]


def sent(bo, *places, id="f", at=None):
    named = {"lines": lines(*places)} if places else {}
    return act("order.fulfilled", bo, id=id, order_id="o1", at=at, **named)


def counted(campaign) -> tuple[int, int]:
    """What budget and limit say is given."""
    units = LimitUse.objects.filter(campaign=campaign).values_list("units", flat=True)
    return BudgetUse.objects.get(campaign=campaign).units, sum(units)


def test_what_the_parcels_brought_goes_when_nothing_is_left(thanks, bo, points):
    """E24: a part keeps it; the rest takes it, from both parcels, and frees budget and limit."""
    take(order(bo, "10.00", "5.00"), sent(bo, "0", id="f1"), sent(bo, "1", id="f2"))
    assert (balance(bo, points), counted(thanks)) == (15 + 40, (40, 40))
    take(back(bo, ("0", 1), id="r1"))
    assert (balance(bo, points), counted(thanks)) == (5 + 40, (40, 40))
    [last] = take(back(bo, ("1", 1), id="r2"))
    assert (balance(bo, points), counted(thanks)) == (0, (0, 0))
    assert sorted(
        effect["amount"]
        for effect in last["effects"]
        if effect["campaign"] == "thanks" and effect["amount"]
    ) == [-20, -20]
    assert Effect.objects.filter(campaign=thanks, kind="reversal", amount=-20).count() == 2
    assert faults() == []


def test_by_share_each_part_takes_its_own(campaigns, bo, points):
    """E24: twenty points, a third of the order's value back, then the rest."""
    published("share", earns(20), triggers=["order.fulfilled"], returns="share")
    take(order(bo, "10.00", "5.00"), sent(bo))
    take(back(bo, ("1", 1), id="r1"))
    assert balance(bo, points) == 10 + 13
    take(back(bo, id="r2"))
    assert balance(bo, points) == 0
    assert faults() == []


ORDERS = list(permutations(range(3)))


@pytest.mark.parametrize("turn", ORDERS, ids=str)
@pytest.mark.parametrize("at_once", [True, False])
def test_whatever_is_told_first_the_books_end_the_same(thanks, bo, points, turn, at_once):
    """E24, E27: that it went out may be told after it came back."""
    now = clock.now()
    told = [
        order(bo, "10.00", at=now - timedelta(days=3)),
        sent(bo, at=now - timedelta(days=2)),
        back(bo, id="r", at=now - timedelta(days=1)),
    ]
    batches = [[told[place] for place in turn]] if at_once else [[told[place]] for place in turn]
    for batch in batches:
        take(*batch)
        take(*batch)
    assert (balance(bo, points), counted(thanks)) == (0, (0, 0))
    assert faults() == []


def test_a_badge_for_a_parcel_that_came_back_is_marked(thanks, bo):
    """E24: a badge stays, and says that what it was for is no longer so."""
    take(order(bo, "10.00"), sent(bo), back(bo, id="r"))
    reversed_kinds = Effect.objects.filter(campaign=thanks, kind="reversal")
    assert sorted(each.reverses.kind for each in reversed_kinds) == ["badge", "points"]
    assert BadgeAward.objects.get(member=bo).unsupported_at is not None


def test_a_parcel_that_a_person_let_count_after_all_came_back(campaigns, bo, points):
    """E24, E64: it was told between two others, and is accepted when the return of all is settled."""
    published("thanks", earns(20), triggers=["order.fulfilled"])
    often(most=1, subjects=["order.fulfilled"])
    work()
    now, before = clock.now(), balance(bo, points)
    take(order(bo, "10.00", "5.00", "2.00", at=now - timedelta(days=1)))
    for line_id, hours in (("0", 9), ("1", 9), ("2", 1)):
        take(sent(bo, line_id, id=f"f{line_id}", at=now - timedelta(hours=hours)))
    assert balance(bo, points) == before + 17 + 40
    take(back(bo, id="r"))
    assert balance(bo, points) == before
    clerk = Actor.user(person("clerk@example.test", is_staff=True))
    reviews.accept(ReviewCase.objects.get(), reason="All three were sent", actor=clerk)
    work()
    assert balance(bo, points) == before
    taken = Effect.objects.filter(kind="reversal", reverses__activity__kind="order.fulfilled")
    assert list(taken.values_list("amount", flat=True)) == [-20, -20, -20]
    assert faults() == []
