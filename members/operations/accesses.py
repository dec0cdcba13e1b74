"""Opening doors for members."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from members import clock
from members.domain.actors import Actor
from members.models import Access, Member
from members.operations import audit


@transaction.atomic
def grant(
    member: Member,
    *,
    name: str,
    cause: str,
    actor: Actor,
    until: datetime | None = None,
    at: datetime | None = None,
) -> Access:
    """Let `member` through the door `name` from `at` until `until` (None: for good).

    `cause` is the key: the same cause again returns the same row.
    """
    access, is_new = Access.objects.get_or_create(
        cause=cause,
        defaults={"member": member, "name": name, "starts_at": at or clock.now(), "until": until},
    )
    if is_new:
        audit.record(access, actor=actor, verb="members.access.granted", after={"name": name})
    return access


@dataclass(frozen=True, slots=True)
class Door:
    """A door to open: whose, by what name and cause, from when until when (None: for good)."""

    member: Member
    name: str
    cause: str
    at: datetime
    until: datetime | None = None


@transaction.atomic
def grant_many(doors: Sequence[Door], *, actor: Actor) -> None:
    """Let members through doors; a cause that opened one before opens none."""
    causes = [door.cause for door in doors]
    known = set(Access.objects.filter(cause__in=causes).values_list("cause", flat=True))
    rows = [
        Access(
            member=door.member,
            name=door.name,
            cause=door.cause,
            starts_at=door.at,
            until=door.until,
        )
        for door in doors
        if door.cause not in known
    ]
    Access.objects.bulk_create(rows)
    audit.record_all(
        rows,
        actor=actor,
        verb="members.access.granted",
        after=[{"name": row.name} for row in rows],
        reasons=["" for _ in rows],
    )


@transaction.atomic
def close_many(causes: Sequence[str], *, actor: Actor, at: datetime) -> None:
    """Shut the doors that these causes opened, from `at` on, where they are open longer."""
    rows = list(
        Access.objects.select_for_update()
        .filter(Q(until=None) | Q(until__gt=at), cause__in=causes)
        .order_by("pk")
    )
    for row in rows:
        row.until = max(at, row.starts_at)
    Access.objects.bulk_update(rows, ["until"])
    audit.record_all(
        rows,
        actor=actor,
        verb="members.access.closed",
        after=[{"name": row.name} for row in rows],
        reasons=["" for _ in rows],
    )


@transaction.atomic
def close(cause: str, *, actor: Actor, at: datetime | None = None) -> Access | None:
    """Shut the door that `cause` opened, from `at` on. Closing again, or what was never opened,
    changes nothing."""
    at = at or clock.now()
    access = Access.objects.select_for_update().filter(cause=cause).first()
    if access is None or (access.until is not None and access.until <= at):
        return access
    access.until = max(at, access.starts_at)
    access.save(update_fields=["until"])
    audit.record(access, actor=actor, verb="members.access.closed", after={"name": access.name})
    return access


def has_access(member: Member, *, name: str, at: datetime | None = None) -> bool:
    """Whether the door is open for the member at this instant."""
    return Access.objects.open_at(at or clock.now()).filter(member=member, name=name).exists()
