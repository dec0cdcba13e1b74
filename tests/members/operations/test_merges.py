"""Two memberships of one person become one, and two again: the ground floor's part."""

from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, transaction

from members import clock
from members.errors import (
    MergedAlready,
    MergeTheOtherWay,
    NoMergeForOneself,
    NothingToReinstate,
    NotMerged,
    NotToItself,
    PointsHeld,
    ReasonNeeded,
    StaffSignIn,
    TwoSignIns,
)
from members.models import (
    Activity,
    AuditRow,
    Balance,
    CustomerKey,
    Entry,
    Member,
    Merge,
    OpenLot,
    Tier,
)
from members.operations import (
    activities,
    adjustments,
    corrections,
    gifts,
    holds,
    keys,
    ledger,
    members,
    merges,
    programme,
    tiers,
)
from members.operations import lots as reinstating
from tests.books import faults
from tests.conftest import SYSTEM, person
from tests.together import together

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(db):
    return person("clerk@example.test", is_staff=True)


@pytest.fixture
def ann(units) -> Member:
    """Nobody's sign-in leads to her."""
    return members.enrol("ann", actor=SYSTEM)


def merge(source, target, clerk, key="m", **more) -> Merge:
    return merges.merge(source, target, reason="The same person", key=key, by=clerk, **more)


def undo(made, clerk) -> Merge:
    return merges.undo(made, reason="A mistake", by=clerk)


def lots(member, unit, kind="wallet"):
    open_lots = OpenLot.objects.filter(account__member=member, account__kind=kind)
    return list(
        open_lots.filter(account__unit=unit)
        .order_by("expires_at", "earned_at", "entry_id")
        .values_list("remaining", "expires_at", "earned_at")
    )


def has(member, unit, kind="wallet") -> int:
    found = Balance.objects.filter(account__member=member, account__unit=unit, account__kind=kind)
    return sum(found.values_list("amount", flat=True))


def earn(member, unit, amount, key, days_ago=0):
    return ledger.accrue(
        member,
        unit=unit,
        amount=amount,
        key=key,
        reason="An order",
        actor=SYSTEM,
        cause=("test", None),
        at=clock.now() - timedelta(days=days_ago),
    )


def spend(member, unit, amount, key):
    return ledger.redeem(
        member, unit=unit, amount=amount, key=key, reason="Mug", actor=SYSTEM, cause=("test", 1)
    )


def everything() -> list:
    """What refusals must not change."""
    return [
        list(Balance.objects.order_by("pk").values_list()),
        list(Member.objects.order_by("pk").values_list("pk", "user", "merged_into")),
        list(Activity.objects.order_by("pk").values_list("pk", "member", "status")),
        (Merge.objects.count(), Entry.objects.count(), AuditRow.objects.count()),
    ]


def test_lots_move_unchanged_and_back(amara, ann, points, clerk):
    """E68, semantics 24: ends, order of spending and sum; undone, each is where it was."""
    earn(ann, points, 40, "x", days_ago=200)
    spent = spend(amara, points, 130, "s")
    before, alone = lots(amara, points), lots(ann, points)
    made = merge(amara, ann, clerk)
    assert lots(ann, points) == sorted([*before, *alone], key=lambda lot: lot[1:])
    assert (lots(amara, points), has(amara, points)) == ([], 0)
    assert merge(amara, ann, clerk) == made
    assert faults() == []
    undo(made, clerk)
    assert (lots(amara, points), lots(ann, points)) == (before, alone)
    assert faults() == []
    corrections.restore(spent, key="r", reason="Undone", actor=SYSTEM)
    assert has(amara, points) == 600


def test_what_was_spent_meanwhile_stays_spent(amara, ann, points, clerk):
    """E68: the soonest lot was the source's, and the target spent of it."""
    made = merge(amara, ann, clerk)
    spend(ann, points, 130, "s")
    undo(made, clerk)
    assert [amount for amount, *_ in lots(amara, points)] == [170, 300]
    assert has(ann, points) == 0
    assert faults() == []


