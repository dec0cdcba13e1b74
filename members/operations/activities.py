"""The lower floors' door for activities: record a fact, and have it evaluated right after."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import rfc8785
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from members import clock
from members.domain.actors import Actor
from members.domain.sentences import kept
from members.errors import SaidDifferently
from members.models import Activity, ActivityKey, Member
from members.operations import jobs
from members.shipped import AFTER_ORDERS


def body_hash(kind: str, subject: str, occurred_at: datetime, payload: dict[str, Any]) -> bytes:
    """What makes two tellings the same: kind, member, time and payload, as canonical JSON."""
    said: Any = {
        "kind": kind,
        "subject": subject,
        "time": occurred_at.astimezone(UTC).isoformat(),
        "data": payload,
    }
    return hashlib.sha256(rfc8785.dumps(said)).digest()


#: Why an activity waits for whoever looks at an account.
FROZEN = kept("An account of the member's is frozen; this counts once it is unfrozen.")
#: How many activities one evaluation job takes.
CHUNK = 500

# Numbered as they were told, so that a batch reads as singles do; written in the order of their keys, so that
# two batches never wait for each other.
_INSERT = """
WITH told AS MATERIALIZED (
    SELECT nextval(pg_get_serial_sequence('members_activity', 'id')) AS id, t.*
    FROM jsonb_to_recordset(%(rows)s::jsonb) AS t(
        source text, external_id text, kind text, subject text, member_id bigint,
        occurred_at timestamptz, payload jsonb, body_hash text, status text, status_reason text,
        worth bigint, kind_version int))
INSERT INTO members_activity (id, source, external_id, kind, subject, member_id, occurred_at, received_at,
                              payload, body_hash, status, status_reason, recorded_by, worth,
                              kind_version)
SELECT id, source, external_id, kind, subject, member_id, occurred_at, %(at)s, payload,
       decode(body_hash, 'hex'), coalesce(status, 'accepted'), coalesce(status_reason, ''), %(by)s, worth,
       kind_version
FROM told ORDER BY source, external_id
ON CONFLICT (source, external_id) DO NOTHING
RETURNING id, source, external_id
"""


_WORTHS = """
UPDATE members_activity a SET worth = t.worth FROM unnest(%s::bigint[], %s::bigint[]) AS t(id, worth)
WHERE a.id = t.id AND a.worth IS NULL
"""

#: How many facts have led to what is recorded just now, by member; see `following`.
_chains: ContextVar[Mapping[int, int]] = ContextVar("chains", default={})  # noqa: B039 never changed


@contextmanager
def following(chains: Mapping[int, int]) -> Iterator[None]:
    """What is recorded in here about these members follows from what they did, by so many steps.

    It is kept as `chain` in the payload, so that whoever lets facts lead to facts can see to an end.
    """
    before = _chains.set(chains)
    try:
        yield
    finally:
        _chains.reset(before)


def _following(member_id: int, payload: dict[str, Any]) -> dict[str, Any]:
    """A payload that says how long its chain is, when it is part of one."""
    steps = _chains.get().get(member_id, 0)
    return payload | {"chain": steps} if steps else payload


def insert(facts: Sequence[dict[str, Any]], *, at: datetime, by: str) -> dict[tuple[str, str], int]:
    """Write the activities that are new, in one statement; answers their ids by (source, external
    id). Known keys are left alone, and nothing is evaluated: that is for the caller.

    Each fact has kind, member_id, subject, source, external_id, occurred_at and payload; `status`
    and `status_reason` where it does not simply count; `body_hash` when more was said than is kept;
    `worth` of an order, or below zero of what came back of one; `kind_version`, the schema that it was
    checked against.
    """
    rows = [
        fact
        | {
            "occurred_at": fact["occurred_at"].isoformat(),
            "body_hash": (fact.get("body_hash") or _body_hash_of(fact)).hex(),
        }
        for fact in facts
    ]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, {"rows": json.dumps(rows), "at": at, "by": by[:120]})
        return {(source, external): pk for pk, source, external in cursor.fetchall()}


def _body_hash_of(fact: dict[str, Any]) -> bytes:
    return body_hash(fact["kind"], fact["subject"], fact["occurred_at"], fact["payload"])


def name_keys(of: Mapping[int, Iterable[int]]) -> None:
    """Note which customer keys these parked activities named: by activity, the keys' rows."""
    rows = [
        ActivityKey(activity_id=activity_id, key_id=key_id)
        for activity_id, key_ids in of.items()
        for key_id in key_ids
    ]
    if rows:
        ActivityKey.objects.bulk_create(rows)


