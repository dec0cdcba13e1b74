"""Merging two members, all floors together: points and people below, limits, bonuses and tiers here.

One transaction either way. Locks as everywhere: customer keys, budgets, funds, accounts in order.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import F, Q, Sum
from django.db.models.functions import Greatest

from events_directory.operations import merged as directory
from loyalty.campaigns.domain.caps import window_of
from loyalty.campaigns.domain.rules import compile_limit
from loyalty.campaigns.models import Effect, LimitUse, MergedBonus, RefillCycle, Waiting
from loyalty.campaigns.operations import budgets, merged_returns, referrals, rulebook
from loyalty.campaigns.operations.budgets import Budgets
from loyalty.campaigns.operations.returns import drawn_by
from loyalty.campaigns.operations.sales import cancelled
from loyalty.rewards.models import Fund
from loyalty.rewards.operations import fund_moves, redemptions
from loyalty.rewards.operations.fund_moves import Back
from members import clock
from members.domain.actors import Actor
from members.domain.calendar import local_date
from members.domain.sentences import kept
from members.models import Account, Balance, Entry, Member, Merge, Tier, TierLift, TierPeriod, User
from members.operations import activities, corrections, lifts, merges, tiers
from recognition.operations import awards, progress, streak_days

#: What happens to a person once: the kind of activity, and what its id says beside the member.
ONCE = ("member.joined", "birthday.reached", "anniversary.reached")
LONG = ("year", "life")
WAITING, CYCLES, LIFT = "campaigns.waiting", "campaigns.refillcycle", "members.tierlift"
REFERRALS = "campaigns.referral"
REDEMPTIONS, AWARDS, STEPS, STREAKS = (
    "rewards.redemption",
    "recognition.award",
    "recognition.achievementstep",
    "recognition.streakday",
)


@dataclass(slots=True)
class Foresight:
    """What a merge would change: balances and tiers of the target, and what would be taken back."""

    changes: list[tuple[str, int, int]] = field(default_factory=list)
    tiers: tuple[str, str] = ("", "")
    lots: int = 0
    twice: list[str] = field(default_factory=list)


@transaction.atomic
def merge(
    source: Member, target: Member, *, reason: str, key: str, by: User, keeps: str = ""
) -> Merge:
    """Make one member of two; the same `key` again returns the first merge.

    What both had of a bonus that a person gets once is taken back from the second, and the higher tier
    is kept to its review. Raises what `members.operations.merges.merge` raises.
    """
    (source, target), held, funds = _lock(
        source, target, Q(activity__member__in=[source.pk, target.pk])
    )
    known = Merge.objects.filter(key=key).first()
    if known is not None:
        return known
    merges.check(source, target, by=by, reason=reason)
    actor = Actor.user(by)
    ending = referrals.ending(source, target)
    tiers.settle([source, target], actor=actor)
    best = _best_tiers(source, target)
    made = merges.merge(source, target, reason=reason, key=key, by=by, keeps=keeps)
    merges.take(made, WAITING, Waiting.objects.filter(member=source))
    merges.take(made, CYCLES, RefillCycle.objects.filter(member=source))
    _add_limits(source, target)
    ended = referrals.end_merged(ending, actor=actor)
    if ended:  # what ended with them has given back to some of these
        held = budgets.lock(held.spent, held.segments, at=clock.now())
        funds = fund_moves.lock([fund.pk for fund in funds])
    _take_back_twice(made, held, funds, actor=actor)
    made.took |= {
        REDEMPTIONS: redemptions.hand_over(source, target),
        **directory.hand_over(source, target),
        AWARDS: awards.hand_over(source, target),
        STEPS: progress.hand_over(source, target, actor=actor),
        STREAKS: streak_days.hand_over(source, target),
        LIFT: _keep_tiers(target, best, actor=actor),
        REFERRALS: ended,
    }
    made.save(update_fields=["took"])
    held.save()
    # What one was told of may be of the other's orders.
    activities.match_again(target, key=f"evaluate:merged:{made.pk}")
    return made


@transaction.atomic
def undo(made: Merge, *, reason: str, by: User) -> Merge:
    """Make two members of one again, as far as their points were not spent.

    The bonuses that were taken back are given again, where their campaign's budget still holds them;
    one that was pending stays cancelled. Raises what `members.operations.merges.undo` raises.
    """
    source, target = made.source, made.target
    referrals.lock([int(pk) for pk in made.took.get(REFERRALS, ())])
    (source, target), held, _funds = _lock(source, target, Q(merged__merge=made))
    made = Merge.objects.get(pk=made.pk)
    merges.check_undo(made, by=by, reason=reason)
    actor = Actor.user(by)
    again = _give_again(made, held, actor=actor)
    held.save()
    merged_returns.send_home(made)
    merges.give_back(made, WAITING, Waiting.objects.all())
    merges.give_back(made, CYCLES, RefillCycle.objects.all())
    redemptions.hand_back(source, target, made.took[REDEMPTIONS])
    directory.hand_back(source, target, made.took)
    awards.hand_back(source, target, made.took[AWARDS])
    # Merges of before there were achievements moved none.
    progress.hand_back(source, target, made.took.get(STEPS, []), actor=actor)
    streak_days.hand_back(source, target, made.took.get(STREAKS, [[], []]))
    _take_off_limits(source, target)
    for lift in TierLift.objects.filter(pk__in=made.took[LIFT], ended_at=None):
        if lift.ends_at > clock.now():
            lifts.end_lift(lift, reason=reason, actor=actor)
    made = merges.undo(made, reason=reason, by=by, also=again)
    referrals.stand_again(made.took.get(REFERRALS, {}), actor=actor)
    tiers.settle(Member.objects.filter(pk__in=[source.pk, target.pk]), actor=actor)
    return made


def foresee(source: Member, target: Member, *, reason: str, by: User, keeps: str = "") -> Foresight:
    """What `merge` would do: done, looked at, and undone. Raises what it raises."""
    with transaction.atomic():
        tiers.settle([target], actor=Actor.user(by))
        before, standing = _balances(target), _tier_names(target)
        key = f"foreseen:{uuid4()}"
        made = merge(source, target, reason=reason, key=key, by=by, keeps=keeps)
        after = _balances(target)
        bonuses = made.bonuses.select_related("effect__campaign").order_by("pk")
        seen = Foresight(
            [(unit, before.get(unit, 0), amount) for unit, amount in sorted(after.items())],
            (standing, _tier_names(target)),
            Entry.objects.filter(
                cause_kind="merge", cause_id=made.pk, expires_at__isnull=False
            ).count(),
            [f"{bonus.effect.campaign.name}: −{bonus.amount}" for bonus in bonuses],
        )
        transaction.set_rollback(True)
    return seen


def _balances(member: Member) -> dict[str, int]:
    rows = Balance.objects.filter(account__member=member).exclude(amount=0)
    kinds = dict(Account.Kind.choices)
    return {
        f"{unit}, {kinds[kind]}": amount
        for unit, kind, amount in rows.values_list("account__unit__name", "account__kind", "amount")
    }


def _tier_names(member: Member) -> str:
    held = TierPeriod.objects.filter(member=member, ends_at=None).order_by("group_id")
    return ", ".join(held.values_list("tier__name", flat=True))


def _lock(
    source: Member, target: Member, effects: Q
) -> tuple[tuple[Member, Member], Budgets, list[Fund]]:
    """Lock the keys, the referrals that a merge ends, the budgets and the funds that these effects drew
    on, and both members.

    While we waited for the members, they may have drawn on others, or one may have brought the other,
    which come before them: then we let go of all but the keys and begin again.
    """
    merges.lock_keys(source, target)
    while True:
        before, drawn = transaction.savepoint(), drawn_by(effects)
        ending = referrals.lock(referrals.ending(source, target))
        held = budgets.lock(drawn.budgets, drawn.segments, at=clock.now())
        funds = fund_moves.lock(drawn.funds)
        both = merges.lock(source, target)
        if drawn_by(effects) == drawn and referrals.ending(source, target) <= {
            referral.pk for referral in ending
        }:
            transaction.savepoint_commit(before)
            return both, held, funds
        transaction.savepoint_rollback(before)


# -- tiers ----------------------------------------------------------------------------------------


def _best_tiers(source: Member, target: Member) -> list[tuple[Tier, datetime | None]]:
    """On each ladder the higher of the two tiers held, and when it is reviewed."""
    held = TierPeriod.objects.filter(member__in=[source, target], ends_at=None)
    best: dict[int, TierPeriod] = {}
    for period in held.select_related("tier").order_by("tier__threshold", "review_at"):
        best[period.group_id] = period
    return [(period.tier, period.review_at) for period in best.values()]


def _keep_tiers(
    target: Member, best: Iterable[tuple[Tier, datetime | None]], *, actor: Actor
) -> list[int]:
    """What both earned puts the target somewhere; where one stood higher, that stays to its review."""
    tiers.settle([target], actor=actor)
    now_held = TierPeriod.objects.filter(member=target, ends_at=None)
    thresholds = dict(now_held.values_list("group_id", "tier__threshold"))
    moved = []
    for tier, review_at in best:
        if review_at is not None and thresholds.get(tier.group_id, 0) < tier.threshold:
            last_day = local_date(review_at - timedelta(microseconds=1), target.time_zone)
            why = kept("Held before two memberships were merged")
            lift = lifts.give_tier(target, tier=tier, until=last_day, reason=why, actor=actor)
            moved.append(lift.pk)
    return moved


# -- limits ---------------------------------------------------------------------------------------


def _add_limits(source: Member, target: Member) -> None:
    """What the source was given counts towards the target's limits."""
    for use in LimitUse.objects.filter(member=source):
        own, is_new = LimitUse.objects.get_or_create(
            member=target,
            campaign_id=use.campaign_id,
            window=use.window,
            defaults={"times": use.times, "units": use.units},
        )
        if not is_new:
            _count(own.pk, use.times, use.units)