def test_a_return_of_the_sources_order_takes_from_the_target(ann, bo, points, clerk):
    """E68: from the very lot; then from the others and into debt; after undoing, from the source."""
    order = earn(ann, points, 100, "o")
    other = earn(ann, points, 50, "p")
    spend(ann, points, 50, "s")
    made = merge(ann, bo, clerk)
    corrections.reverse(order, amount=30, asked_before=0, key="b1", reason="Back", actor=SYSTEM)
    assert (has(bo, points), has(ann, points)) == (70, 0)
    corrections.reverse(order, amount=70, asked_before=30, key="b2", reason="Back", actor=SYSTEM)
    assert (has(bo, points), has(bo, points, "debt")) == (0, 0)
    corrections.reverse(other, key="b3", reason="Back", actor=SYSTEM)
    assert (has(bo, points, "debt"), has(ann, points, "debt")) == (-50, 0)
    assert faults() == []
    undo(made, clerk)
    assert (has(bo, points, "debt"), has(ann, points, "debt")) == (-50, 0)
    assert faults() == []


def test_what_comes_back_to_the_source_is_the_targets(ann, bo, points, clerk):
    """E27, E68: restored with its own end, in a lot of the target's."""
    earn(ann, points, 100, "o")
    [(_, ends, _)] = lots(ann, points)
    spent = spend(ann, points, 100, "s")
    merge(ann, bo, clerk)
    corrections.restore(spent, amount=60, key="r1", reason="Undone", actor=SYSTEM)
    corrections.restore(spent, key="r2", reason="Undone", actor=SYSTEM)
    assert [lot[:2] for lot in lots(bo, points)] == [(60, ends), (40, ends)]
    assert faults() == []


def test_debts_move_with_their_age_and_are_repaid(ann, bo, points, clerk):
    """E68, I5: whoever can pay pays at once."""
    order = earn(ann, points, 100, "o")
    spend(ann, points, 80, "s")
    corrections.reverse(order, key="b", reason="Back", actor=SYSTEM)
    claim = Entry.objects.get(debit__member=ann, debit__kind="debt")
    earn(bo, points, 30, "x")
    made = merge(ann, bo, clerk)
    moved = Entry.objects.get(parent=claim, cause_kind="merge")
    assert moved.occurred_at == claim.occurred_at
    assert (has(bo, points), has(bo, points, "debt"), has(ann, points, "debt")) == (0, -50, 0)
    assert faults() == []
    undo(made, clerk)
    assert (has(bo, points, "debt"), has(ann, points, "debt")) == (0, -50)
    assert faults() == []


def test_points_of_one_repay_the_debt_of_the_other(ann, bo, points, clerk):
    order = earn(bo, points, 100, "o")
    spend(bo, points, 80, "s")
    corrections.reverse(order, key="b", reason="Back", actor=SYSTEM)
    earn(ann, points, 100, "x")
    merge(ann, bo, clerk)
    assert (has(bo, points), has(bo, points, "debt")) == (20, 0)
    assert faults() == []


def test_activities_keys_and_the_reference_lead_to_the_target(ann, bo, units, clerk):
    """E68: what was told, what is told for the old reference, and what names a key."""
    keys.give(ann, keys={"card": ["4711"]}, actor=SYSTEM)
    told = activities.record("app.opened", member=ann, source="app", external_id="1", actor=SYSTEM)
    made = merge(ann, bo, clerk)
    told.refresh_from_db()
    assert (told.member, told.subject) == (bo, "ann")
    assert CustomerKey.objects.get(member__isnull=False).member == bo
    assert Member.objects.known_as("ann").get() == bo
    assert members.enrol("ann", actor=SYSTEM) == bo
    ann.refresh_from_db()
    later = activities.record("app.opened", member=ann, source="app", external_id="2", actor=SYSTEM)
    assert later.member == bo
    undo(made, clerk)
    told.refresh_from_db()
    assert told.member == ann
    assert CustomerKey.objects.get(member__isnull=False).member == ann
    assert Member.objects.known_as("ann").get() == ann
    assert Activity.objects.get(pk=later.pk).member == bo