@transaction.atomic
def record_many(facts: Sequence[dict[str, Any]], *, actor: Actor) -> list[int]:
    """Record many facts at once and have them evaluated; known ones are left alone.

    Each fact is one of `insert`'s. Returns the ids of the new activities.
    """
    if not facts:
        return []
    facts = [fact | {"payload": _following(fact["member_id"], fact["payload"])} for fact in facts]
    fresh = list(insert(facts, at=clock.now(), by=actor.name).values())
    jobs.enqueue_all(
        ("activity.evaluate", f"evaluate:{chunk[0]}", {"activities": chunk})
        for chunk in (fresh[i : i + CHUNK] for i in range(0, len(fresh), CHUNK))
    )
    return fresh


def awaited(member_ids: Sequence[int]) -> QuerySet[Member]:
    """Those of these members about whom something was told before they were known."""
    told = Activity.objects.filter(
        status=Activity.Status.PARKED, member=None, subject=OuterRef("ref")
    )
    return Member.objects.filter(Exists(told), pk__in=member_ids).order_by("pk")


@transaction.atomic
def claim_parked(member: Member, *, keys: Sequence[int] = ()) -> list[int]:
    """Give a member what was told before anybody knew that it was theirs, and have it evaluated.

    It named their reference, or one of these customer keys (rows, locked by the caller), and none
    that comes first and is somebody else's. Returns the ids of those activities.
    """
    parked = Activity.objects.filter(status=Activity.Status.PARKED, member=None)
    named = Q(subject=member.ref) | Q(subject="", pk__in=_naming(member, keys) if keys else [])
    # Whoever claims the same at this moment has it; what is no longer unclaimed is not found again.
    rows = parked.filter(named).select_for_update(of=("self",)).order_by("pk")
    found = sorted((row.occurred_at, row.pk) for row in rows)
    ids = [pk for _, pk in found]
    if ids:
        told = Activity.objects.filter(pk__in=ids)
        told.filter(kind__in=AFTER_ORDERS).update(
            member=member, status_reason=kept("The order is not known yet.")
        )
        told.exclude(kind__in=AFTER_ORDERS).update(
            member=member, status=Activity.Status.ACCEPTED, status_reason=""
        )
        ActivityKey.objects.filter(activity__in=ids).delete()
        jobs.enqueue(
            "activity.evaluate",
            key=f"evaluate:claimed:{ids[0]}",
            arguments={"activities": ids, "claimed": True},
        )
    return ids


def _naming(member: Member, keys: Sequence[int]) -> list[int]:
    """The parked activities that named one of these keys, and whose first known key is the member's."""
    rank = {kind: place for place, kind in enumerate(settings.CUSTOMER_KEY_ORDER)}
    named = ActivityKey.objects.filter(
        Q(key__in=keys) | Q(key__member__erased_at=None, key__member__isnull=False),
        activity__in=ActivityKey.objects.filter(key__in=keys).values("activity"),
    )
    first: dict[int, tuple[int, int]] = {}
    for row in named.select_related("key"):
        owner = member.pk if row.key_id in keys else row.key.member_id or 0
        found = rank[row.key.kind], owner
        first[row.activity_id] = min(first.get(row.activity_id, found), found)
    return [activity_id for activity_id, (_, owner) in first.items() if owner == member.pk]