def _take_off_limits(source: Member, target: Member) -> None:
    for use in LimitUse.objects.filter(member=source):
        own = LimitUse.objects.filter(
            member=target, campaign_id=use.campaign_id, window=use.window
        ).first()
        if own is not None:
            _count(own.pk, -use.times, -use.units)


def _count(pk: int, times: int, units: int) -> None:
    LimitUse.objects.filter(pk=pk).update(
        times=Greatest(F("times") + times, 0), units=Greatest(F("units") + units, 0)
    )


# -- what is given once ---------------------------------------------------------------------------


def _take_back_twice(made: Merge, held: Budgets, funds: Sequence[Fund], *, actor: Actor) -> None:
    """Of what a person gets once, keep the first and take back the second, for its budget and its fund
    too."""
    backs = []
    for effects in _twice(made):
        for effect in effects:
            left = (effect.amount or 0) - _asked(effect)
            entry = effect.entry
            assert entry is not None  # points have an entry
            why = kept("%(campaign)s: given once, and both memberships had it") % {
                "campaign": effect.campaign.name
            }
            corrections.reverse(
                entry,
                amount=left,
                asked_before=_asked(effect),
                key=f"merge:{made.pk}:twice:{effect.pk}",
                reason=why[:300],
                actor=actor,
                cause=("merge", made.pk),
            )
            Waiting.objects.filter(pk=effect.pk).delete()
            window = _window(effect)
            MergedBonus.objects.create(merge=made, effect=effect, amount=left, window=window)
            _count_bonus(made.target, effect, window, -left, held, is_first=effect is effects[0])
            if effect.campaign.funded_by_id is not None:
                key, cause = f"merge:{made.pk}:twice:{effect.pk}", ("merge", made.pk)
                backs.append(Back(effect.campaign.funded_by_id, left, entry.pk, key, cause))
    fund_moves.give_back(funds, backs, at=clock.now())


