"""Two members become one, all floors together, and two again."""

from datetime import UTC, datetime, timedelta

import pytest

from loyalty.campaigns.models import BudgetUse, Campaign, LimitUse, MergedBonus, Waiting
from loyalty.campaigns.operations import merges, rulebook
from loyalty.measurement.operations import liability
from loyalty.measurement.operations.verification import verify
from loyalty.rewards.operations import redemptions, rewards
from members import clock
from members.domain.actors import Actor
from members.domain.keys import CARD
from members.errors import Frozen
from members.models import Activity, AuditRow, Balance, Decision, Entry, Member, Merge, TierPeriod
from members.operations import accesses, accounts, households, keys, ledger, members, yearly
from recognition.models import Badge, BadgeAward
from recognition.operations import awards
from recognition.operations.awards import Wanted
from tests.books import faults
from tests.campaigns.conftest import act, order, points_of, take, work
from tests.conftest import SYSTEM, person
from tests.members.operations.test_households import contribute
from tests.members.operations.test_merges import everything, has, lots
from tests.together import together

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(db):
    return person("clerk@example.test", is_staff=True)


@pytest.fixture
def ann(units) -> Member:
    return members.enrol("ann", actor=SYSTEM)


def merge(source, target, clerk, key="m", **more) -> Merge:
    return merges.merge(source, target, reason="The same person", key=key, by=clerk, **more)


def undo(made, clerk) -> Merge:
    return merges.undo(made, reason="A mistake", by=clerk)


def wrong() -> list:
    """Everything that `verify_ledger` finds, and what the liability report cannot explain."""
    today = clock.now().date()
    report = liability.roll_forward(today - timedelta(days=900), today + timedelta(days=2))
    unexplained = [each for each in report.differences.items() if each[1]]
    return unexplained + [(each.check.code, each.rows) for each in verify() if each.rows]


def tier_of(member) -> str:
    return TierPeriod.objects.get(member=member, ends_at=None).tier.slug


def test_the_welcome_is_kept_once_and_given_again(campaigns, points, ann, bo, clerk):
    """E68, semantics 24: the second is taken back; its limit counts once; undone, both have it."""
    work()
    assert (has(ann, points), has(bo, points)) == (50, 50)
    made = merge(ann, bo, clerk)
    assert (has(ann, points), has(bo, points)) == (0, 50)
    [bonus] = MergedBonus.objects.all()
    assert (bonus.effect.campaign.slug, bonus.amount) == ("welcome", 50)
    use = LimitUse.objects.get(member=bo, campaign__slug="welcome")
    assert (use.times, use.units) == (1, 50)
    assert wrong() == []
    undo(made, clerk)
    assert (has(ann, points), has(bo, points)) == (50, 50)
    for member in (ann, bo):
        use = LimitUse.objects.get(member=member, campaign__slug="welcome")
        assert (use.times, use.units) == (1, 50)
    assert wrong() == []


def test_a_welcome_that_was_spent_is_owed_and_forgiven_again(campaigns, points, ann, bo, clerk):
    """E68: the one who spent it has nothing to give back; undone, nobody owes."""
    work()
    for member in (ann, bo):
        ledger.redeem(
            member, unit=points, amount=50, key=f"s{member.pk}", reason="Mug", actor=SYSTEM,
            cause=("test", 1),
        )  # fmt: skip
    made = merge(ann, bo, clerk)
    assert (has(bo, points), has(bo, points, "debt")) == (0, -50)
    undo(made, clerk)
    assert [has(each, points, kind) for each in (ann, bo) for kind in ("wallet", "debt")] == [0] * 4
    assert wrong() == []


def test_this_years_birthday_is_kept_once(campaigns, points, ann, bo, clerk):
    """E68, semantics 13 and 24: the one that came first; and no third one comes."""
    day = datetime(2026, 6, 15, 12, tzinfo=UTC)
    with clock.standing_at(day - timedelta(days=200)):
        for member, month, date in ((ann, 6, 12), (bo, 6, 14)):
            members.update(member, birth_month=month, birth_day=date, actor=SYSTEM)
    with clock.standing_at(day):
        for offset in range(6, 0, -1):
            yearly.birthdays(day - timedelta(days=offset), day - timedelta(days=offset - 1))
        work()
        merge(bo, ann, clerk)
        assert has(ann, points) == 100
        [late] = Entry.objects.filter(cause_kind="merge", kind="reversal", amount=100)
        assert late.reverses.credit.member == bo
        assert Decision.objects.filter(member=ann, kind="birthday").count() == 1
        assert wrong() == []


