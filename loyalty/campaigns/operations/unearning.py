"""Taking back all that some activities brought, as if they had never happened.

Locks as everywhere: budgets, funds, accounts in order; found again under the locks.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Greatest

from loyalty.campaigns.domain.caps import window_of
from loyalty.campaigns.models import Effect, LimitUse, MergedBonus, Waiting
from loyalty.campaigns.operations import budgets, people, rulebook, storing
from loyalty.campaigns.operations.budgets import Budgets
from loyalty.campaigns.operations.returns import drawn_by
from loyalty.campaigns.operations.sales import cancelled
from loyalty.campaigns.operations.things import WORDS, Thing, gone, take
from loyalty.rewards.models import Fund
from loyalty.rewards.operations import fund_moves
from loyalty.rewards.operations.fund_moves import Back
from members import clock
from members.domain.actors import Actor
from members.domain.calendar import local_date
from members.models import Activity, Member
from members.operations import activities, clawbacks, tiers
from members.operations.clawbacks import Ask


@transaction.atomic
def take_back(facts: Collection[int], *, reason: str, actor: Actor) -> int:
    """Reverse what these activities brought, and give limits, budgets and funds back what they used;
    answers how many effects that were. Those that were not evaluated yet never will be.

    Done again it finds nothing left. Raises Frozen when an account of theirs is.
    """
    facts = list(facts)
    if not facts:
        return 0
    held, funds = _lock(facts)
    unasked = Activity.objects.filter(pk__in=facts, evaluation=None)
    activities.decline(list(unasked.values_list("pk", flat=True)), reason=reason)
    gone = _take_things(facts, reason=reason, actor=actor)
    left = _left(_paid(facts))
    if not left:
        return gone
    asks = [_ask(effect, amount, asked, reason) for effect, amount, asked in left]
    taken = clawbacks.take_back(asks, actor=actor)
    storing.save_effects(
        [
            storing.reversal(
                effect,
                by=effect.activity_id,
                why=ask.reason,
                amount=ask.amount,
                entry_id=done.entries[0].pk if done.entries else None,
            )
            for (effect, *_), ask, done in zip(left, asks, taken, strict=True)
        ]
    )
    Waiting.objects.filter(pk__in=[effect.pk for effect, *_ in left]).delete()
    _free(left, held)
    _give_back(left, funds, at=clock.now())
    _settle([effect for effect, *_ in left], actor=actor)
    return gone + len(left)


def _lock(facts: list[int]) -> tuple[Budgets, list[Fund]]:
    """The budgets and funds these drew on, and the accounts of those they belong to. While we waited
    for the members, they may have drawn on others: then we let go of everything and begin again."""
    question = Q(activity__in=facts)
    while True:
        before, drawn = transaction.savepoint(), drawn_by(question)
        held = budgets.lock(drawn.budgets, drawn.segments, at=clock.now())
        funds = fund_moves.lock(drawn.funds)
        owners = Member.objects.filter(activities__in=facts)
        people.lock_people(set(owners.values_list("ref", flat=True)))
        if drawn_by(question) == drawn:
            transaction.savepoint_commit(before)
            return held, funds
        transaction.savepoint_rollback(before)


def _paid(facts: list[int]) -> QuerySet[Effect]:
    paid = Effect.objects.filter(activity__in=facts, kind="points", amount__gt=0)
    return paid.select_related(
        "activity__member",
        "activity__evaluation",
        "campaign",
        "rule_version__campaign",
        "entry__unit",
        "entry__credit",
    ).order_by("activity_id", "rule_version_id", "place")


def _left(effects: QuerySet[Effect]) -> list[tuple[Effect, int, int]]:
    """The effects of which something was not asked back yet: how much, and how much was."""
    back = Effect.objects.filter(reverses__in=effects).values_list("reverses")
    asked = {pk: -amount for pk, amount in back.annotate(sum=Sum("amount"))}
    merged = MergedBonus.objects.filter(effect__in=effects, given_again_at=None)
    for pk, amount in merged.values_list("effect").annotate(sum=Sum("amount")):
        asked[pk] = asked.get(pk, 0) + amount
    for pk, entry in cancelled([row.pk for row in effects]).items():
        asked[pk] = asked.get(pk, 0) + entry.amount
    rows = [
        (row, (row.amount or 0) - asked.get(row.pk, 0), asked.get(row.pk, 0)) for row in effects
    ]
    return [row for row in rows if row[1] > 0]


def _ask(effect: Effect, amount: int, asked: int, reason: str) -> Ask:
    assert effect.entry is not None  # points have an entry
    return Ask(
        effect.entry,
        key=f"unearned:{effect.pk}",
        reason=f"{effect.campaign.name}: {reason}"[:300],
        amount=amount,
        asked_before=asked,
        cause=("activity", effect.activity_id),
        is_last=True,
    )


def _free(left: Sequence[tuple[Effect, int, int]], held: Budgets) -> None:
    """Give back to the limits of the windows they fell into, and to the budgets."""
    book, counted = rulebook.current(), set[tuple[int, int]]()
    for effect, amount, _ in left:
        of = effect.activity_id, effect.rule_version_id
        times = 0 if of in counted else 1
        counted.add(of)
        rule, member = book.rule(effect.rule_version), effect.activity.member
        if rule.limit is not None and member is not None:
            at = effect.activity.occurred_at
            LimitUse.objects.filter(
                member=member,
                campaign_id=effect.campaign_id,
                window=window_of(rule.limit, at, local_date(at, member.time_zone)),
            ).update(times=Greatest(F("times") - times, 0), units=Greatest(F("units") - amount, 0))
        evaluation = getattr(effect.activity, "evaluation", None)
        held.free(rule, effect.unit_code, amount, budgets.counted_in(rule, evaluation))
    held.save()


def _take_things(facts: Collection[int], *, reason: str, actor: Actor) -> int:
    """What they brought besides points: steps, days, accesses, tags and attributes go, rewards are void
    unless they were used, what was taken is restored; badges and tiers stay, and are marked as not
    supported by current activity."""
    found = Effect.objects.filter(
        activity__in=facts, kind__in=WORDS, reversals=None, state=Effect.State.ACTIVE
    ).select_related("activity__member__merged_into", "entry", "rule_version__campaign", "campaign")
    things = [
        Thing(member.heir, effect, f"{effect.campaign.name}: {reason}", effect.activity_id)
        for effect in found.order_by("pk")
        if (member := effect.activity.member) is not None  # only who is known was given anything
    ]
    take(things, at=clock.now(), actor=actor)
    storing.save_effects([gone(thing) for thing in things])
    return len(things)


def _give_back(
    left: Sequence[tuple[Effect, int, int]], funds: Sequence[Fund], *, at: datetime
) -> None:
    backs = [
        Back(
            effect.campaign.funded_by_id,
            amount,
            effect.entry_id,
            f"unearned:{effect.pk}",
            ("activity", effect.activity_id),
        )
        for effect, amount, _ in left
        if effect.campaign.funded_by_id is not None and effect.entry_id is not None
    ]
    if backs:
        fund_moves.give_back(funds, backs, at=at)


def _settle(effects: Sequence[Effect], *, actor: Actor) -> None:
    status = rulebook.current().status_units
    falling = {effect.activity.member for effect in effects if effect.unit_code in status}
    members = [member for member in falling if member is not None]
    if members:
        tiers.settle(members, actor=actor)
