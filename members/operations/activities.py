"""The lower floors' door for activities: record a fact, and have it evaluated right after."""

import hashlib
from datetime import UTC, datetime
from typing import Any

import rfc8785
from django.db import transaction

from members import clock
from members.domain.actors import Actor
from members.errors import SaidDifferently
from members.models import Activity, Member
from members.operations import jobs


def body_hash(kind: str, subject: str, occurred_at: datetime, payload: dict[str, Any]) -> bytes:
    """What makes two tellings the same: kind, member, time and payload, as canonical JSON."""
    said = {
        "kind": kind,
        "subject": subject,
        "time": occurred_at.astimezone(UTC).isoformat(),
        "data": payload,
    }
    return hashlib.sha256(rfc8785.dumps(said)).digest()


@transaction.atomic
def record(
    kind: str,
    *,
    member: Member,
    source: str,
    external_id: str,
    actor: Actor,
    occurred_at: datetime | None = None,
    payload: dict[str, Any] | None = None,
) -> Activity:
    """Record that `member` did something; the rules see it right after the commit.

    (source, external_id) is the key: telling the same again returns the first row, telling
    something else under it raises SaidDifferently.
    """
    now = clock.now()
    occurred_at, payload = occurred_at or now, payload or {}
    digest = body_hash(kind, member.ref, occurred_at, payload)
    activity, is_new = Activity.objects.get_or_create(
        source=source,
        external_id=external_id,
        defaults={
            "kind": kind,
            "subject": member.ref,
            "member": member,
            "occurred_at": occurred_at,
            "received_at": now,
            "payload": payload,
            "body_hash": digest,
            "status": Activity.Status.ACCEPTED,
            "recorded_by": actor.name[:120],
        },
    )
    if not is_new:
        if activity.kind != kind or activity.member_id != member.pk:
            raise SaidDifferently(id=external_id, source=source)
        return activity
    jobs.enqueue(
        "activity.evaluate",
        key=f"evaluate:{activity.pk}",
        arguments={"activities": [activity.pk]},
    )
    return activity
