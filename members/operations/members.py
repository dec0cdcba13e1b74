"""Joining and changing a membership."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from members import clock
from members.domain import names
from members.domain.actors import Actor
from members.domain.calendar import is_day_of_year, local_date, zone_names
from members.errors import (
    ErasedMember,
    NameMixesScripts,
    NameReserved,
    NameTaken,
    NoSuchDay,
    NoSuchName,
    NoSuchZone,
)
from members.models import Member, User
from members.operations import accounts, activities, audit, keys, references

EDITABLE = (
    "email",
    "given_name",
    "family_name",
    "time_zone",
    "language",
    "joined_on",
    "birth_month",
    "birth_day",
    "display_name",
    "shows_real_name",
    "is_ranked",
)
#: A change of any of these may change the real name that others read.
_SHOWN = {"given_name", "family_name", "shows_real_name"}
#: The refusal for a fault of a name; for any other it is NoSuchName.
_FAULTS = {"scripts": NameMixesScripts, "reserved": NameReserved}


@transaction.atomic
def enrol(
    ref: str,
    *,
    actor: Actor,
    user: User | None = None,
    at: datetime | None = None,
    **fields: Any,
) -> Member:
    """Open a membership under the outside id `ref`, with its accounts, and record `member.joined`.

    Whoever was erased not long ago and comes back is not greeted again: no `member.joined` of theirs.
    Enrolling a known `ref` returns that member (or who they were merged into) unchanged. Raises
    ErasedMember, or what `update` does for a name, a birthday or a time zone that will not do.
    """
    at = at or clock.now()
    known = Member.objects.select_related("merged_into").filter(ref=ref).first()
    if known is not None:
        return known.heir
    if references.erased([ref]):
        raise ErasedMember(member=ref)
    _check(fields)
    if fields.get("shows_real_name"):
        check_shown(f"{fields.get('given_name', '')} {fields.get('family_name', '')}".strip())
    fields.setdefault("joined_on", local_date(at, fields.get("time_zone") or _zone()))
    if fields.get("birth_month"):
        fields["birthday_set_at"] = at
    try:
        with transaction.atomic():
            member = Member.objects.create(ref=ref, user=user, created_at=at, **fields)
    except (
        IntegrityError
    ):  # by somebody who enrolled them at the same moment, or the sign-in is taken
        known = Member.objects.filter(ref=ref).first()
        if known is None:
            raise
        return known
    accounts.open_for([member.pk])
    audit.record(member, actor=actor, verb="members.member.enrolled", after={"ref": ref})
    if not references.came_back(member.email, at=at):
        _greet(member, at=at, actor=actor)
    activities.claim_parked(member)
    if user is None:
        # What somebody says of themselves counts once they have shown it (`keys.follow_email`).
        keys.follow_email(member, address=member.email, actor=actor)
    return member


def _greet(member: Member, *, at: datetime, actor: Actor) -> None:
    activities.record(
        "member.joined",
        member=member,
        source="laurel",
        external_id=f"joined:{member.pk}",
        occurred_at=at,
        actor=actor,
    )


@transaction.atomic
def enrol_missing(refs: Iterable[str], *, actor: Actor, joined_on: dict[str, date]) -> int:
    """Open memberships for the unknown ones of `refs` in one go (imports). Returns how many.

    History is not greeted: no `member.joined` is recorded for people who joined long ago. What was
    told about them before is theirs from now on. Who was erased is not opened again.
    """
    now, refs = clock.now(), list(refs)
    known = set(Member.objects.filter(ref__in=refs).values_list("ref", flat=True))
    known |= references.erased(set(refs) - known)
    fresh = Member.objects.bulk_create(
        [
            Member(ref=ref, created_at=now, joined_on=joined_on[ref])
            for ref in dict.fromkeys(refs)
            if ref not in known
        ],
        ignore_conflicts=True,
    )
    ids = list(
        Member.objects.filter(ref__in=[member.ref for member in fresh]).values_list("pk", flat=True)
    )
    accounts.open_for(ids)
    for member in Member.objects.filter(pk__in=ids[:1]):
        audit.record(
            member, actor=actor, verb="members.member.enrolled_many", after={"members": len(ids)}
        )
    for member in activities.awaited(ids):
        activities.claim_parked(member)
    return len(ids)


@transaction.atomic
def update(member: Member, *, actor: Actor, at: datetime | None = None, **fields: Any) -> Member:
    """Change what is known of a member; only the fields of `EDITABLE`. Audited field by field.

    Raises NoSuchName, NameMixesScripts or NameReserved for a name that others read (the real one counts when
    it is shown), NameTaken for a display name, NoSuchDay or NoSuchZone.
    """
    unknown = set(fields) - set(EDITABLE)
    if unknown:
        raise TypeError(f"not editable: {', '.join(sorted(unknown))}")
    _check(fields)
    if "email" in fields:
        # Keys are locked before members.
        keys.follow_email(member, address=fields["email"], actor=actor)
    member = Member.objects.select_for_update().get(pk=member.pk)
    before = {name: getattr(member, name) for name in fields}
    changed = {name: value for name, value in fields.items() if before[name] != value}
    if not changed:
        return member
    if {"birth_month", "birth_day"} & set(changed):
        changed["birthday_set_at"] = at or clock.now()
    for name, value in changed.items():
        setattr(member, name, value)
    if member.shows_real_name and _SHOWN & set(changed):
        check_shown(member.full_name)
    _save(member, changed)
    audit.record(
        member, actor=actor, verb="members.member.updated", after={"fields": sorted(changed)}
    )
    return member


@transaction.atomic
def complete_profile(member: Member, *, actor: Actor) -> bool:
    """Record `profile.completed` for a member who has told both their names; once. Only their own word
    counts, so this is for the pages on which members speak of themselves."""
    if not (member.given_name and member.family_name):
        return False
    activities.record(
        "profile.completed",
        member=member,
        source="portal",
        external_id=f"profile:{member.pk}",
        actor=actor,
    )
    return True


def _save(member: Member, changed: Collection[str]) -> None:
    try:
        with transaction.atomic():
            member.save(update_fields=list(changed))
    except IntegrityError as error:
        if "member_display_name_once" not in str(error):
            raise
        raise NameTaken() from error


def name_for_others(name: str) -> str:
    """A display name as it is kept, or none. Raises NoSuchName, NameMixesScripts or NameReserved."""
    plain = names.plain(name)
    if plain:
        _refuse(names.fault_of(plain, programme=settings.PROGRAMME_NAME))
    return plain


def check_shown(name: str) -> None:
    """Refuse a real name that would mislead other members. Raises what `name_for_others` does."""
    if name:
        _refuse(names.lie_in(name, programme=settings.PROGRAMME_NAME))


def _refuse(fault: str) -> None:
    if fault:
        raise _FAULTS.get(fault, NoSuchName)()


def _check(fields: dict[str, Any]) -> None:
    if "display_name" in fields:
        fields["display_name"] = name_for_others(fields["display_name"])
    month, day = fields.get("birth_month"), fields.get("birth_day")
    if (month, day) != (None, None) and not is_day_of_year(month or 0, day or 0):
        raise NoSuchDay(day=f"{month}-{day}")
    zone = fields.get("time_zone")
    if zone is not None and zone not in zone_names():
        raise NoSuchZone(zone=zone)


def _zone() -> str:
    return Member._meta.get_field("time_zone").get_default()
