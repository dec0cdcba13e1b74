"""Who is known to belong to each active segment, and what is recorded when that changes.

Whoever belongs when a segment is activated or described anew is taken as they are, without a word; from
then on a sweep compares, and records `segment.entered` and `segment.left`.
"""

from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from loyalty.audiences.domain.conditions import BadTreeError, Node, parse
from loyalty.audiences.models import Segment, SegmentMembership
from loyalty.audiences.operations.belonging import described
from loyalty.audiences.operations.profiles import catalogue
from members.domain.actors import Actor
from members.operations import activities
from members.operations.sweeps import Tally

ENTERED, LEFT = "segment.entered", "segment.left"
#: So many members may enter, and as many leave, one segment in one chunk of the sweep.
MOST = 10_000

_COMPARE = """
WITH who AS MATERIALIZED ({who}), gone AS (
    DELETE FROM audiences_segmentmembership WHERE id IN (
        SELECT s.id FROM audiences_segmentmembership s
        WHERE s.segment_id = %(segment)s AND NOT s.member_id IN (SELECT id FROM who)
        ORDER BY s.id LIMIT %(most)s)
    RETURNING member_id
), come AS (
    INSERT INTO audiences_segmentmembership (segment_id, member_id, entered_at)
    SELECT %(segment)s, id, %(now)s FROM who
    WHERE NOT id IN (SELECT s.member_id FROM audiences_segmentmembership s
                     WHERE s.segment_id = %(segment)s)
    ORDER BY id LIMIT %(most)s
    ON CONFLICT (segment_id, member_id) DO NOTHING
    RETURNING member_id
), moved AS (
    SELECT member_id, 'left' AS way FROM gone UNION ALL SELECT member_id, 'entered' FROM come
)
SELECT moved.way, m.id, m.ref, m.erased_at IS NULL AND m.merged_into_id IS NULL
FROM moved JOIN members_member m ON m.id = moved.member_id ORDER BY moved.way, m.id
"""


@transaction.atomic
def take_as_they_are(segment: Segment, node: Node, *, at: datetime) -> None:
    """Remember who belongs at this instant; nobody has entered or left. The segment must be locked."""
    _compare(segment, node, at=at, most=None)
    Segment.objects.filter(pk=segment.pk).update(counted_at=at)


@transaction.atomic
def forget(segment: Segment) -> None:
    """Nobody belongs any more, and nobody has left. The segment must be locked."""
    SegmentMembership.objects.filter(segment=segment).delete()
    Segment.objects.filter(pk=segment.pk).update(counted_at=None)


def segment_changes(since: datetime, until: datetime) -> Tally:
    """Record who has entered and who has left each active segment, as of `until`.

    What was entered and left again between two looks is not seen. A segment that was counted at a later
    instant is left alone; one whose condition asks about something that is gone keeps whom it had.
    """
    tally, known = Tally(until), catalogue()
    stale = Q(counted_at=None) | Q(counted_at__lt=until)
    active = Segment.objects.with_wording().filter(stale, state=Segment.State.ACTIVE)
    for segment in active.select_for_update(of=("self",)).order_by("pk"):
        try:
            node = parse(segment.conditions, known)
        except BadTreeError:
            tally.skipped["condition_gone"] = tally.skipped.get("condition_gone", 0) + 1
            continue
        if segment.counted_at is None:
            take_as_they_are(segment, node, at=until)
            continue
        moved = _compare(segment, node, at=until, most=MOST)
        told = [_fact(segment, way, pk, ref, until) for way, pk, ref, is_own in moved if is_own]
        activities.record_many(told, actor=Actor.system("sweep:segments"))
        tally.due += len(moved)
        tally.done += len(told)
        if len(moved) >= MOST:
            tally.more = True
        else:
            Segment.objects.filter(pk=segment.pk).update(counted_at=until)
    if tally.more:
        tally.upto = since
    return tally


def _compare(
    segment: Segment, node: Node, *, at: datetime, most: int | None
) -> list[tuple[str, int, str, bool]]:
    """Bring what is remembered up to `at`: who moved, as ("entered" or "left", key, reference, whether
    they are still a member of their own)."""
    found = described(node, at=at)
    asked = found.params | {"segment": segment.pk, "now": at, "most": most}
    with connection.cursor() as cursor:
        cursor.execute(_COMPARE.format(who=found.text), asked)
        return cursor.fetchall()


def _fact(segment: Segment, way: str, member_id: int, ref: str, at: datetime) -> dict[str, Any]:
    return {
        "kind": ENTERED if way == "entered" else LEFT,
        "member_id": member_id,
        "subject": ref,
        "source": "laurel",
        "external_id": f"segment:{segment.pk}:{member_id}:{way}:{at.isoformat()}",
        "occurred_at": at,
        "payload": {"segment": segment.slug},
    }
