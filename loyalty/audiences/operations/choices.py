"""The values that fields are known to take, so that a condition is chosen and not spelled."""

from collections.abc import Container
from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.utils import dates

from loyalty.audiences.domain.fields import ATTRIBUTE, SEGMENTS, tier_field
from loyalty.audiences.models import Segment
from members.models import ActivityKind, MemberAttribute, MemberTag, Tier
from recognition.models import Badge

#: How many of the latest orders are looked at for what shops sell, and where.
LOOKED_AT = 2_000
#: Values of one field that are offered at most.
MOST = 200

_SEEN = """
WITH latest AS MATERIALIZED (
    SELECT payload FROM members_activity WHERE kind = 'order.placed' ORDER BY id DESC LIMIT %s
), told AS (
    SELECT 'order.categories' AS field, line ->> 'category' AS value
    FROM latest, jsonb_array_elements(payload -> 'lines') AS line
    UNION ALL SELECT 'order.channel', payload ->> 'channel' FROM latest
    UNION ALL SELECT 'order.store', payload ->> 'store' FROM latest
    UNION ALL SELECT 'order.currency', payload ->> 'currency' FROM latest
)
SELECT field, value FROM told WHERE value <> '' GROUP BY field, value ORDER BY field, count(*) DESC, value
"""

Value = tuple[str | int, str]


@dataclass(frozen=True, slots=True)
class Choices:
    """Values with their words. `is_open`: these were seen before, and others may be typed."""

    values: tuple[Value, ...]
    is_open: bool = False


def of_fields(known: Container[str]) -> dict[str, Choices]:
    """What is known of these fields' values; a constant number of queries."""
    found = {
        "member.language": Choices(tuple((code, str(name)) for code, name in settings.LANGUAGES)),
        "when.weekday": _numbered(dates.WEEKDAYS, by=1),
        "when.month": _numbered(dates.MONTHS),
        "activity.kind": kinds(),
        SEGMENTS: segments(),
        "member.tags": tags(),
        "member.badges": badges(),
        **tiers(),
        **seen(),
    }
    return {name: choices for name, choices in found.items() if name in known}


def kinds() -> Choices:
    """Every kind of activity that is told nowadays."""
    active = ActivityKind.objects.filter(is_active=True).order_by("title")
    return Choices(tuple(active.values_list("name", "title")))


def segments() -> Choices:
    """Every segment that has members."""
    active = Segment.objects.filter(state=Segment.State.ACTIVE).order_by("name")
    return Choices(tuple(active.values_list("slug", "name")))


def badges() -> Choices:
    """Every badge."""
    return Choices(tuple(Badge.objects.order_by("name").values_list("slug", "name")))


def tags() -> Choices:
    """The tags that members carry, or carried."""
    names = MemberTag.objects.order_by("name").values_list("name", flat=True).distinct()
    return Choices(tuple((name, name) for name in names[:MOST]), is_open=True)


def attributes() -> list[str]:
    """The fields that ask about the attributes of members that some member has."""
    names = MemberAttribute.objects.order_by("name").values_list("name", flat=True).distinct()
    return [ATTRIBUTE + name for name in names[:MOST]]


def tiers() -> dict[str, Choices]:
    """The steps of every ladder, lowest first, by the field that asks about it."""
    steps: dict[int, list[Value]] = {}
    slugs: dict[int, str] = {}
    for tier in Tier.objects.select_related("group").order_by("group_id", "threshold"):
        steps.setdefault(tier.group_id, []).append((tier.slug, tier.name))
        slugs[tier.group_id] = tier.group.slug
    return {
        tier_field(slugs[group] if place else ""): Choices(tuple(values))
        for place, (group, values) in enumerate(steps.items())
    }


def seen() -> dict[str, Choices]:
    """What the latest orders named, most frequent first."""
    found: dict[str, list[Value]] = {
        name: [] for name in ("order.categories", "order.channel", "order.store", "order.currency")
    }
    with connection.cursor() as cursor:
        cursor.execute(_SEEN, [LOOKED_AT])
        for name, value in cursor.fetchall():
            found[name].append((value, value))
    return {name: Choices(tuple(values[:MOST]), is_open=True) for name, values in found.items()}


def _numbered(names: dict, by: int = 0) -> Choices:
    return Choices(tuple((number + by, str(name)) for number, name in names.items()))
