"""Entering and leaving a segment, found by a sweep and told as activities."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loyalty.audiences.models import Segment, SegmentMembership, SegmentVersion
from loyalty.audiences.operations import membership, segments
from loyalty.audiences.operations.membership import segment_changes
from loyalty.campaigns.operations import standard
from members import clock
from members.models import Activity, Entry, Job, Member
from members.operations import members, merges, sweeps, traits
from tests.campaigns.conftest import act, order, take, work
from tests.conftest import SYSTEM, person
from tests.together import together

pytestmark = pytest.mark.django_db

VIP = {"field": "member.tags", "op": "has", "value": "vip"}
HOUR = timedelta(hours=1)


@pytest.fixture
def vips(units) -> Segment:
    """Members with the tag vip, active."""
    return segments.activate(segments.define("VIP", conditions=VIP, actor=SYSTEM), actor=SYSTEM)


def tag(member: Member, cause: str = "t", **more) -> None:
    traits.tag(member, name="vip", cause=f"{cause}:{member.pk}", actor=SYSTEM, **more)


def told() -> list[tuple[str, str, dict]]:
    rows = Activity.objects.filter(kind__startswith="segment.").order_by("occurred_at", "pk")
    return list(rows.values_list("kind", "subject", "payload"))


def sweep(at) -> bool:
    return sweeps.sweep_once(sweeps.SWEEPS["segments"], until=at)


def test_who_enters_and_who_leaves_is_told_once(vips, bo, dee):
    """E34: segment entry and exit."""
    now = clock.now()
    tag(bo, until=now + 3 * HOUR, at=now)
    assert sweep(now + HOUR) is False
    entered = ("segment.entered", "bo", {"segment": "vip"})
    assert told() == [entered]
    assert Activity.objects.get(kind="segment.entered").occurred_at == now + HOUR
    sweep(now + 2 * HOUR)
    assert told() == [entered]
    sweep(now + 3 * HOUR)
    assert told() == [entered, ("segment.left", "bo", {"segment": "vip"})]
    tag(bo, "again", at=now + 4 * HOUR)
    sweep(now + 5 * HOUR)
    assert told()[2:] == [entered]
    assert list(SegmentMembership.objects.values_list("member", flat=True)) == [bo.pk]
    assert segment_changes(now, now + 5 * HOUR).due == 0
    assert len(told()) == 3


def test_those_of_the_activation_and_of_another_condition_are_taken_as_they_are(units, bo, dee):
    """No flood: whoever belongs already has not entered."""
    tag(bo)
    segment = segments.define("VIP", conditions=VIP, actor=SYSTEM)
    segments.activate(segment, actor=SYSTEM)
    assert SegmentMembership.objects.get().member == bo
    everybody = {"all": []}
    segments.revise(segment, conditions=everybody, actor=SYSTEM)
    assert SegmentMembership.objects.count() == 2
    segments.revise(segment, conditions={"any": []}, actor=SYSTEM)
    assert SegmentMembership.objects.count() == 0
    segments.revise(segment, conditions=VIP, actor=SYSTEM)
    sweep(clock.now() + HOUR)
    assert told() == []
    segments.archive(segment, actor=SYSTEM)
    segment.refresh_from_db()
    assert (SegmentMembership.objects.count(), segment.counted_at) == (0, None)
    sweep(clock.now() + 2 * HOUR)
    assert told() == []


def test_a_segment_that_was_active_before_all_this_begins_without_a_word(vips, bo):
    tag(bo)
    SegmentMembership.objects.all().delete()
    Segment.objects.update(counted_at=None)
    sweep(clock.now() + HOUR)
    assert (told(), SegmentMembership.objects.count()) == ([], 1)


def test_a_look_that_is_late_changes_nothing(vips, bo):
    """The alarm rang before the activation, and was heard after it."""
    now = clock.now()
    tag(bo, at=now)
    early = segment_changes(now - 2 * HOUR, now - HOUR)
    assert (early.due, told(), SegmentMembership.objects.count()) == (0, [], 0)


def test_a_condition_whose_field_is_gone_keeps_whom_it_had(vips, bo):
    tag(bo)
    sweep(clock.now() + HOUR)
    gone = {"field": "member.tier.gone", "op": "is_not", "value": "x"}
    SegmentVersion.objects.create(
        segment=vips, number=2, conditions=gone, written_at=clock.now(), actor_kind="system"
    )
    later = clock.now() + 2 * HOUR
    assert segment_changes(later, later).skipped == {"condition_gone": 1}
    assert (len(told()), SegmentMembership.objects.count()) == (1, 1)


def test_whoever_is_merged_or_erased_is_gone_without_a_word(vips, bo, dee, units):
    ann, clerk = members.enrol("ann", actor=SYSTEM), person("clerk@example.test", is_staff=True)
    for each in (ann, dee):
        tag(each)
    sweep(clock.now() + HOUR)
    merges.merge(ann, bo, reason="One person", key="m", by=clerk)
    Member.objects.filter(pk=dee.pk).update(erased_at=clock.now())
    before = len(told())
    sweep(clock.now() + 2 * HOUR)
    assert told()[before:] == [("segment.entered", "bo", {"segment": "vip"})]
    assert list(SegmentMembership.objects.values_list("member", flat=True)) == [bo.pk]


def test_a_crowd_moves_in_parts_that_are_decided_once(vips, monkeypatch):
    monkeypatch.setattr(membership, "MOST", 3)
    people = [members.enrol(f"m{number}", actor=SYSTEM) for number in range(8)]
    for each in people:
        tag(each)
    at = clock.now() + HOUR
    assert [sweep(at), sweep(at), sweep(at), sweep(at)] == [True, True, False, False]
    assert sorted(subject for _, subject, _ in told()) == [each.ref for each in people]


def test_a_sweep_takes_as_many_queries_for_many_as_for_one(vips, bo):
    def queries(count: int, name: str, at) -> int:
        for number in range(count):
            tag(members.enrol(f"{name}{number}", actor=SYSTEM))
        with CaptureQueriesContext(connection) as captured:
            segment_changes(at, at)
        return len(captured)

    now = clock.now()
    assert queries(1, "one", now + HOUR) == queries(20, "many", now + 2 * HOUR)
    assert len(told()) == 21


def test_a_campaign_answers_to_entering_and_asks_who_belongs(units, vips, bo, dee):
    """E34, E32: a welcome for entering; twice the points for whoever belongs."""
    standard.install(actor=SYSTEM)
    for slug, trigger, conditions in (
        ("hello", "segment.entered", {"field": "activity.segment", "op": "is", "value": "vip"}),
        ("more", "order.placed", {"field": "member.segments", "op": "has", "value": "vip"}),
    ):
        standard.publish(
            {
                "slug": slug,
                "name": slug,
                "triggers": [trigger],
                "conditions": conditions,
                "effects": [{"kind": "earn", "unit": "points", "amount": 7}],
            },
            actor=SYSTEM,
        )
    tag(bo)
    sweep(clock.now() + timedelta(seconds=1))
    work()
    given = Entry.objects.filter(reason__startswith="hello").values_list("credit__member__ref")
    assert list(given) == [("bo",)]
    answers = take(order(bo, "1", id="a"), order(dee, "1", id="b"))
    more = [[each["campaign"] for each in answer["effects"]] for answer in answers]
    assert ["more" in each for each in more] == [True, False]
    why = [each["why"] for each in answers[1]["not_earned"] if each["campaign"] == "more"]
    assert why == ["Needed: the member's segments include vip (it was nothing)"]


def test_asking_for_segments_takes_as_many_queries_for_a_batch_as_for_one(units, vips, bo, dee):
    standard.publish(
        {
            "slug": "more",
            "name": "more",
            "triggers": ["visit.checked_in"],
            "conditions": {"field": "member.segments", "op": "has", "value": "vip"},
            "effects": [{"kind": "earn", "unit": "points", "amount": 7}],
        },
        actor=SYSTEM,
    )

    take(act("visit.checked_in", bo, id="warm"))

    def queries(*tolds) -> int:
        with CaptureQueriesContext(connection) as captured:
            take(*tolds)
        return len(captured)

    one = queries(act("visit.checked_in", bo, id="1"))
    assert one == queries(
        *(act("visit.checked_in", who, id=f"{who.ref}{n}") for n in range(5) for who in (bo, dee))
    )


@pytest.mark.django_db(transaction=True)
def test_activating_while_the_sweep_looks_tells_nothing_twice(units):
    """Whoever has the segment's row goes first; the other sees what it left."""
    ann = members.enrol("ann", actor=SYSTEM)
    tag(ann)
    segment = segments.define("VIP", conditions=VIP, actor=SYSTEM)
    segments.activate(segment, actor=SYSTEM)
    late = members.enrol("late", actor=SYSTEM)
    tag(late)
    at = clock.now() + HOUR
    acts = [
        lambda: sweeps.sweep_once(sweeps.SWEEPS["segments"], until=at, waits=True),
        lambda: segments.revise(segment, conditions={"all": [VIP]}, actor=SYSTEM),
        lambda: sweeps.sweep_once(sweeps.SWEEPS["segments"], until=at, waits=True),
    ]
    assert together(*acts) == ["done"] * 3
    assert SegmentMembership.objects.count() == 2
    assert [subject for _, subject, _ in told()] in ([], ["late"])
    assert Job.objects.filter(kind="activity.evaluate").count() >= 2
