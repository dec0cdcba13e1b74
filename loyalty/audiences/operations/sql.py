"""The second reader of a condition: which members it describes, as one statement.

A condition becomes text and parameters. Names come from the catalogue and the database's own columns;
whatever a person wrote is a parameter. Every test is either true or false, as in memory: a value that is
not there passes exactly the comparisons of `ABSENT_PASSES`.

Days and hours are those of each member's zone, reckoned here for every zone, so that the database's own
list of zones decides nothing. A tier is read from its stored periods; whoever is due for a review that
has not been held yet, is judged in memory.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from loyalty.audiences.domain.conditions import AllOf, AnyOf, Node, Not, Test
from loyalty.audiences.domain.fields import ATTRIBUTE, Scope, Type, tier_field
from loyalty.audiences.domain.predicate import ABSENT_PASSES
from loyalty.audiences.operations.history import PLAIN
from members.domain.calendar import mmdd_in, zone_names
from members.domain.money import exponent
from members.operations import tiers
from members.shipped import ORDERS, RETURNS

_COMPARE = {
    "is": "{seen} = {value}",
    "is_not": "{seen} <> {value}",
    "in": "{seen} = ANY({value})",
    "not_in": "NOT {seen} = ANY({value})",
    "at_least": "{seen} >= {value}",
    "at_most": "{seen} <= {value}",
    "more_than": "{seen} > {value}",
    "less_than": "{seen} < {value}",
    "on_or_after": "{seen} >= {value}",
    "on_or_before": "{seen} <= {value}",
    "starts_with": "starts_with({seen}, {value})",
    "is_known": "{seen} IS NOT NULL",
    "is_unknown": "{seen} IS NULL",
}
_CASTS = {
    Type.TEXT: "text",
    Type.NUMBER: "numeric",
    Type.MONEY: "numeric",
    Type.FLAG: "boolean",
    Type.DATE: "date",
}
#: What is read from the member's row, and from the day and hour that it is in their zone (`z`).
_COLUMNS = {
    "member.language": "m.language",
    "member.days_since_joining": "(z.day - m.joined_on)",
    "member.has_birthday": "coalesce(m.birthday_mmdd = ANY(z.mmdds), false)",
    "when.date": "z.day",
    "when.weekday": "extract(isodow FROM z.day)",
    "when.month": "extract(month FROM z.day)",
    "when.hour": "z.hour",
}
_MEMBERS = """SELECT m.id FROM members_member m{joins}
WHERE m.erased_at IS NULL AND m.merged_into_id IS NULL{without} AND ({held})"""
_ZONES = """
LEFT JOIN (
    SELECT zone, day, hour, string_to_array(mmdds, ' ')::int[] AS mmdds
    FROM unnest({zones}::text[], {days}::date[], {hours}::int[], {mmdds}::text[])
         AS t(zone, day, hour, mmdds)
) z ON z.zone = m.time_zone"""
_PAST = """
LEFT JOIN (
    SELECT a.member_id, {sums}
    FROM members_activity a
    WHERE a.kind = ANY({kinds}::text[]) AND a.status = 'accepted'
      AND a.occurred_at <= {at} AND a.occurred_at > {since}
    GROUP BY a.member_id
) h ON h.member_id = m.id"""
_TIER = """
LEFT JOIN members_tierperiod {name} ON {name}.member_id = m.id AND {name}.group_id = {group}
      AND {name}.starts_at <= {at} AND ({name}.ends_at IS NULL OR {name}.ends_at > {at})
