"""Counting steps towards achievements, one or a thousand at once; the same cause counts once.

Progress is a replay of the steps that stand, so it is the same in whatever order they were told.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from members.domain.actors import Actor
from members.models import Member
from members.operations import activities, audit
from recognition.domain.achievements import Taken, Tally, replay
from recognition.models import Achievement, AchievementStep, Progress
from recognition.operations import awards
from recognition.operations.awards import Wanted

#: Whose, and of which achievement.
Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Step:
    """Steps to count: whose, towards which achievement (its slug), for what cause, when, on which of the
    member's days."""

    member_id: int
    achievement: str
    key: str
    steps: int
    at: datetime
    day: date


@transaction.atomic
def take_steps(steps: Sequence[Step], *, actor: Actor) -> None:
    """Count steps; those towards what is not active are left out. Reaching an achievement is audited and
    recorded as `achievement.reached`, and wins its badge. The members' accounts must be locked."""
    slugs = {step.achievement for step in steps}
    known = {row.slug: row for row in Achievement.objects.active().filter(slug__in=slugs)}
    rows = [
        AchievementStep(
            achievement=known[step.achievement],
            member_id=step.member_id,
            key=step.key,
            steps=step.steps,
            taken_at=step.at,
            day=step.day,
        )
        for step in steps
        if step.achievement in known
    ]
    AchievementStep.objects.bulk_create(rows, ignore_conflicts=True)
    _reckon({(row.member_id, row.achievement_id) for row in rows}, actor=actor)


@transaction.atomic
def take_back(keys: Collection[str], *, at: datetime, actor: Actor) -> None:
    """Count the steps of these causes no more. What was reached with them stays told, and its badge won."""
    standing = AchievementStep.objects.filter(key__in=keys, taken_back_at=None)
    pairs = set(standing.values_list("member_id", "achievement_id"))
    standing.update(taken_back_at=at)
    _reckon(pairs, actor=actor)


def _reckon(pairs: set[Pair], *, actor: Actor, is_told: bool = True) -> None:
    """Bring the stored progress up to the steps; tell what has been reached since, unless not `is_told`."""
    if not pairs:
        return
    known = Achievement.objects.select_related("badge").in_bulk({pk for _, pk in pairs})
    whose = {"member__in": {pk for pk, _ in pairs}, "achievement__in": known}
    taken = _standing(whose)
    before = {
        (row.member_id, row.achievement_id, row.period): row
        for row in Progress.objects.filter(**whose).select_for_update().order_by("pk")
    }
    rows, reached = [], list[tuple[Progress, int, Taken]]()
    for member_id, pk in sorted(pairs):
        tallies = {tally.period: tally for tally in replay(known[pk].terms, taken[member_id, pk])}
        gone = {name for owner, which, name in before if (owner, which) == (member_id, pk)}
        for name in sorted(gone | set(tallies)):
            row = before.get((member_id, pk, name)) or Progress(
                member_id=member_id, achievement=known[pk], period=name
            )
            reached += _note(row, tallies.get(name, Tally(name, 0)))
            rows.append(row)
    Progress.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["member", "achievement", "period"],
        update_fields=["steps", "reached", "told", "reached_on"],
    )
    if is_told:
        _announce(reached, known, actor=actor)


def _standing(whose: dict[str, Any]) -> dict[Pair, list[Taken]]:
    """The steps that stand, by member and achievement."""
    taken: dict[Pair, list[Taken]] = defaultdict(list)
    for step in AchievementStep.objects.filter(taken_back_at=None, **whose):
        taken[step.member_id, step.achievement_id].append(
            Taken(step.taken_at, step.key, step.day, step.steps)
        )
    return taken


def _note(row: Progress, tally: Tally) -> list[tuple[Progress, int, Taken]]:
    """Write a tally into its row; answers each time it was reached that nobody was told of."""
    news = list(enumerate(tally.reached, 1))[row.told :]
    row.steps, row.reached = tally.steps, len(tally.reached)
    row.told = max(row.told, row.reached)
    row.reached_on = tally.reached[-1].day if tally.reached else None
    return [(row, number, taken) for number, taken in news]


def _announce(
    reached: Iterable[tuple[Progress, int, Taken]],
    known: dict[int, Achievement],
    *,
    actor: Actor,
) -> None:
    """The audit rows of what was reached, the activities that rules see, and the badges."""
    reached = list(reached)
    if not reached:
        return
    members = Member.objects.in_bulk({row.member_id for row, *_ in reached})
    audit.record_all(
        [members[row.member_id] for row, *_ in reached],
        actor=actor,
        verb="recognition.achievement.reached",
        after=[{"achievement": known[row.achievement_id].slug} for row, *_ in reached],
        reasons=[f"{row.period}: {number}" for row, number, _ in reached],
    )
    _win_badges(reached, known, actor=actor)
    activities.record_many(
        [
            {
                "kind": "achievement.reached",
                "source": "laurel",
                "external_id": _cause(row, number),
                "subject": members[row.member_id].ref,
                "member_id": row.member_id,
                "occurred_at": taken.at,
                "payload": {
                    "achievement": known[row.achievement_id].slug,
                    "period": row.period,
                    "times": number,
                },
            }
            for row, number, taken in reached
        ],
        actor=actor,
    )


def _win_badges(
    reached: Iterable[tuple[Progress, int, Taken]],
    known: dict[int, Achievement],
    *,
    actor: Actor,
) -> None:
    wanted = [
        Wanted(
            member_id=row.member_id,
            badge=badge.slug,
            key=_cause(row, number),
            reason=known[row.achievement_id].name,
            at=taken.at,
        )
        for row, number, taken in reached
        if (badge := known[row.achievement_id].badge) is not None
    ]
    if wanted:
        awards.award_many(wanted, actor=actor)


def _cause(row: Progress, number: int) -> str:
    """What tells one reaching from every other."""
    return f"achievement:{row.achievement_id}:{row.member_id}:{row.period}:{number}"


def hand_over(source: Member, target: Member, *, actor: Actor) -> list[int]:
    """Have the steps of `source` be `target`'s, who is the same person; answers which. What they reach
    together is told to nobody: each was told of their own."""
    own = AchievementStep.objects.filter(member=source)
    known = set(AchievementStep.objects.filter(member=target).values_list("achievement", "key"))
    moved = {
        row.pk: row.achievement_id
        for row in own.order_by("pk")
        if (row.achievement_id, row.key) not in known
    }
    own.filter(pk__in=moved).update(member=target)
    _reckon(
        {(member.pk, pk) for member in (source, target) for pk in moved.values()},
        actor=actor,
        is_told=False,
    )
    return list(moved)


def hand_back(source: Member, target: Member, ids: Sequence[int], *, actor: Actor) -> None:
    """Have what `hand_over` moved be `source`'s again."""
    moved = AchievementStep.objects.filter(pk__in=ids, member=target)
    which = set(moved.values_list("achievement_id", flat=True))
    moved.update(member=source)
    _reckon(
        {(member.pk, pk) for member in (source, target) for pk in which}, actor=actor, is_told=False
    )
