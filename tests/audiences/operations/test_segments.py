"""Segments: defined, revised, active, archived; who belongs, and why not."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from loyalty.audiences.domain.conditions import parse
from loyalty.audiences.domain.conditions import tests as asked_by
from loyalty.audiences.domain.fields import with_attributes
from loyalty.audiences.errors import BadCondition, IllegalMove, NoCondition, SegmentIsArchived
from loyalty.audiences.models import Segment, SegmentVersion
from loyalty.audiences.operations import belonging, history, profiles, segments
from loyalty.audiences.operations.profiles import catalogue
from loyalty.campaigns.operations import people
from loyalty.campaigns.operations.people import Company
from members import clock
from members.models import AuditRow, Member, Tier
from members.operations import lifts, members, tiers, traits
from tests.campaigns.conftest import act, order, take
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db

REGULARS = {"field": "history.orders", "op": "at_least", "value": 2}
NOT_LOWEST = {"field": "member.tier", "op": "is_not", "value": "bronze"}


@pytest.fixture
def regulars(units) -> Segment:
    """Members with two orders, active."""
    segment = segments.define("Regulars", conditions=REGULARS, actor=SYSTEM)
    return segments.activate(segment, actor=SYSTEM)


def wording(segment: Segment) -> Segment:
    return Segment.objects.with_wording().get(pk=segment.pk)


def answer_of(member, segment, **at):
    return belonging.answers([member], [wording(segment)], **at)[member.pk][segment.pk]


def test_a_segment_is_drafted_revised_and_activated_with_every_version_kept(units):
    """I2, E66."""
    segment = segments.define("Regulars", description="Come back.", actor=SYSTEM)
    assert (segment.slug, segment.state) == ("regulars", "draft")
    with pytest.raises(NoCondition):
        segments.activate(segment, actor=SYSTEM)
    first = segments.revise(segment, conditions=REGULARS, actor=SYSTEM)
    assert segments.revise(segment, conditions=REGULARS, actor=SYSTEM) == first
    segments.activate(segment, actor=SYSTEM)
    second = segments.revise(segment, conditions={"all": []}, actor=SYSTEM)
    assert [first.number, second.number] == [1, 2]
    assert (wording(segment).number, wording(segment).conditions) == (2, {"all": []})
    assert list(
        AuditRow.objects.filter(subject_type="audiences.segment")
        .order_by("pk")
        .values_list("verb", flat=True)
    ) == [
        "audiences.segment.defined",
        "audiences.segment.revised",
        "audiences.segment.activated",
        "audiences.segment.revised",
    ]


@pytest.mark.parametrize(
    ("tree", "pointer"),
    [
        ({"field": "order.base", "op": "at_least", "value": "5"}, "/field"),
        ({"all": [REGULARS, {"field": "member.tier", "op": "at_least", "value": 1}]}, "/all/1/op"),
        ({"any": [{"field": "history.orders", "op": "is", "value": "many"}]}, "/any/0/value"),
        ([REGULARS], "/"),
        ("everybody", "/"),
        ({"all": [], "any": []}, "/"),
    ],
)
def test_a_faulty_condition_is_refused_with_its_place_and_changes_nothing(regulars, tree, pointer):
    """E33."""
    before = AuditRow.objects.count()
    with pytest.raises(BadCondition) as refusal:
        segments.revise(regulars, conditions=tree, actor=SYSTEM)
    assert refusal.value.params["pointer"] == pointer
    assert (SegmentVersion.objects.count(), AuditRow.objects.count()) == (1, before)


def test_an_archived_segment_has_no_members_and_stays_as_it_is(regulars, amara):
    take(order(amara, "10", id="a"), order(amara, "10", id="b"))
    assert answer_of(amara, regulars).belongs
    segments.archive(regulars, actor=SYSTEM, reason="Over")
    assert answer_of(amara, regulars).missing == "this is not open to anybody just now"
    with pytest.raises(SegmentIsArchived):
        segments.revise(regulars, conditions={"all": []}, actor=SYSTEM)
    segments.activate(regulars, actor=SYSTEM)
    assert answer_of(amara, regulars).belongs
    draft = segments.define("Draft", conditions={"all": []}, actor=SYSTEM)
    assert not answer_of(amara, draft).belongs
    segments.archive(draft, actor=SYSTEM)
    Segment.objects.filter(pk=regulars.pk).update(state="archived")
    with pytest.raises(IllegalMove):
        segments._move(regulars, Segment.State.DRAFT, actor=SYSTEM)


def test_a_version_cannot_be_changed_even_in_the_database(regulars):
    version = regulars.versions.get()
    for change in ({"number": 2}, {"conditions": {}}):
        with pytest.raises(DatabaseError), transaction.atomic():
            SegmentVersion.objects.filter(pk=version.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        version.delete()


def test_who_belongs_with_what_was_seen_and_what_is_missing(regulars, amara):
    """E38, E39."""
    take(order(amara, "10", id="a"))
    answer = answer_of(amara, regulars)
    assert answer.missing == "the number of earlier orders is at least 2 (now 1)"
    assert [(seen.value, seen.held) for seen in answer.seen] == [(1, False)]
    take(order(amara, "10", id="b"))
    answer = answer_of(amara, regulars)
    assert (answer.belongs, answer.missing) == (True, "")


def test_a_condition_whose_field_is_gone_has_no_members(units, amara):
    """Closed rather than open: a ladder that was taken away takes its segments' members with it."""
    segment = segments.define("Any", conditions={"all": []}, actor=SYSTEM)
    segments.activate(segment, actor=SYSTEM)
    gone = {"field": "member.tier.gone", "op": "is_not", "value": "x"}
    SegmentVersion.objects.create(
        segment=segment, number=2, conditions=gone, written_at=clock.now(), actor_kind="system"
    )
    assert not answer_of(amara, segment).belongs


