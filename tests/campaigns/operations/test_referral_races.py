"""Referrals that several people, or a person and the clock, decide about at the same moment."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from loyalty.campaigns.models import Effect, Referral
from loyalty.campaigns.operations import merges, referral_windows, referrals
from members import clock
from members.domain.actors import Actor
from members.models import Activity, User
from tests.books import faults
from tests.campaigns.conftest import act, order, take, work
from tests.campaigns.operations.test_return_races import looks
from tests.campaigns.referring import bring, bring_a_friend, brought, newcomer
from tests.conftest import person
from tests.members.operations.test_merges import has
from tests.together import together

pytestmark = pytest.mark.django_db(transaction=True)


def clerks(number: int) -> list[Actor]:
    return [
        Actor.user(person(f"clerk{each}@example.test", is_staff=True)) for each in range(number)
    ]


def later(act_):
    """A thread that does it on a connection of its own."""

    def run() -> None:
        try:
            act_()
        finally:
            connection.close()

    return threading.Thread(target=run)


@pytest.fixture
def two(units):
    """Ann brought Ben, who bought something."""
    bring_a_friend()
    ann, ben = newcomer("ann"), newcomer("ben")
    bring(ann, ben)
    take(order(ben, "40.00"))
    return ann, ben


def sweep() -> None:
    at = clock.now() + timedelta(days=15)
    with transaction.atomic():
        referral_windows.window_ends(at - timedelta(minutes=5), at)


@pytest.mark.parametrize("is_void_first", [True, False])
def test_a_person_voids_while_the_sweep_approves(two, points, is_void_first):
    """E63: whoever is first, nothing is left with either side."""
    ann, ben = two
    [clerk] = clerks(1)

    def void() -> None:
        referrals.void(brought(ben), reason="A farm", actor=clerk)

    first, second = (void, sweep) if is_void_first else (sweep, void)
    other = later(second)
    with transaction.atomic():
        first()
        other.start()
        assert any(looks())
    other.join(timeout=30)
    work()
    assert (brought(ben).state, has(ann, points), has(ben, points)) == ("void", 0, 0)
    assert faults() == []


def test_the_return_comes_while_the_sweep_approves(two, points):
    """E28, E63: the sweep has not seen it; the job that it leaves does."""
    ann, ben = two
    with transaction.atomic():
        sweep()
        other = later(lambda: take(act("order.returned", ben, id="r", order_id="o1")))
        other.start()
        other.join(timeout=30)
    work()
    assert (brought(ben).state, has(ann, points), has(ben, points)) == ("void", 0, 0)
    assert faults() == []


def test_two_sweeps_pay_once(two, points):
    """E60, E63."""
    ann, ben = two
    assert together(sweep, sweep) == ["done", "done"]
    work()
    assert (has(ann, points), has(ben, points)) == (113, 55)


def test_two_people_decide_at_once(two):
    """E61: one does; the other reads that it is done."""
    _, ben = two
    Referral.objects.update(state="flagged")
    one, other = clerks(2)
    said = together(
        lambda: referrals.void(brought(ben), reason="A farm", actor=one),
        lambda: referrals.void(brought(ben), reason="A farm", actor=other),
    )
    assert sorted(map(str, said)) == ["done", "illegal_move"]
    assert Effect.objects.filter(kind="reversal").count() == 2


def test_void_and_the_worker_meet_at_the_account(units, points):
    """E63: the worker evaluates the facts while they are being declined."""
    bring_a_friend()
    ann, ben = newcomer("ann"), newcomer("ben")
    work()
    take(act("referral.joined", ann, id="j", friend="ben"))
    [clerk] = clerks(1)
    other = later(work)
    with transaction.atomic():
        referrals.void(brought(ben), reason="A farm", actor=clerk)
        other.start()
        assert any(looks())
    other.join(timeout=30)
    assert (has(ann, points), has(ben, points)) == (0, 0)
    facts = Activity.objects.filter(kind="referral.signed_up")
    assert list(facts.values_list("status", flat=True)) == ["declined"] * 2


def test_a_ring_is_not_closed_from_both_ends(units):
    """E62: each brings the other at the same moment; one of the two is looked at."""
    ann, ben = newcomer("ann"), newcomer("ben")
    work()
    done = together(
        lambda: take(act("referral.joined", ann, id="j1", friend="ben")),
        lambda: take(act("referral.joined", ben, id="j2", friend="ann")),
    )
    assert done == ["done", "done"]
    assert sorted(Referral.objects.values_list("reasons", flat=True)) == [[], ["ring"]]


def test_two_advocates_of_one_friend(units):
    """E62: one advocate for ever."""
    ann, cat, _ben = newcomer("ann"), newcomer("cat"), newcomer("ben")
    work()
    done = together(
        lambda: take(act("referral.joined", ann, id="j1", friend="ben")),
        lambda: take(act("referral.joined", cat, id="j2", friend="ben")),
    )
    assert done == ["done", "done"]
    assert Referral.objects.count() == 1


def test_a_merge_of_the_two_and_a_person_who_voids(two, points):
    """E68: the one waits for the other, and neither for ever."""
    ann, ben = two
    clerk, other = clerks(2)
    said = together(
        lambda: merges.merge(ann, ben, reason="One", key="m", by=_user(clerk)),
        lambda: referrals.void(brought(ben), reason="A farm", actor=other),
    )
    assert said[0] == "done" and said[1] in ("done", "illegal_move")
    work()
    assert (brought(ben).state, has(ben, points)) == ("void", 0)
    assert faults() == []


def _user(actor: Actor):
    return User.objects.get(pk=actor.id)
