"""Refills as a chain: each container once a cycle, the ladder of refills, and what is out of turn."""

from datetime import timedelta
from itertools import permutations
from threading import Barrier, Thread

import pytest
from django.db import connection

from loyalty.campaigns.errors import BadRule
from loyalty.campaigns.models import RefillCycle
from loyalty.campaigns.operations import intake
from members import clock
from members.models import Activity
from tests.books import faults
from tests.campaigns.conftest import act, take, work
from tests.campaigns.effects import balance, broken, earns, missed, published, said
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db


def told(member, what, order="o1", serial="J7", id="", **fields):
    return act(
        f"refill.{what}",
        member,
        id=id or f"{what}:{order}:{serial}",
        order_id=order,
        serial=serial,
        **fields,
    )


def statuses(answers) -> list[str]:
    return [answer["status"] for answer in answers]


@pytest.fixture
def bonus(units):
    """25 points for a refill, pending until it is confirmed."""
    return published(
        "bonus",
        earns(25, pending={"until": "refill.confirmed", "cancelled_by": "refill.rejected"}),
        triggers=["refill.ordered"],
    )


def test_the_whole_chain_releases_the_bonus(bonus, bo, points):
    """E47, semantic 26: ordered, shipped, sent back, inspected, refilled."""
    steps = ("ordered", "shipped", "returned", "inspected", "confirmed")
    answers = [take(told(bo, step))[0] for step in steps]
    assert statuses(answers) == ["accepted"] * 5
    assert said(answers[0]) == [("points", 25, "pending")]
    assert said(answers[4]) == [("activation", 25, "active")]
    cycle = RefillCycle.objects.get()
    assert (cycle.state, cycle.told) == (
        "refilled",
        ["ordered", "shipped", "returned", "inspected", "refilled"],
    )
    assert (balance(bo, points), faults(), broken()) == (25, [], [])


def test_a_rejection_after_inspection_cancels_it(bonus, bo, points):
    """E47: nothing is paid, and the container cannot be confirmed in that order any more."""
    take(told(bo, "ordered"), told(bo, "inspected"))
    [rejected] = take(told(bo, "rejected"))
    assert said(rejected) == [("cancellation", 25, "cancelled")]
    [confirmed] = take(told(bo, "confirmed"))
    assert (confirmed["status"], confirmed["reason"]) == (
        "quarantined",
        "Container J7 was rejected in this order, so it cannot be refilled.",
    )
    assert (balance(bo, points), RefillCycle.objects.get().state) == (0, "rejected")


def test_a_confirmation_is_counted_once_a_cycle(units, bo, points):
    """E48: told again under another id and another order, it waits; once the container is ordered again,
    it counts."""
    published("paid", earns(10), triggers=["refill.confirmed"])
    take(told(bo, "ordered"), told(bo, "confirmed"))
    [again] = take(told(bo, "confirmed", id="c2"))
    assert (again["status"], balance(bo, points)) == ("quarantined", 10)
    [other] = take(told(bo, "confirmed", order="o2"))
    assert (other["status"], balance(bo, points)) == ("parked", 10)
    take(told(bo, "ordered", order="o2"))
    work()
    assert balance(bo, points) == 20
    assert not Activity.objects.filter(status="parked").exists()
    assert list(RefillCycle.objects.order_by("number").values_list("number", "state")) == [
        (1, "refilled"),
        (2, "refilled"),
    ]


def test_a_ladder_pays_on_the_first_third_and_tenth(units, bo, points):
    """E48: of twelve confirmed refills three pay, and the others say on which times it pays."""
    published("ladder", earns(100, nth=[1, 3, 10]), triggers=["refill.confirmed"])
    answers = [take(told(bo, "confirmed", order=f"o{n}", serial=f"S{n}"))[0] for n in range(12)]
    assert [bool(answer["effects"]) for answer in answers] == [
        number in (1, 3, 10) for number in range(1, 13)
    ]
    assert missed(answers[1]) == {"ladder": "It pays on these times only: 1, 3, 10"}
    assert (balance(bo, points), broken()) == (300, [])


def test_a_ladder_in_one_batch_pays_the_same(units, bo, points):
    """E48: a batch of twelve leaves what twelve single ones leave."""
    published("ladder", earns(100, nth=[1, 3, 10]), triggers=["refill.confirmed"])
    take(*(told(bo, "confirmed", order=f"o{n}", serial=f"S{n}") for n in range(12)))
    assert balance(bo, points) == 300


def test_a_ladder_may_count_each_container_for_itself(units, bo, points):
    """E48: the second refill of one jar pays, whatever else was refilled."""
    published("loyal-jar", earns(40, nth=[2], counted_by="serial"), triggers=["refill.confirmed"])
    for order, serial in (("o1", "J7"), ("o2", "J8"), ("o3", "J7"), ("o4", "J7")):
        take(told(bo, "ordered", order, serial), told(bo, "confirmed", order, serial))
    assert balance(bo, points) == 40