def _twice(made: Merge) -> Iterable[list[Effect]]:
    """The effects of each activity that paid what the other membership had been paid before."""
    once = Q(activity__kind__in=ONCE) | Q(
        rule_version__limit__times=1, rule_version__limit__per__in=LONG
    )
    paid = Effect.objects.filter(
        once, activity__member=made.target, kind="points", amount__gt=0
    ).select_related(
        "activity__evaluation",
        "rule_version__campaign",
        "campaign",
        "entry__unit",
        "entry__credit__member",
    )
    groups: dict[Any, dict[int, list[Effect]]] = defaultdict(lambda: defaultdict(list))
    for effect in paid.order_by("activity__occurred_at", "activity_id", "place"):
        if (effect.amount or 0) > _asked(effect):
            groups[_sort(effect)][effect.activity_id].append(effect)
    for by_activity in groups.values():
        owners = {
            effect.entry.credit.member_id
            for effects in by_activity.values()
            for effect in effects
            if effect.entry is not None
        }
        if {made.source_id, made.target_id} <= owners:
            yield from list(by_activity.values())[1:]


def _sort(effect: Effect) -> tuple[int, str]:
    """What makes two effects the same bonus: the campaign, and the window or the occasion."""
    activity, window = effect.activity, _window(effect)
    if not window:
        # "birthday:2026:17" and "birthday:2026:18" are one birthday.
        window = f"{activity.kind}:{activity.external_id.rpartition(':')[0]}"
    return effect.campaign_id, window


