"""Opening doors for members."""

from datetime import datetime

from django.db import transaction

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
