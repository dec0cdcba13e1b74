"""Tagging members and setting attributes of theirs, one or a thousand in one statement.

Each tag and each value has a cause; the same cause again changes nothing.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from members import clock
from members.domain.actors import Actor
from members.domain.traits import is_trait_name, is_trait_value
from members.errors import NoSuchTraitName, NoSuchTraitValue, TagEndsBefore
from members.models import Member, MemberAttribute, MemberTag
from members.operations import audit

_TAG = """
INSERT INTO members_membertag (member_id, name, starts_at, until, cause)
SELECT member_id, name, starts_at, until, cause FROM jsonb_to_recordset(%s::jsonb) AS t(
    member_id bigint, name text, starts_at timestamptz, until timestamptz, cause text)
ORDER BY cause
ON CONFLICT (cause) DO NOTHING
RETURNING id, member_id, name, starts_at, until, cause
"""

_SET = """
INSERT INTO members_memberattribute AS a (member_id, name, value, set_at, cause)
SELECT DISTINCT ON (member_id, name) member_id, name, value, set_at, cause
FROM jsonb_to_recordset(%s::jsonb) AS t(
    member_id bigint, name text, value text, set_at timestamptz, cause text)
ORDER BY member_id, name, set_at DESC, cause COLLATE "C" DESC
ON CONFLICT (member_id, name) DO UPDATE
SET value = excluded.value, set_at = excluded.set_at, cause = excluded.cause
WHERE a.cause <> excluded.cause
  AND (a.set_at, a.cause COLLATE "C") < (excluded.set_at, excluded.cause COLLATE "C")