LEFT JOIN members_tier {name}t ON {name}t.id = {name}.tier_id"""
_ATTRIBUTE = """
LEFT JOIN members_memberattribute {name} ON {name}.member_id = m.id AND {name}.name = {attribute}"""
_TAGGED = """m.id IN (
    SELECT t.member_id FROM members_membertag t
    WHERE t.starts_at <= {at} AND (t.until IS NULL OR t.until > {at}){named})"""
_BADGED = """m.id IN (
    SELECT t.member_id FROM recognition_badgeaward t JOIN recognition_badge b ON b.id = t.badge_id
    WHERE t.awarded_at <= {at} AND (t.revoked_at IS NULL OR t.revoked_at > {at}){named})"""
_WORDS = {
    "member.tags": (_TAGGED, "t.name"),
    "member.badges": (_BADGED, "b.slug"),
}


_SUMS = {"count": "count(*)", "sum": "sum(a.worth)", "days_since": "max(a.occurred_at)"}


def compared(test: Test, seen: str, cast: str, say: Callable[[Any], str]) -> str:
    """A test of one value as a boolean that is never null: `seen` is the value's text, of the type `cast`,
    and `say` answers the placeholder of a parameter. A value that is not there passes what it passes in
    memory."""
    if test.op in ("is_known", "is_unknown"):
        return _COMPARE[test.op].format(seen=seen)
    if test.op == "between":
        least, most = (f"{say(each)}::{cast}" for each in test.value)
        held = f"{seen} BETWEEN {least} AND {most}"
    else:
        many = isinstance(test.value, frozenset)
        said = say(sorted(test.value) if many else test.value)
        held = _COMPARE[test.op].format(seen=seen, value=f"{said}::{cast}{'[]' if many else ''}")
    return f"coalesce({held}, {'true' if test.op in ABSENT_PASSES else 'false'})"


@dataclass(slots=True)
class Reading:
    """A condition on its way into SQL: what its text joins, and its parameters by name."""

    at: datetime
    params: dict[str, Any] = field(default_factory=dict)
    joins: dict[str, str] = field(default_factory=dict)
    ladders: list[tiers.Ladder] = field(default_factory=list)
    groups: set[int] = field(default_factory=set)
    names: dict[str, str] = field(default_factory=dict)
    sums: list[str] = field(default_factory=list)
    scopes: set[Scope] = field(default_factory=set)
    kinds: set[str] = field(default_factory=set)

    def say(self, value: Any) -> str:
        """The placeholder of a parameter."""
        name = f"p{len(self.params)}"
        self.params[name] = value
        return f"%({name})s"

    # -- the tree ---------------------------------------------------------------------------------

    def holds(self, node: Node) -> str:
        """The condition as a boolean that is never null."""
        if isinstance(node, Test):
            return self._test(node)
        if isinstance(node, Not):
            return f"NOT ({self.holds(node.part)})"
        if not node.parts:
            return "true" if isinstance(node, AllOf) else "false"
        assert isinstance(node, AllOf | AnyOf)
        joint = " AND " if isinstance(node, AllOf) else " OR "
        return joint.join(f"({self.holds(part)})" for part in node.parts)

    def _test(self, test: Test) -> str:
        if test.field.name in _WORDS:
            return self._words(test)
        seen, cast = self._seen(test), _CASTS[test.field.type]
        return compared(test, seen, cast, self.say)

    def _words(self, test: Test) -> str:
        """Something that a member may have several of."""
        text, column = _WORDS[test.field.name]
        named = ""
        if test.op not in ("is_known", "is_unknown"):
            asked = sorted(test.value) if isinstance(test.value, frozenset) else [test.value]
            named = f" AND {column} = ANY({self.say(asked)}::text[])"
        found = text.format(at=self._at(), named=named)
        return f"NOT {found}" if test.op in ABSENT_PASSES else found

    # -- the values -------------------------------------------------------------------------------

    def _seen(self, test: Test) -> str:
        name = test.field.name
        if name in _COLUMNS:
            column = _COLUMNS[name]
            if "z." in column:
                self._join_zones()
            return column
        if name in PLAIN:
            return self._past("count", PLAIN[name])
        if test.of is not None:
            return self._past(name.removeprefix("history."), test.of)
        if name.startswith(ATTRIBUTE):
            return self._attribute(name.removeprefix(ATTRIBUTE))
        return self._tier(name)

    def _at(self) -> str:
        self.params["at"] = self.at
        return "%(at)s::timestamptz"

    def _join_zones(self) -> None:
        if "z" in self.joins:
            return
        rows = [_local(self.at, zone) for zone in sorted(zone_names())]
        columns = zip(*rows, strict=True)
        names = ("zones", "days", "hours", "mmdds")
        said = {name: self.say(list(column)) for name, column in zip(names, columns, strict=True)}
        self.joins["z"] = _ZONES.format(**said)

    def _past(self, what: str, scope: Scope) -> str:
        """A sum over the past, all of them from one look at the activities."""
        self.scopes.add(scope)
        column = self.names.get(scope.key(what)) or self._sum(what, scope)
        if what == "days_since":
            return f"floor(extract(epoch FROM {self._at()} - h.{column}) / 86400)"
        if what == "sum":
            places = exponent(settings.PROGRAMME_CURRENCY)
            unit = self.say(Decimal(1).scaleb(-places))
            return f"(greatest(coalesce(h.{column}, 0), 0) * {unit}::numeric)"
        return f"coalesce(h.{column}, 0)"

    def _sum(self, what: str, scope: Scope) -> str:
        column = self.names[scope.key(what)] = f"s{len(self.sums)}"
        kinds = {scope.kind, *RETURNS} if what == "sum" and scope.kind in ORDERS else {scope.kind}
        self.kinds |= kinds
        within = f"a.kind = ANY({self.say(sorted(kinds))}::text[])"
        if scope.days:
            within += f" AND a.occurred_at > {self.say(self._since(scope))}::timestamptz"
        self.sums.append(f"{_SUMS[what]} FILTER (WHERE {within}) AS {column}")
        return column

    def _since(self, scope: Scope) -> datetime:
        return self.at - timedelta(hours=24 * (scope.days or 0))

    def join_past(self) -> None:
        """Join the one look at the activities that all the sums come from."""
        since = "'-infinity'"
        if all(scope.days for scope in self.scopes):
            since = f"{self.say(min(map(self._since, self.scopes)))}::timestamptz"
        self.joins["h"] = _PAST.format(
            sums=", ".join(self.sums),
            kinds=self.say(sorted(self.kinds)),
            at=self._at(),
            since=since,
        )

    def _attribute(self, name: str) -> str:
        alias = self.names.get(ATTRIBUTE + name)
        if alias is None:
            alias = self.names[ATTRIBUTE + name] = f"a{len(self.names)}"
            self.joins[alias] = _ATTRIBUTE.format(name=alias, attribute=self.say(name))
        return f"{alias}.value"

    def _tier(self, name: str) -> str:
        """The stored tier; the lowest for whoever has none stored; nothing where there is no ladder."""
        self.ladders = self.ladders or tiers.ladders()
        for place, ladder in enumerate(self.ladders):
            if name == tier_field(ladder.group.slug if place else ""):
                alias = f"t{ladder.group.pk}"
                self.groups.add(ladder.group.pk)
                self.joins[alias] = _TIER.format(
                    name=alias, group=self.say(ladder.group.pk), at=self._at()
                )
                return f"coalesce({alias}t.slug, {self.say(ladder.slugs[ladder.rungs[0].tier_id])})"
        return "NULL::text"


def _local(at: datetime, zone: str) -> tuple[str, Any, int, str]:
    """What day and hour it is in a zone, and which yearly days have come there."""
    here = at.astimezone(ZoneInfo(zone))
    day = here.date()
    mmdds = [day.month * 100 + day.day]
    if mmdd_in(day.year, 229) == day:
        mmdds.append(229)
    return zone, day, here.hour, " ".join(map(str, mmdds))


@dataclass(frozen=True, slots=True)
class Query:
    """A statement whose one column is the keys of members, and its parameters by name; `groups` are the
    ladders that it reads."""

    text: str
    params: dict[str, Any]
    groups: frozenset[int] = frozenset()


def query(node: Node, at: datetime, *, besides: Sequence[int] = ()) -> Query:
    """The active members, `besides` these, for whom the condition holds at an instant. It must ask about
    members only."""
    # In UTC, so that a window of hours is one on days when the clocks change, too.
    reading = Reading(at.astimezone(UTC))
    held = reading.holds(node)
    if reading.sums:
        reading.join_past()
    without = f" AND NOT m.id = ANY({reading.say(list(besides))}::bigint[])" if besides else ""
    text = _MEMBERS.format(joins="".join(reading.joins.values()), without=without, held=held)
    return Query(text, reading.params, frozenset(reading.groups))


def with_these(found: Query, ids: Iterable[int]) -> Query:
    """The same, and these members."""
    more = {"these": list(ids)}
    text = f"{found.text}\nUNION ALL SELECT unnest(%(these)s::bigint[])"
    return Query(text, found.params | more, found.groups)
