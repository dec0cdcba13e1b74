"""What conditions may ask about members: read once for many, and the same for every reader.

Campaigns ask about the member of an activity, segments about members at large; both take their values
from here. `sql.py` reads the same for members who are not fetched.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from loyalty.audiences.domain.conditions import BadTreeError, Node, Test, parse, tests
from loyalty.audiences.domain.fields import (
    ATTRIBUTE,
    SEGMENTS,
    Catalogue,
    of_members,
    tier_field,
    with_attributes,
    with_tiers,
)
from loyalty.audiences.domain.predicate import judge
from loyalty.audiences.models import Segment
from loyalty.audiences.operations.history import Ask, facts_as_of, scopes_of
from members.domain.calendar import local_date, mmdd_in
from members.domain.tiers import tier_at
from members.models import ActivityKind, Member, MemberAttribute, MemberTag, TierGroup
from members.operations import tiers, traits
from recognition.models import BadgeAward

#: Something that somebody has, from when until when (None: still).
Had = tuple[str, datetime, datetime | None]
#: Segments by their slugs.
Segments = Mapping[str, Node]


@dataclass(slots=True)
class Profile:
    """A member with what was read of them: their standing on ladders, what they have (None: not read), and
    the values of their past as of the instant for which it was read."""

    member: Member
    standings: list[tuple[tiers.Ladder, tiers.Standing]] = field(default_factory=list)
    tags: list[Had] | None = None
    badges: list[Had] | None = None
    attributes: dict[str, str] = field(default_factory=dict)
    segments: Segments | None = None
    past: Mapping[str, Any] = field(default_factory=dict)

    def day(self, at: datetime) -> date:
        """The member's own calendar date at an instant."""
        return local_date(at, self.member.time_zone)

    def facts(self, at: datetime, past: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The values of the members' fields at an instant, in the member's own zone; `past` where it is not
        the profile's own."""
        member, day = self.member, self.day(at)
        facts: dict[str, Any] = {
            "member.language": member.language,
            "member.days_since_joining": (day - member.joined_on).days,
            "member.has_birthday": member.birthday_mmdd is not None
            and mmdd_in(day.year, member.birthday_mmdd) == day,
            "when.date": day,
            "when.weekday": day.isoweekday(),
            "when.month": day.month,
            "when.hour": at.astimezone(ZoneInfo(member.time_zone)).hour,
        }
        facts |= self.past if past is None else past
        for place, (ladder, standing) in enumerate(self.standings):
            name = tier_field(ladder.group.slug if place else "")
            facts[name] = ladder.slugs[tier_at(standing.periods(ladder, at), at)]
        for name, had in (("member.tags", self.tags), ("member.badges", self.badges)):
            if had is not None:
                facts[name] = _had_at(had, at)
        facts |= {ATTRIBUTE + name: value for name, value in self.attributes.items()}
        if self.segments is not None:
            facts[SEGMENTS] = frozenset(
                slug for slug, node in self.segments.items() if judge(node, facts)[0]
            )
        return facts


def _had_at(had: Iterable[Had], at: datetime) -> frozenset[str]:
    return frozenset(
        name for name, since, until in had if since <= at and (until is None or at < until)
    )


def catalogue() -> Catalogue:
    """Every field that a segment may ask about today."""
    return with_tiers(of_members(), further_ladders())


def sayable() -> Catalogue:
    """The same, with what activity kinds are called: for whoever says a condition in words."""
    known = catalogue()
    known.titles = known_kinds()
    return known


def askable() -> Catalogue:
    """The same, and every attribute that some member has: for whoever looks for what to ask."""
    return with_attributes(catalogue(), traits.attribute_names())


def known_kinds() -> dict[str, str]:
    """The titles of the activity kinds that a scope may name, those that are not told any more too."""
    return dict(ActivityKind.objects.values_list("name", "title"))


def further_ladders() -> list[tuple[str, str]]:
    """Slug and name of every ladder but the programme's main one."""
    groups = TierGroup.objects.filter(tiers__threshold=0).order_by("pk")
    return list(groups.values_list("slug", "name"))[1:]


def segments_of(nodes: Iterable[Node]) -> Segments | None:
    """The active segments that these conditions ask about; None when they ask about none.

    Two queries, or none. One whose condition asks about something that is gone has no members.
    """
    asked = [test for node in nodes for test in tests(node) if test.field.name == SEGMENTS]
    if not asked:
        return None
    active = Segment.objects.with_wording().filter(state=Segment.State.ACTIVE).order_by("pk")
    if not any(test.op in ("is_known", "is_unknown") for test in asked):
        active = active.filter(slug__in={slug for test in asked for slug in _slugs(test)})
    known, found = catalogue(), {}
    for segment in active:
        try:
            found[segment.slug] = parse(segment.conditions, known)
        except BadTreeError:
            continue
    return found


def _slugs(test: Test) -> Collection[str]:
    return test.value if isinstance(test.value, frozenset) else [test.value]


def read_ladders(
    profiles: Mapping[int, Profile],
    is_asked: Callable[[str], bool],
    known: Sequence[tiers.Ladder],
) -> None:
    """Where each stands on the main one of the `known` ladders and on those whose field is asked about; a
    constant number of queries."""
    asked = [*known[:1]] + [each for each in known[1:] if is_asked(tier_field(each.group.slug))]
    found = tiers.standings(asked, [profile.member for profile in profiles.values()])
    for pk, profile in profiles.items():
        profile.standings = [(ladder, found[ladder.group.pk][pk]) for ladder in asked]


def read(
    profiles: Mapping[int, Profile],
    nodes: Collection[Node],
    ladders: Callable[[], Sequence[tiers.Ladder]] = tiers.ladders,
) -> list[Node]:
    """Read what these conditions ask about the members, all but their past; answers the conditions with
    those of the segments that they ask about. The number of queries depends on neither. `ladders` tells
    them where they are known already."""
    segments = segments_of(nodes)
    every = [*nodes, *segments.values()] if segments else list(nodes)
    names = {test.field.name for node in every for test in tests(node)}
    if any(name.startswith("member.tier") for name in names):
        read_ladders(profiles, names.__contains__, ladders())
    if "member.tags" in names:
        _read_tags(profiles)
    if "member.badges" in names:
        _read_badges(profiles)
    attributes = {name.removeprefix(ATTRIBUTE) for name in names if name.startswith(ATTRIBUTE)}
    if attributes:
        rows = MemberAttribute.objects.filter(member__in=profiles, name__in=attributes)
        for member_id, name, value in rows.values_list("member_id", "name", "value"):
            profiles[member_id].attributes[name] = value
    for profile in profiles.values():
        profile.segments = segments
    return every


def _read_tags(profiles: Mapping[int, Profile]) -> None:
    rows = MemberTag.objects.filter(member__in=profiles)
    found = _by_member(rows.values_list("member_id", "name", "starts_at", "until"))
    for pk, profile in profiles.items():
        profile.tags = found[pk]


def _read_badges(profiles: Mapping[int, Profile]) -> None:
    rows = BadgeAward.objects.filter(member__in=profiles)
    found = _by_member(rows.values_list("member_id", "badge__slug", "awarded_at", "revoked_at"))
    for pk, profile in profiles.items():
        profile.badges = found[pk]


def _by_member(rows: Iterable[tuple[int, str, datetime, datetime | None]]) -> dict[int, list[Had]]:
    found: dict[int, list[Had]] = defaultdict(list)
    for member_id, name, since, until in rows:
        found[member_id].append((name, since, until))
    return found


def profiles_of(
    members: Collection[Member], nodes: Collection[Node], *, at: datetime
) -> dict[int, Profile]:
    """These members with all that the conditions ask about as of `at`, in a number of queries that
    depends on neither."""
    profiles = {member.pk: Profile(member) for member in members}
    every = read(profiles, nodes)
    asks = [Ask(pk, at) for pk in profiles]
    for ask, past in zip(asks, facts_as_of(asks, scopes_of(every)), strict=True):
        profiles[ask.member_id].past = past
    return profiles