def test_the_database_lets_activities_change_hands_by_a_merge_alone(ann, bo, units):
    """E68: not even the operation can give an activity to a stranger."""
    told = activities.record("app.opened", member=ann, source="a", external_id="1", actor=SYSTEM)
    with pytest.raises(DatabaseError), transaction.atomic():
        Activity.objects.filter(pk=told.pk).update(member=bo)


def test_sign_ins(ann, bo, dee, amara, units, clerk):
    """E68: the only one leads to the target; of two, one is closed, and opened again."""
    user, other = bo.user, dee.user
    made = merge(bo, ann, clerk)
    assert Member.objects.of(user).get() == ann
    undo(made, clerk)
    assert Member.objects.of(user).get() == bo
    before = everything()
    with pytest.raises(TwoSignIns):
        merge(bo, dee, clerk, key="n")
    assert everything() == before
    made = merge(bo, dee, clerk, key="o", keeps="source")
    other.refresh_from_db()
    assert (Member.objects.of(user).get(), other.is_active) == (dee, False)
    assert not Member.objects.of(other).exists()
    undo(made, clerk)
    other.refresh_from_db()
    assert (Member.objects.of(other).get(), other.is_active) == (dee, True)
    staff = person("s@example.test", is_staff=True)
    own = members.enrol("own", user=staff, actor=SYSTEM)
    with pytest.raises(StaffSignIn):
        merge(own, amara, clerk, key="p", keeps="target")


def test_what_cannot_be_merged(ann, bo, dee, units, points, clerk):
    """E68: with a sentence, and nothing changes."""
    cat = members.enrol("cat", actor=SYSTEM)
    merge(cat, ann, clerk)
    earn(bo, points, 10, "x")
    hold = holds.place(bo, unit=points, amount=5, key="h", actor=SYSTEM)
    own = members.enrol("own", user=clerk, actor=SYSTEM)
    before = everything()
    for refusal, source, target in (
        (NotToItself, bo, bo),
        (MergedAlready, cat, bo),
        (MergedAlready, bo, cat),
        (MergeTheOtherWay, ann, bo),
        (PointsHeld, bo, ann),
        (NoMergeForOneself, own, bo),
        (NoMergeForOneself, bo, own),
    ):
        with pytest.raises(refusal):
            merge(source, target, clerk, key="n", keeps="target")
    with pytest.raises(ReasonNeeded):
        merges.merge(dee, ann, reason=" ", key="n", by=clerk)
    assert everything() == before
    holds.release(hold, actor=SYSTEM)
    made = merge(bo, ann, clerk, key="n")
    undo(made, clerk)
    with pytest.raises(NotMerged):
        undo(made, clerk)
    assert faults() == []


def test_a_gift_given_before_comes_back_to_the_target(ann, bo, dee, points, clerk):
    """E10, E68: and between the two of them nothing comes back."""
    earn(ann, points, 100, "x")
    gift = gifts.give(ann, receiver=dee, unit=points, amount=60, key="g", actor=SYSTEM)
    mine = gifts.give(ann, receiver=bo, unit=points, amount=10, key="h", actor=SYSTEM)
    code = gifts.give_code(ann, actor=SYSTEM)
    merge(ann, bo, clerk)
    gifts.take_back(gift, actor=SYSTEM, reason="A mistake")
    assert (has(bo, points), has(ann, points), has(dee, points)) == (100, 0, 0)
    with pytest.raises(Exception, match="one member"):
        gifts.take_back(mine, actor=SYSTEM, reason="A mistake")
    assert gifts.bearer_of(code.code) == bo
    assert faults() == []