def _window(effect: Effect) -> str:
    """The window of the limit that it counted in; empty without one."""
    limit, member = compile_limit(effect.rule_version.limit), effect.activity.member
    if limit is None or member is None or limit.per not in LONG:
        return ""
    at = effect.activity.occurred_at
    return window_of(limit, at, local_date(at, member.time_zone))


def _asked(effect: Effect) -> int:
    """How much of it was taken back already."""
    back = effect.reversals.aggregate(sum=Sum("amount"))["sum"] or 0
    merged = effect.merged.filter(given_again_at=None).aggregate(sum=Sum("amount"))["sum"] or 0
    return merged - back + sum(entry.amount for entry in cancelled([effect.pk]).values())


def _count_bonus(
    member: Member,
    effect: Effect,
    window: str,
    units: int,
    held: Budgets,
    *,
    is_first: bool,
) -> None:
    """Count `units` more (or less) in the limit and the budget; one time more or less, once."""
    times = (units > 0) - (units < 0) if is_first else 0
    uses = LimitUse.objects.filter(member=member, campaign_id=effect.campaign_id, window=window)
    for use in uses:
        _count(use.pk, times, units)
    rule = rulebook.current().rule(effect.rule_version)
    counted = budgets.counted_in(rule, getattr(effect.activity, "evaluation", None))
    count = held.spend if units > 0 else held.free
    count(rule, effect.unit_code, abs(units), counted)


def _give_again(made: Merge, held: Budgets, *, actor: Actor) -> list[Entry]:
    """Give again what `_take_back_twice` took, while both are still one, so that it repays what it had
    left owing first. No fund pays for it a second time. Answers the lots that are the source's."""
    theirs = []
    counted: set[int] = set()
    bonuses = made.bonuses.filter(given_again_at=None).select_related(
        "effect__campaign",
        "effect__activity__evaluation",
        "effect__rule_version__campaign",
        "effect__entry__unit",
        "effect__entry__credit__member",
    )
    for bonus in bonuses.order_by("pk"):
        effect, entry = bonus.effect, bonus.effect.entry
        assert entry is not None  # points have an entry
        rule = rulebook.current().rule(effect.rule_version)
        if not held.has_room(rule, effect.unit_code, bonus.amount):
            continue
        given = corrections.give_again(
            entry,
            taken_under=f"merge:{made.pk}:twice:{effect.pk}",
            key=f"merge:{made.pk}:again:{effect.pk}",
            reason=kept("%(campaign)s: theirs after all") % {"campaign": effect.campaign.name},
            actor=actor,
            cause=("merge", made.pk),
        )
        is_first = effect.activity_id not in counted
        counted.add(effect.activity_id)
        _count_bonus(made.target, effect, bonus.window, bonus.amount, held, is_first=is_first)
        bonus.given_again_at = clock.now()
        bonus.save(update_fields=["given_again_at"])
        if given is not None and entry.credit.member_id == made.source_id:
            theirs.append(given)
    return theirs