def test_count_and_sample_of_a_condition_that_was_not_saved(units, amara):
    """US6."""
    for number in range(12):
        members.enrol(f"m{number}", actor=SYSTEM, language="de" if number % 4 else "en")
    found = belonging.audience({"field": "member.language", "op": "is", "value": "de"})
    assert (found.count, len(found.sample)) == (9, 9)
    assert found.words == "the language is de"
    everybody = belonging.audience({"all": []})
    assert (everybody.count, len(everybody.sample), everybody.words) == (13, 10, "always")
    with pytest.raises(BadCondition):
        belonging.audience({"field": "order.base", "op": "at_least", "value": "1"})


def test_many_members_and_segments_take_as_many_queries_as_one(regulars, amara, bo, dee):
    """The set-based reading: constant, whatever the numbers."""
    other = segments.define("Risen", conditions=NOT_LOWEST, actor=SYSTEM)
    segments.activate(other, actor=SYSTEM)

    def queries(people, chosen) -> int:
        rows = list(Segment.objects.with_wording().filter(pk__in=chosen))
        with CaptureQueriesContext(connection) as captured:
            belonging.answers(people, rows)
        return len(captured)

    assert queries([amara], [regulars.pk, other.pk]) == queries(
        [amara, bo, dee], [regulars.pk, other.pk]
    )
    assert queries([amara, bo, dee], [regulars.pk]) == 2


def test_segments_and_campaigns_see_the_same_values(units, amara, bo):
    """One place says what a field holds; here both readers are asked at several instants."""
    now = clock.now()
    take(order(amara, "30", id="a"), act("refill.confirmed", amara, id="r", serial="J1"))
    take(order(amara, "80", id="b", at=now - timedelta(days=40)))
    traits.tag(amara, name="vip", cause="t", until=now + timedelta(days=5), actor=SYSTEM)
    traits.set_attribute(bo, name="size", value="s", cause="t", actor=SYSTEM)
    top = max(tiers.ladders()[0].rungs, key=lambda rung: rung.threshold)
    until = now.date() + timedelta(days=60)
    lifts.give_tier(
        bo, tier=Tier.objects.get(pk=top.tier_id), until=until, reason="A friend", actor=SYSTEM
    )
    known = with_attributes(catalogue(), ["size"])
    nodes = [parse(each, known) for each in every_field(known)]
    everyone = list(Member.objects.all())
    found = people.lock_people([member.ref for member in everyone])
    profiles.read({person.member.pk: person for person in found.values()}, nodes)
    for member in everyone:
        for days in (0, 1, 45, 200):
            at = now - timedelta(days=days)
            told = act("visit", member, id="v", at=at)
            scopes = history.scopes_of(nodes)
            [past] = history.facts_as_of([history.Ask(member.pk, at)], scopes)
            found[member.ref].pasts[told.key] = past
            theirs = people.facts_of(told, found[member.ref], None, Company(found))
            ours = profiles.profiles_of([member], nodes, at=at)[member.pk].facts(at)
            assert {name: theirs[name] for name in ours} == ours
            asked = {test.key for node in nodes for test in asked_by(node)}
            absent = {"history.days_since(order.placed,30)", "attribute.size"}
            assert asked - set(ours) <= absent


def every_field(known) -> list[dict]:
    """A test on each field there is."""
    return [
        {"field": name, "op": "is_known", "value": True}
        | ({"of": {"kind": "order.placed", "days": 30}} if field.is_scoped else {})
        for name, field in known.items()
    ]