def test_only_confirmed_refills_are_counted_by_container(units):
    """E48: anything else has no cycle that could be counted."""
    with pytest.raises(BadRule) as refused:
        published("wrong", earns(1, nth=[2], counted_by="serial"))
    assert refused.value.params["pointer"] == "/effects/0/counted_by"


def test_what_is_told_twice_moves_nothing(bonus, bo, points):
    """E85: the same id again gets the first answer, and the cycle stays where it is."""
    ordered = told(bo, "ordered")
    take(ordered)
    [again] = take(ordered)
    assert (again["status"], RefillCycle.objects.get().told) == ("duplicate", ["ordered"])


def test_two_jars_of_one_order_are_two_cycles(bonus, bo, points):
    """E47: one is refilled, the other rejected; each has its own bonus."""
    take(told(bo, "ordered", serial="J7"), told(bo, "ordered", serial="J8"))
    take(told(bo, "confirmed", serial="J7"), told(bo, "rejected", serial="J8"))
    assert (balance(bo, points), balance(bo, points, "pending")) == (25, 0)
    assert dict(RefillCycle.objects.values_list("serial", "state")) == {
        "J7": "refilled",
        "J8": "rejected",
    }


def test_a_jar_changes_hands(bonus, bo, dee):
    """Semantic 26: while it is on its way for Bo, Dee's order of it waits; then it begins."""
    take(told(bo, "ordered"))
    [waits] = take(told(dee, "ordered", order="o9"))
    assert (waits["status"], waits["reason"]) == (
        "parked",
        "Container J7 is still under way in another order.",
    )
    take(told(bo, "confirmed"))
    work()
    assert RefillCycle.objects.get(number=2).member == dee
    assert Activity.objects.get(external_id="ordered:o9:J7").status == "accepted"


@pytest.mark.parametrize("arrival", list(permutations(range(3))))
def test_steps_told_in_any_order_end_the_same(bonus, bo, points, arrival):
    """I2: each step counts, in whatever order it is told; what is promised late and was confirmed before
    is paid at once."""
    published("paid", earns(10), triggers=["refill.confirmed"])
    start = clock.now() - timedelta(hours=5)
    steps = [
        told(bo, what, at=start + timedelta(hours=place))
        for place, what in enumerate(("ordered", "returned", "confirmed"))
    ]
    for place in arrival:
        take(steps[place])
    cycle = RefillCycle.objects.get()
    assert (cycle.state, sorted(cycle.told)) == ("refilled", ["ordered", "refilled", "returned"])
    assert (balance(bo, points), balance(bo, points, "pending")) == (35, 0)
    assert (faults(), broken()) == ([], [])


def test_a_late_promise_that_was_rejected_is_cancelled(bonus, bo, points):
    """E47, I2: the rejection was told first; nothing is paid, and nothing goes on waiting."""
    now = clock.now()
    take(told(bo, "rejected", at=now - timedelta(hours=1)))
    [ordered] = take(told(bo, "ordered", at=now - timedelta(hours=2)))
    assert said(ordered) == [("points", 25, "pending"), ("cancellation", 25, "cancelled")]
    assert (balance(bo, points), balance(bo, points, "pending")) == (0, 0)
    assert (faults(), broken()) == ([], [])


def test_an_old_confirmation_settles_nothing_new(bonus, bo, points):
    """A second order under the same number does not live off the first one's confirmation."""
    now = clock.now()
    for name, hours in (("ordered", 4), ("confirmed", 3)):
        take(act(f"refill.{name}", bo, id=name, order_id="o1", at=now - timedelta(hours=hours)))
    take(act("refill.ordered", bo, id="again", order_id="o1", at=now - timedelta(hours=2)))
    assert (balance(bo, points), balance(bo, points, "pending")) == (25, 25)


@pytest.mark.django_db(transaction=True)
def test_two_shops_confirm_one_jar_at_once(units, bo, dee):
    """E48: two connections, two members, one serial that nobody has seen before: one counts, one waits."""
    published("paid", earns(10), triggers=["refill.confirmed"])
    together, answers = Barrier(2), []

    def confirm(member, order):
        together.wait()
        try:
            answers.extend(intake.take([told(member, "confirmed", order=order)], actor=SYSTEM))
        finally:
            connection.close()

    threads = [Thread(target=confirm, args=args) for args in ((bo, "o1"), (dee, "o2"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status for answer in answers) == ["accepted", "parked"]
    assert RefillCycle.objects.get().state == "refilled"