def test_orders_history_limits_and_returns_are_one(campaigns, points, ann, bo, clerk):
    """E68: the order of either reference comes back by either."""
    take(order(ann, "20.00", id="o1"), order(bo, "30.00", id="o2"))
    made = merge(ann, bo, clerk)
    assert has(bo, points) == 50
    [answer] = take(order("ann", "10.00", id="o3"))
    assert answer["status"] == "accepted"
    assert Activity.objects.get(external_id="o3").member == bo
    take(act("order.returned", ann, id="r1", order_id="o1"))
    take(act("order.returned", bo, id="r3", order_id="o3"))
    assert has(bo, points) == 30
    assert wrong() == []
    undo(made, clerk)
    assert (has(ann, points), has(bo, points)) == (0, 30)
    take(act("order.returned", bo, id="r2", order_id="o2"))
    assert has(bo, points) == 0
    assert wrong() == []


def test_what_came_back_while_they_were_one_goes_home_with_its_order(
    campaigns, points, ann, bo, clerk
):
    """E68, E24: told by the old reference or the new; the same piece never comes back twice. What waits and
    names the source goes home too, and what is of the target's order stays."""
    take(order(ann, "20.00", "5.00", id="o1"), order(bo, "30.00", "1.00", id="o2"))
    made = merge(ann, bo, clerk)
    piece = [{"line_id": "0", "quantity": 1}]
    take(act("order.returned", ann, id="r1", order_id="o1", lines=piece))
    take(act("order.returned", bo, id="r2", order_id="o2", lines=piece))
    take(act("order.returned", ann, id="w", order_id="unknown"))
    assert (has(ann, points), has(bo, points)) == (0, 6)
    undo(made, clerk)

    owners = dict(
        Activity.objects.filter(kind="order.returned").values_list("external_id", "member")
    )
    assert owners == {"r1": ann.pk, "r2": bo.pk, "w": ann.pk}
    assert (has(ann, points), has(bo, points)) == (5, 1)
    [again] = take(act("order.returned", ann, id="r3", order_id="o1", lines=piece))
    assert (again["status"], again["code"]) == ("quarantined", "nothing_left")
    take(order("ann", "9.00", id="unknown"))
    assert Activity.objects.get(external_id="w").status == "accepted"
    assert (has(ann, points), has(bo, points)) == (5, 1)
    assert wrong() == []


def test_a_return_after_undoing_takes_from_the_source(campaigns, points, ann, bo, clerk):
    take(order(ann, "20.00", id="o1"))
    undo(merge(ann, bo, clerk), clerk)
    take(act("order.returned", ann, id="r1", order_id="o1"))
    assert (has(ann, points), has(bo, points)) == (0, 0)
    assert wrong() == []


def test_pending_points_are_confirmed_or_taken_back_by_either(campaigns, points, ann, bo, clerk):
    """E47, E68: they wait with the target, and come back to the source."""
    for id in ("o1", "o2", "o3"):
        take(act("refill.ordered", ann, id=id, order_id=id))
    made = merge(ann, bo, clerk)
    assert (has(ann, points, "pending"), has(bo, points, "pending")) == (0, 75)
    [answer] = take(act("refill.confirmed", ann, id="c1", order_id="o1"))
    assert (answer["status"], has(bo, points)) == ("accepted", 25)
    take(act("refill.rejected", bo, id="c2", order_id="o2"))
    assert has(bo, points, "pending") == 25
    assert wrong() == []
    undo(made, clerk)
    assert (has(ann, points, "pending"), has(bo, points, "pending")) == (25, 0)
    assert Waiting.objects.get().member == ann
    take(act("refill.confirmed", ann, id="c3", order_id="o3"))
    assert (has(ann, points), has(bo, points)) == (25, 25)
    assert wrong() == []


def test_the_tier_follows_from_both_histories(campaigns, ann, bo, clerk):
    """E68: 100 and 100 make Silver; undone, nobody is."""
    take(order(ann, "100.00", id="o1"), order(bo, "100.00", id="o2"))
    made = merge(ann, bo, clerk)
    assert tier_of(bo) == "silver"
    assert not TierPeriod.objects.filter(member=ann).exists()
    undo(made, clerk)
    assert (tier_of(ann), tier_of(bo)) == ("bronze", "bronze")
    assert wrong() == []


