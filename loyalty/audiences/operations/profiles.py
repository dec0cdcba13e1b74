"""What conditions may ask about members: read once for many, and the same for every reader.

Campaigns ask about the member of an activity, segments about members at large; both take their values
from here.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from loyalty.audiences.domain.conditions import Node, tests
from loyalty.audiences.domain.fields import Catalogue, of_members, tier_field, with_tiers
from members.domain.calendar import local_date, mmdd_in
from members.domain.tiers import tier_at
from members.models import Member, TierGroup
from members.operations import tiers

#: What the fields of the history count.
ORDERS, REFILLS = "order.placed", "refill.confirmed"

_HISTORY = """
SELECT member_id, kind, count(*) FROM members_activity
WHERE member_id = ANY(%s) AND kind = ANY(%s) AND status = 'accepted' AND NOT id = ANY(%s)
GROUP BY member_id, kind
"""


@dataclass(slots=True)
class Profile:
    """A member, what they have done, and their standing on the ladders, as far as it was read."""

    member: Member
    done: Counter[str] = field(default_factory=Counter)
    standings: list[tuple[tiers.Ladder, tiers.Standing]] = field(default_factory=list)

    def day(self, at: datetime) -> date:
        """The member's own calendar date at an instant."""
        return local_date(at, self.member.time_zone)

    def facts(self, at: datetime) -> dict[str, Any]:
        """The values of the members' fields at an instant, in the member's own zone."""
        member, day = self.member, self.day(at)
        facts: dict[str, Any] = {
            "member.language": member.language,
            "member.days_since_joining": (day - member.joined_on).days,
            "member.has_birthday": member.birthday_mmdd is not None
            and mmdd_in(day.year, member.birthday_mmdd) == day,
            "history.orders": self.done[ORDERS],
            "history.refills": self.done[REFILLS],
            "when.date": day,
            "when.weekday": day.isoweekday(),
            "when.month": day.month,
            "when.hour": at.astimezone(ZoneInfo(member.time_zone)).hour,
        }
        for place, (ladder, standing) in enumerate(self.standings):
            name = tier_field(ladder.group.slug if place else "")
            facts[name] = ladder.slugs[tier_at(standing.periods(ladder, at), at)]
        return facts


def catalogue() -> Catalogue:
    """Every field that a segment may ask about today."""
    return with_tiers(of_members(), further_ladders())


def further_ladders() -> list[tuple[str, str]]:
    """Slug and name of every ladder but the programme's main one."""
    groups = TierGroup.objects.filter(tiers__threshold=0).order_by("pk")
    return list(groups.values_list("slug", "name"))[1:]


def read_history(
    profiles: Mapping[int, Profile], kinds: Iterable[str] = (), *, besides: Iterable[int] = ()
) -> None:
    """How often each did what the history counts, and these kinds, `besides` some activities; one query."""
    wanted = {ORDERS, REFILLS, *kinds}
    with connection.cursor() as cursor:
        cursor.execute(_HISTORY, [list(profiles), list(wanted), list(besides)])
        for member_id, kind, times in cursor.fetchall():
            profiles[member_id].done[kind] = times


def read_ladders(
    profiles: Mapping[int, Profile],
    is_asked: Callable[[str], bool],
    known: Sequence[tiers.Ladder] | None = None,
) -> None:
    """Where each stands on the main ladder and on those whose field is asked about; a constant number
    of queries, two fewer when the ladders are `known`."""
    known = tiers.ladders() if known is None else known
    asked = [*known[:1]] + [each for each in known[1:] if is_asked(tier_field(each.group.slug))]
    found = tiers.standings(asked, [profile.member for profile in profiles.values()])
    for pk, profile in profiles.items():
        profile.standings = [(ladder, found[ladder.group.pk][pk]) for ladder in asked]


def profiles_of(members: Collection[Member], nodes: Iterable[Node]) -> dict[int, Profile]:
    """These members with all that the conditions ask about, in a number of queries that depends on
    neither."""
    profiles = {member.pk: Profile(member) for member in members}
    names = {test.field.name for node in nodes for test in tests(node)}
    if any(name.startswith("history.") for name in names):
        read_history(profiles)
    if any(name.startswith("member.tier") for name in names):
        read_ladders(profiles, names.__contains__)
    return profiles