def admit(ids: Sequence[int], faulty: Mapping[int, str]) -> None:
    """Let parked activities count, whose other half has come; those of `faulty` are set aside for a
    person, with the reason. The caller evaluates them in the same transaction."""
    parked = Activity.objects.filter(status=Activity.Status.PARKED)
    if ids:
        parked.filter(pk__in=ids).update(status=Activity.Status.ACCEPTED, status_reason="")
    for pk, reason in faulty.items():
        parked.filter(pk=pk).update(status=Activity.Status.QUARANTINED, status_reason=reason[:200])


def note_worths(worths: Mapping[int, int | None]) -> None:
    """Note what parts that came back take off their orders' worth; one statement, or none."""
    known = [(pk, worth) for pk, worth in worths.items() if worth is not None]
    if known:
        with connection.cursor() as cursor:
            cursor.execute(_WORTHS, [list(column) for column in zip(*known, strict=True)])


def keep_waiting(pk: int, *, status: str, reason: str) -> None:
    """Say anew what a parked activity waits for, or that a person should look at it."""
    parked = Activity.objects.filter(pk=pk, status=Activity.Status.PARKED)
    parked.update(status=status, status_reason=reason[:200])


def set_aside(pk: int, *, status: str, reason: str) -> None:
    """Have an activity that has not counted yet wait, or say that a person should look at it."""
    open_ones = Activity.objects.filter(
        pk=pk, status__in=[Activity.Status.ACCEPTED, Activity.Status.PARKED]
    )
    open_ones.update(status=status, status_reason=reason[:200])


def have_looked_at(ids: Sequence[int], *, reason: str) -> None:
    """Have these wait for a person to look at them, though they were to count; nothing was posted for
    them yet."""
    accepted = Activity.objects.filter(pk__in=ids, status=Activity.Status.ACCEPTED)
    accepted.update(status=Activity.Status.PARKED, status_reason=reason[:200])


def decline(ids: Sequence[int], *, reason: str) -> list[int]:
    """Have these never count; answers which. Nothing was posted for them. For good."""
    undecided = Activity.objects.filter(
        pk__in=ids, status__in=(Activity.Status.ACCEPTED, Activity.Status.PARKED)
    )
    found = list(undecided.order_by("pk").values_list("pk", flat=True))
    undecided.filter(pk__in=found).update(
        status=Activity.Status.DECLINED, status_reason=reason[:200]
    )
    return found


def resume(member: Member) -> list[int]:
    """Have what waited for a frozen account of the member's evaluated again. Returns the ids."""
    waiting = Activity.objects.filter(
        member=member, status=Activity.Status.PARKED, status_reason=FROZEN
    )
    ids = list(waiting.order_by("occurred_at", "pk").values_list("pk", flat=True))
    evaluate_again(ids, at=clock.now())
    return ids


def match_again(member: Member, *, key: str) -> None:
    """Have what was told of orders and waits for them evaluated again, for others of the member's are known
    now. The same `key` again asks nothing new."""
    waiting = Activity.objects.filter(
        member=member, kind__in=AFTER_ORDERS, status=Activity.Status.PARKED
    )
    ids = list(waiting.order_by("occurred_at", "pk").values_list("pk", flat=True))
    jobs.enqueue_all(
        ("activity.evaluate", f"{key}:{chunk[0]}", {"activities": chunk, "claimed": True})
        for chunk in (ids[i : i + CHUNK] for i in range(0, len(ids), CHUNK))
    )


def evaluate_again(ids: Sequence[int], *, at: datetime) -> None:
    """Have these looked at once more, not before `at`."""
    jobs.enqueue_all(
        (
            ("activity.evaluate", f"evaluate:{chunk[0]}:{at.isoformat()}", {"activities": chunk})
            for chunk in (ids[i : i + CHUNK] for i in range(0, len(ids), CHUNK))
        ),
        not_before=at,
    )


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
    now, member = clock.now(), member.heir
    occurred_at, payload = occurred_at or now, _following(member.pk, payload or {})
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