RETURNING id, member_id, name, value, set_at, cause
"""


@dataclass(frozen=True, slots=True)
class Tagging:
    """A tag to give: to whom, by what cause, from when until when (None: for good)."""

    member_id: int
    name: str
    cause: str
    at: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """An attribute to set: whose, to what value, by what cause, as of when."""

    member_id: int
    name: str
    value: str
    cause: str
    at: datetime


def tag(
    member: Member,
    *,
    name: str,
    cause: str,
    actor: Actor,
    until: datetime | None = None,
    at: datetime | None = None,
) -> MemberTag:
    """Let `member` carry the tag `name` from `at` until `until` (None: for good).

    The same cause again returns the same row. Raises NoSuchTraitName, TagEndsBefore.
    """
    wanted = Tagging(member.heir.pk, name, cause, at or clock.now(), until)
    tag_many([wanted], actor=actor)
    return MemberTag.objects.get(cause=cause)


@transaction.atomic
def tag_many(wanted: Sequence[Tagging], *, actor: Actor) -> list[MemberTag]:
    """Give these tags; answers those that are new. Two statements, however many.

    Raises what `tag` raises, and then gives none.
    """
    for each in wanted:
        _check_name(each.name)
        if each.until is not None and each.until < each.at:
            raise TagEndsBefore(tag=each.name)
    if not wanted:
        return []
    rows = [
        {
            "member_id": each.member_id,
            "name": each.name,
            "starts_at": each.at.isoformat(),
            "until": each.until.isoformat() if each.until else None,
            "cause": each.cause,
        }
        for each in wanted
    ]
    with connection.cursor() as cursor:
        cursor.execute(_TAG, [json.dumps(rows)])
        fresh = [
            MemberTag(pk, member_id, name, starts_at, until, cause)
            for pk, member_id, name, starts_at, until, cause in cursor.fetchall()
        ]
    audit.record_all(
        fresh,
        actor=actor,
        verb="members.tag.given",
        after=[{"member": row.member_id, "name": row.name} for row in fresh],
        reasons=[row.cause for row in fresh],
    )
    return fresh


@transaction.atomic
def untag(member: Member, *, name: str, actor: Actor, at: datetime | None = None) -> int:
    """Take a tag from a member from `at` on, whatever gave it. Returns how many causes had; none
    changes nothing."""
    at = at or clock.now()
    living = MemberTag.objects.living_at(at).filter(member=member.heir, name=name)
    return _end(list(living.select_for_update().order_by("pk")), at=at, actor=actor)


@transaction.atomic
def take_tags_back(causes: Collection[str], *, actor: Actor, at: datetime | None = None) -> int:
    """End the tags that these causes gave, from `at` on; what another cause gave stays. Returns how
    many; those that have ended, or were never given, are left alone."""
    at = at or clock.now()
    given = MemberTag.objects.filter(cause__in=list(causes)).select_for_update().order_by("pk")
    return _end([row for row in given if row.until is None or row.until > at], at=at, actor=actor)


def _end(rows: Sequence[MemberTag], *, at: datetime, actor: Actor) -> int:
    for row in rows:
        row.until = max(at, row.starts_at)
    MemberTag.objects.bulk_update(rows, ["until"])
    audit.record_all(
        rows,
        actor=actor,
        verb="members.tag.taken",
        after=[{"member": row.member_id, "name": row.name} for row in rows],
        reasons=[row.cause for row in rows],
    )
    return len(rows)


def set_attribute(
    member: Member,
    *,
    name: str,
    value: str,
    cause: str,
    actor: Actor,
    at: datetime | None = None,
) -> MemberAttribute:
    """Set an attribute of the member as of `at`; returns the row in force.

    What was set as of later stays, so a value that is told late never replaces a newer one. Raises
    NoSuchTraitName, NoSuchTraitValue.
    """
    wanted = Setting(member.heir.pk, name, value, cause, at or clock.now())
    set_many([wanted], actor=actor)
    return MemberAttribute.objects.get(member=wanted.member_id, name=name)


@transaction.atomic
def set_many(wanted: Sequence[Setting], *, actor: Actor) -> list[MemberAttribute]:
    """Set these attributes; answers those that changed. Two statements, however many.

    Raises what `set_attribute` raises, and then sets none.
    """
    for each in wanted:
        _check_name(each.name)
        if not is_trait_value(each.value):
            raise NoSuchTraitValue(name=each.name)
    if not wanted:
        return []
    rows = [
        {
            "member_id": each.member_id,
            "name": each.name,
            "value": each.value,
            "set_at": each.at.isoformat(),
            "cause": each.cause,
        }
        for each in wanted
    ]
    with connection.cursor() as cursor:
        cursor.execute(_SET, [json.dumps(rows)])
        changed = [
            MemberAttribute(pk, member_id, name, value, set_at, cause)
            for pk, member_id, name, value, set_at, cause in cursor.fetchall()
        ]
    audit.record_all(
        changed,
        actor=actor,
        verb="members.attribute.set",
        after=[{"member": row.member_id, "name": row.name} for row in changed],
        reasons=[row.cause for row in changed],
    )
    return changed


@transaction.atomic
def clear_attribute(member: Member, *, name: str, actor: Actor, cause: str = "") -> bool:
    """Forget an attribute of the member; with a `cause`, only when it is still that cause's value.
    Returns whether there was one."""
    rows = MemberAttribute.objects.filter(member=member.heir, name=name)
    row = (rows.filter(cause=cause) if cause else rows).select_for_update().first()
    if row is None:
        return False
    audit.record(
        row,
        actor=actor,
        verb="members.attribute.cleared",
        before={"member": row.member_id, "name": row.name},
    )
    row.delete()
    return True


def attribute_names() -> list[str]:
    """Every name that some member has an attribute of; one step through the index for each."""
    with connection.cursor() as cursor:
        cursor.execute(_NAMES)
        return [name for (name,) in cursor.fetchall()]


_NAMES = """
WITH RECURSIVE found(name) AS (
    (SELECT name FROM members_memberattribute ORDER BY name LIMIT 1)
    UNION ALL
    SELECT (SELECT a.name FROM members_memberattribute a WHERE a.name > found.name
            ORDER BY a.name LIMIT 1)
    FROM found WHERE found.name IS NOT NULL
)
SELECT name FROM found WHERE name IS NOT NULL ORDER BY name
"""


def _check_name(name: str) -> None:
    if not is_trait_name(name):
        raise NoSuchTraitName(name=str(name)[:60])