def test_the_higher_tier_is_kept_to_its_review(campaigns, ann, bo, clerk):
    """E68, semantics 24: together they would have been reviewed, and let down, earlier."""
    now = clock.now()
    members.update(bo, joined_on=(now - timedelta(days=800)).date(), actor=SYSTEM)
    # Together Gold 700 days ago, not kept a year later. Alone, ann is Silver until her own review.
    take(
        order(bo, "140.00", id="o1", at=now - timedelta(days=500)),
        order(ann, "20.00", id="o2", at=now - timedelta(days=490)),
        order(ann, "140.00", id="o3", at=now - timedelta(days=200)),
    )
    before = (tier_of(ann), tier_of(bo))
    made = merge(ann, bo, clerk)
    assert max(before, key=["bronze", "silver", "gold"].index) == tier_of(bo)
    undo(made, clerk)
    assert (tier_of(ann), tier_of(bo)) == before


def test_doors_badges_and_keys_come_over_once(campaigns, ann, bo, clerk):
    """E68: what both hold is held once."""
    for slug in ("one", "two"):
        Badge.objects.create(
            slug=slug, name=slug, criteria="x", state="active", created_at=clock.now()
        )
    wanted = [
        Wanted(member.pk, slug, f"k{member.pk}", "Won", clock.now())
        for member, slug in ((ann, "one"), (bo, "one"), (ann, "two"))
    ]
    awards.award_many(wanted, actor=SYSTEM)
    accesses.grant(ann, name="early", cause="c", actor=SYSTEM)
    keys.give(ann, keys={CARD: ["4711"]}, actor=SYSTEM)
    made = merge(ann, bo, clerk)
    held = BadgeAward.objects.live().filter(member=bo).order_by("badge__slug")
    assert list(held.values_list("badge__slug", flat=True)) == ["one", "two"]
    assert BadgeAward.objects.live().count() == 2
    assert accesses.has_access(bo, name="early")
    [answer] = take(order("", "20.00", customer={"card_token": "4711"}))
    assert points_of(answer) == [("base", 20, "active")]
    assert Activity.objects.get(external_id="o1").member == bo
    undo(made, clerk)
    assert BadgeAward.objects.live().filter(member=ann).count() == 2
    assert not accesses.has_access(bo, name="early")
    assert keys.kinds_of(ann)["card_token"] == 1


def test_a_budget_holds_what_was_taken_back(campaigns, points, ann, bo, clerk):
    """E44, E68: it is free again; where it was used meanwhile, the bonus stays taken."""
    Campaign.objects.filter(slug="welcome").update(budget_units=100)
    BudgetUse.objects.get_or_create(campaign=Campaign.objects.get(slug="welcome"))
    rulebook.touch()
    work()
    welcome = BudgetUse.objects.get(campaign__slug="welcome")
    assert welcome.units == 100
    made = merge(ann, bo, clerk)
    welcome.refresh_from_db()
    assert welcome.units == 50
    members.enrol("cat", actor=SYSTEM)
    work()
    welcome.refresh_from_db()
    assert welcome.units == 100
    undo(made, clerk)
    welcome.refresh_from_db()
    assert (welcome.units, has(ann, points), has(bo, points)) == (100, 50, 0)
    assert wrong() == []


def test_the_same_key_is_the_same_merge_and_looking_changes_nothing(
    campaigns, points, ann, bo, clerk
):
    """E68: foreseen exactly; twice is once; the trail says who, before, after and why."""
    work()
    take(order(ann, "20.00", id="o1"))
    before = everything()
    seen = merges.foresee(ann, bo, reason="The same person", by=clerk)
    assert everything() == before
    assert seen.changes == [("Points, spendable", 50, 70), ("Status points, spendable", 0, 20)]
    assert (seen.lots, seen.twice) == (3, ["Welcome: −50"])
    made = merge(ann, bo, clerk)
    after = everything()
    assert merge(ann, bo, clerk) == made
    assert everything() == after
    row = AuditRow.objects.get(verb="members.member.merged", subject_id=str(bo.pk))
    assert (row.actor_id, row.reason) == (clerk.pk, "The same person")
    assert row.before == {"source": "ann", "target": "bo"}
    assert row.after == {"member": "bo", "merge": made.pk}


