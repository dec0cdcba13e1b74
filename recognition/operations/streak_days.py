"""Keeping days of streaks, one or a thousand at once; the same cause counts once.

A milestone is recorded as `streak.milestone` once a run, also where a late day heals a gap.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from members import clock
from members.domain.actors import Actor
from members.models import Member
from members.operations import activities, audit
from recognition.domain.streaks import news, runs, turn_of
from recognition.models import Streak, StreakDay, StreakMilestone

#: Whose, and of which streak.
Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Kept:
    """A day to count: whose, of which streak (its slug), for what cause, when, on which of the member's
    days."""

    member_id: int
    streak: str
    key: str
    at: datetime
    day: date


@transaction.atomic
def keep(kept: Sequence[Kept], *, actor: Actor) -> None:
    """Count days; those of what is not active are left out. The members' accounts must be locked."""
    slugs = {each.streak for each in kept}
    known = {row.slug: row for row in Streak.objects.active().filter(slug__in=slugs)}
    rows = [
        StreakDay(
            streak=known[each.streak],
            member_id=each.member_id,
            key=each.key,
            kept_at=each.at,
            day=each.day,
        )
        for each in kept
        if each.streak in known
    ]
    StreakDay.objects.bulk_create(rows, ignore_conflicts=True)
    _tell({(row.member_id, row.streak_id) for row in rows}, actor=actor)


@transaction.atomic
def take_back(keys: Collection[str], *, at: datetime) -> None:
    """Count these causes no more; a day goes only when none of its causes is left. What was told stays
    told."""
    StreakDay.objects.filter(key__in=keys, taken_back_at=None).update(taken_back_at=at)


def turns_of(whose: set[Pair]) -> dict[Pair, dict[date, datetime]]:
    """The weeks (or days) that stand, by member and streak, each with the instant it was first kept at."""
    turns: dict[Pair, dict[date, datetime]] = defaultdict(dict)
    standing = StreakDay.objects.filter(
        member__in={pk for pk, _ in whose}, streak__in={pk for _, pk in whose}, taken_back_at=None
    )
    for row in standing.select_related("streak").order_by("-kept_at"):
        turn = turn_of(row.streak.every, row.day)
        turns[row.member_id, row.streak_id][turn] = row.kept_at
    return turns


def _tell(pairs: set[Pair], *, actor: Actor) -> None:
    """Record the milestones that were reached and that nobody was told of."""
    if not pairs:
        return
    known = Streak.objects.in_bulk({pk for _, pk in pairs})
    turns, told = turns_of(pairs), _told(pairs)
    fresh = [
        StreakMilestone(
            streak=known[pk],
            member_id=member_id,
            milestone=milestone,
            reached_on=turn,
            told_at=clock.now(),
        )
        for member_id, pk in sorted(pairs)
        for milestone, turn in news(
            runs(known[pk].terms, turns[member_id, pk]), known[pk].milestones, told[member_id, pk]
        )
    ]
    if not fresh:
        return
    StreakMilestone.objects.bulk_create(fresh)
    audit.record_all(
        fresh,
        actor=actor,
        verb="recognition.streak_milestone.reached",
        after=[{"streak": known[row.streak_id].slug, "days": row.milestone} for row in fresh],
        reasons=["" for _ in fresh],
    )
    _record(fresh, known, turns, actor=actor)


def _record(
    fresh: Sequence[StreakMilestone],
    known: Mapping[int, Streak],
    turns: Mapping[Pair, Mapping[date, datetime]],
    *,
    actor: Actor,
) -> None:
    """Let rules see these milestones, at the instant their week or day was first kept."""
    members = Member.objects.in_bulk({row.member_id for row in fresh})
    activities.record_many(
        [
            {
                "kind": "streak.milestone",
                "source": "laurel",
                "external_id": f"streak:{row.pk}",
                "subject": members[row.member_id].ref,
                "member_id": row.member_id,
                "occurred_at": turns[row.member_id, row.streak_id][row.reached_on],
                "payload": {"streak": known[row.streak_id].slug, "days": row.milestone},
            }
            for row in fresh
        ],
        actor=actor,
    )


def _told(pairs: set[Pair]) -> dict[Pair, list[tuple[int, date]]]:
    found: dict[Pair, list[tuple[int, date]]] = defaultdict(list)
    rows = StreakMilestone.objects.filter(
        member__in={pk for pk, _ in pairs}, streak__in={pk for _, pk in pairs}
    )
    for row in rows:
        found[row.member_id, row.streak_id].append((row.milestone, row.reached_on))
    return found


def hand_over(source: Member, target: Member) -> list[list[int]]:
    """Have the days and milestones of `source` be `target`'s, who is the same person; answers which days,
    and which milestones."""
    keys = set(StreakDay.objects.filter(member=target).values_list("streak", "key"))
    told = set(
        StreakMilestone.objects.filter(member=target).values_list(
            "streak", "milestone", "reached_on"
        )
    )
    days = [
        row.pk
        for row in StreakDay.objects.filter(member=source).order_by("pk")
        if (row.streak_id, row.key) not in keys
    ]
    milestones = [
        row.pk
        for row in StreakMilestone.objects.filter(member=source).order_by("pk")
        if (row.streak_id, row.milestone, row.reached_on) not in told
    ]
    StreakDay.objects.filter(pk__in=days).update(member=target)
    StreakMilestone.objects.filter(pk__in=milestones).update(member=target)
    return [days, milestones]


def hand_back(source: Member, target: Member, moved: Sequence[Sequence[int]]) -> None:
    """Have what `hand_over` moved be `source`'s again."""
    days, milestones = moved
    StreakDay.objects.filter(pk__in=days, member=target).update(member=source)
    StreakMilestone.objects.filter(pk__in=milestones, member=target).update(member=source)