def test_an_adjustment_that_waited_is_the_targets(ann, bo, points, clerk):
    """E65, E68."""
    waiting = adjustments.make(ann, unit=points, amount=5000, reason="Fair", by=clerk, key="a")
    merge(ann, bo, clerk)
    adjustments.approve(waiting, by=person("second@example.test"))
    assert (has(ann, points), has(bo, points)) == (0, 5000)
    assert faults() == []


def test_a_second_merge_after_undoing(ann, bo, dee, points, clerk):
    """E68: into another member; a return finds the lot where it is now."""
    order = earn(ann, points, 100, "o")
    undo(merge(ann, bo, clerk), clerk)
    merge(ann, dee, clerk, key="n")
    corrections.reverse(order, amount=40, key="b", reason="Back", actor=SYSTEM)
    assert (has(ann, points), has(bo, points), has(dee, points)) == (0, 0, 60)
    assert faults() == []


def test_what_expired_meanwhile_stays_expired(ann, bo, points, clerk):
    earn(ann, points, 100, "o")
    made = merge(ann, bo, clerk)
    with time_machine.travel(clock.now() + timedelta(days=3 * 366)):
        ledger.expire_due(at=clock.now())
        undo(made, clerk)
        assert (has(ann, points), has(bo, points)) == (0, 0)
        assert faults() == []


@pytest.mark.django_db(transaction=True)
def test_two_merges_of_one_member_at_once(ann, bo, dee, points, clerk):
    """E68: one of them; both lock in one order."""
    earn(ann, points, 100, "o")
    said = together(
        lambda: merge(ann, bo, clerk, key="1"),
        lambda: merge(ann, dee, clerk, key="2"),
        lambda: merge(bo, ann, clerk, key="3"),
    )
    assert said.count("done") == 1
    assert set(said) <= {"done", "merged_already", "merge_the_other_way"}
    assert has(ann, points) + has(bo, points) + has(dee, points) == 100
    assert faults() == []


@pytest.mark.django_db(transaction=True)
def test_a_merge_while_points_are_spent(ann, bo, points, clerk):
    """E68, E45: nothing is lost and nothing is spent twice."""
    earn(ann, points, 100, "o")
    said = together(
        lambda: merge(ann, bo, clerk),
        *(lambda n=n: spend(ann, points, 60, f"s{n}") for n in range(3)),
    )
    assert said[0] == "done"
    assert set(said[1:]) <= {"done", "not_enough"}
    assert has(ann, points) + has(bo, points) == 100 - 60 * said[1:].count("done")
    assert said[1:].count("done") <= 1
    assert faults() == []


def test_what_expired_before_the_merge_is_reinstated_for_the_target(points, ann, bo, clerk):
    """E19, E68: once, to who they are now; undone, it stays where it came, and comes back to nobody twice."""
    programme.change_tier(Tier.objects.get(slug="bronze"), actor=SYSTEM, reinstates_days=10)
    tiers.settle([ann, bo], actor=SYSTEM)
    ledger.accrue(
        ann, unit=points, amount=40, key="k", reason="x", actor=SYSTEM, cause=("test", 1),
        at=clock.now() - timedelta(days=1),
    )  # fmt: skip
    ends = OpenLot.objects.get().expires_at
    with clock.standing_at(ends):
        assert ledger.expire_due(at=ends) == 1
    with clock.standing_at(ends + timedelta(days=2)):
        made = merge(ann, bo, clerk)
        tiers.settle([bo], actor=SYSTEM)
        assert reinstating.foresee_reinstatement(bo, unit=points) == 40
        [entry] = reinstating.reinstate(bo, unit=points, reason="Kindness", actor=SYSTEM)
        assert (entry.amount, entry.credit.member) == (40, bo)
        undo(made, clerk)
        tiers.settle([ann, bo], actor=SYSTEM)
        for member in (ann, bo):
            with pytest.raises(NothingToReinstate):
                reinstating.reinstate(member, unit=points, reason="Again", actor=SYSTEM)
    assert faults() == []