def test_sweeps_leave_a_merged_member_alone(campaigns, points, ann, bo, clerk):
    """E68, P13: no birthday, no review."""
    with clock.standing_at(datetime(2026, 1, 1, tzinfo=UTC)):
        members.update(ann, birth_month=6, birth_day=14, actor=SYSTEM)
    merge(ann, bo, clerk)
    day = datetime(2026, 6, 15, 12, tzinfo=UTC)
    yearly.birthdays(day - timedelta(days=2), day)
    assert not Activity.objects.filter(kind="birthday.reached").exists()
    assert lots(ann, points) == []
    assert faults() == []
    assert Balance.objects.filter(account__member=ann).exclude(amount=0).count() == 0


@pytest.mark.django_db(transaction=True)
def test_orders_told_while_two_are_merged_are_the_targets(campaigns, points, ann, bo, clerk):
    """E68, E45: those of the old reference too; nothing is left behind, nothing counts twice."""
    said = together(
        lambda: merge(ann, bo, clerk),
        *(lambda n=n: take(order("ann", "10.00", id=f"a{n}")) for n in range(3)),
        *(lambda n=n: take(order("bo", "10.00", id=f"b{n}")) for n in range(2)),
    )
    assert said == ["done"] * 6
    work()
    assert (has(ann, points), has(bo, points)) == (0, 50 + 50)
    assert set(Activity.objects.values_list("member__ref", flat=True)) == {"bo"}
    assert wrong() == []


@pytest.mark.django_db(transaction=True)
def test_a_merge_undone_twice_at_once_is_undone_once(campaigns, points, ann, bo, clerk):
    take(order(ann, "20.00", id="o1"))
    made = merge(ann, bo, clerk)
    said = together(*(lambda: undo(made, clerk) for _ in range(3)))
    assert sorted(said) == ["done", "not_merged", "not_merged"]
    assert (has(ann, points), has(bo, points)) == (20, 0)
    assert wrong() == []


@pytest.mark.django_db(transaction=True)
def test_merging_somebody_away_from_a_household_blocks_nobody(points, ann, bo, clerk):
    """E11, E45, E68: the household is locked before the balances, whoever asks."""
    ledger.accrue(
        ann, unit=points, amount=100, key="e", reason="r", actor=SYSTEM, cause=("test", 1)
    )
    households.open(ann, name="Lindenweg 3", actor=SYSTEM)
    contribute(ann, points, 40)
    said = together(
        lambda: merge(ann, bo, clerk),
        *(lambda n=n: contribute(ann, points, 5, key=f"in-{n}") for n in range(5)),
    )
    assert said[0] == "done"
    assert set(said) <= {"done", "no_household"}
    assert (has(ann, points), has(bo, points)) == (0, 100)
    assert wrong() == []


def test_nobody_is_merged_while_an_account_is_frozen(campaigns, points, ann, bo, clerk, fay):
    """E68, P2, P16: what was told meanwhile counts once it is unfrozen, so it must find its member."""
    work()
    frozen = ledger.wallet(ann, points, "pending")
    accounts.freeze(frozen.pk, reason="To be looked at", actor=SYSTEM)
    take(order(ann, "20.00"))
    before = everything()
    for source, target in ((ann, bo), (bo, ann)):
        with pytest.raises(Frozen):
            merge(source, target, clerk)
    assert everything() == before
    accounts.unfreeze(frozen.pk, reason="Sound", actor=Actor.user(fay))
    work()
    merge(ann, bo, clerk)
    assert has(bo, points) == 50 + 20
    assert wrong() == []


@pytest.mark.django_db(transaction=True)
def test_a_redemption_is_undone_while_its_member_is_merged(points, ann, bo, clerk):
    """E68, I14: whoever comes first, the points come back once, to who stays."""
    ledger.accrue(
        ann, unit=points, amount=100, key="e", reason="r", actor=SYSTEM, cause=("test", 1)
    )
    made = [exchanged(ann, points, f"tea-{n}", cost=20) for n in range(4)]
    said = together(
        lambda: merge(ann, bo, clerk),
        *(lambda each=each: redemptions.cancel(each, actor=SYSTEM) for each in made),
    )
    assert said == ["done"] * 5
    assert (has(ann, points), has(bo, points)) == (0, 100)
    assert wrong() == []


def exchanged(member, unit, slug, *, cost):
    reward = rewards.offer(slug, name=slug, kind="product", unit=unit, cost=cost, actor=SYSTEM)
    return redemptions.redeem(member, reward=reward, key=slug, actor=SYSTEM)
