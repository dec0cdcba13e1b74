"""Giving badges, one or a thousand, in one statement; idempotent under replay and parallel workers."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.db import connection, transaction
from django.db.models import Max

from members import clock
from members.domain.actors import Actor
from members.models import Member
from members.operations import activities, audit
from recognition.models import Badge, BadgeAward
from recognition.models.badges import new_slug

_AWARD = (Path(__file__).parent.parent / "sql" / "award.sql").read_text()

#: Awards for what happened longer ago than this are given silently: no activity, so no message.
NEWS = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Wanted:
    """An award to give: to whom, which badge (its slug), for what cause, and when it was won."""

    member_id: int
    badge: str
    key: str
    reason: str
    at: datetime
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """What became of it. `award_id` is None when there is no active badge of that name."""

    award_id: int | None
    is_new: bool


@transaction.atomic
def award_many(wanted: Sequence[Wanted], *, actor: Actor) -> list[Given]:
    """Give what is wanted; answers in the same order.

    The same cause again, or a badge somebody holds already and that cannot be won twice, answers
    with the award there is. New awards are audited, and recent ones recorded as `badge.awarded`.
    """
    slugs = {want.badge for want in wanted}
    todo = list(enumerate(wanted))
    new: set[int] = set()
    answers: dict[int, int] = {}
    # Each round answers what is left, or lost a race to an award that the next round finds.
    while True:
        badges = {badge.slug: badge for badge in Badge.objects.active().filter(slug__in=slugs)}
        todo = [
            (place, want) for place, want in todo if want.badge in badges and place not in answers
        ]
        if not todo:
            break
        new |= _insert(todo, badges)
        answers |= _answers(todo, badges)
    _announce(new, actor=actor)
    return [Given(answers.get(place), answers.get(place) in new) for place in range(len(wanted))]


def _insert(todo: Sequence[tuple[int, Wanted]], badges: dict[str, Badge]) -> set[int]:
    """Insert what is not there yet; the primary keys of what was."""
    first = {(want.badge, want.member_id, want.key): (place, want) for place, want in todo[::-1]}
    rows = [
        {
            "ord": place,
            "slug": new_slug(),
            "badge": badges[want.badge].pk,
            "member": want.member_id,
            "key": want.key,
            "reason": want.reason[:300],
            "evidence": want.evidence[:2000],
            "at": want.at.isoformat(),
        }
        for place, want in first.values()
    ]
    with connection.cursor() as cursor:
        cursor.execute(_AWARD, {"rows": json.dumps(rows), "now": clock.now()})
        return {row[0] for row in cursor.fetchall()}


def _answers(todo: Sequence[tuple[int, Wanted]], badges: dict[str, Badge]) -> dict[int, int]:
    """The award that answers each wish: the one of its cause, else the one already held."""
    found = BadgeAward.objects.filter(
        badge__in=badges.values(), member__in={want.member_id for _, want in todo}
    ).values_list("pk", "badge__slug", "member", "key", "revoked_at")
    by_key: dict[tuple[str, int, str], int] = {}
    held: dict[tuple[str, int], int] = {}
    for pk, slug, member, key, revoked_at in found:
        by_key[slug, member, key] = pk
        if revoked_at is None and not badges[slug].is_repeatable:
            held[slug, member] = pk
    pairs = (
        (
            place,
            by_key.get((want.badge, want.member_id, want.key))
            or held.get((want.badge, want.member_id)),
        )
        for place, want in todo
    )
    return {place: pk for place, pk in pairs if pk is not None}


def _announce(new: set[int], *, actor: Actor) -> None:
    """The audit rows of new awards, and for recent ones the activity that rules and messages see."""
    fresh = list(BadgeAward.objects.filter(pk__in=new).select_related("badge").order_by("pk"))
    audit.record_all(
        fresh,
        actor=actor,
        verb="recognition.badge_award.given",
        after=[{"badge": award.badge.slug, "seq": award.seq} for award in fresh],
        reasons=[award.reason for award in fresh],
    )
    since = clock.now() - NEWS
    news = [award for award in fresh if award.awarded_at >= since]
    members = Member.objects.in_bulk({award.member_id for award in news})
    for award in news:
        activities.record(
            "badge.awarded",
            member=members[award.member_id],
            source="laurel",
            external_id=f"badge:{award.pk}",
            occurred_at=award.awarded_at,
            payload={"badge": award.badge.slug},
            actor=actor,
        )


@transaction.atomic
def unsupport(keys: Sequence[str], *, at: datetime, actor: Actor) -> None:
    """Note that what these causes won badges for has come back. The badges stay with their holders."""
    rows = list(
        BadgeAward.objects.select_for_update()
        .filter(key__in=keys, unsupported_at=None, revoked_at=None)
        .order_by("pk")
    )
    BadgeAward.objects.filter(pk__in=[row.pk for row in rows]).update(unsupported_at=at)
    audit.record_all(
        rows,
        actor=actor,
        verb="recognition.badge_award.unsupported",
        after=[{"unsupported_at": at.isoformat()} for _ in rows],
        reasons=["" for _ in rows],
    )


def hand_over(source: Member, target: Member) -> list[list[int]]:
    """Have the badges of `source` be `target`'s, who is the same person; answers each award and its
    number. A badge that can be won once and that both hold stays where it is, and is not shown."""
    held = BadgeAward.objects.live().filter(member=target, badge__is_repeatable=False)
    keys = set(BadgeAward.objects.filter(member=target).values_list("badge", "key"))
    last = dict(
        BadgeAward.objects.filter(member=target).values_list("badge").annotate(last=Max("seq"))
    )
    moved = []
    own = BadgeAward.objects.filter(member=source).exclude(badge__in=held.values("badge"))
    for award in own.order_by("badge", "seq"):
        if (award.badge_id, award.key) in keys:
            continue
        moved.append([award.pk, award.seq])
        last[award.badge_id] = last.get(award.badge_id, 0) + 1
        award.member, award.seq = target, last[award.badge_id]
        award.save(update_fields=["member", "seq"])
    return moved


def hand_back(source: Member, target: Member, moved: Sequence[Sequence[int]]) -> None:
    """Have what `hand_over` moved be `source`'s again, with the number it had."""
    for pk, seq in moved:
        BadgeAward.objects.filter(pk=pk, member=target).update(member=source, seq=seq)
