"""Tags and attributes of members: given once for each cause, in any order, one or many."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from members import clock
from members.errors import NoSuchTraitName, NoSuchTraitValue, TagEndsBefore
from members.models import Activity, AuditRow, Member, MemberAttribute, MemberTag
from members.operations import activities, members, merges, traits
from members.operations.traits import Setting, Tagging
from tests.conftest import SYSTEM, person
from tests.together import together

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def tags_of(member, at) -> set[str]:
    return set(MemberTag.objects.living_at(at).filter(member=member).values_list("name", flat=True))


def value_of(member, name) -> str | None:
    found = MemberAttribute.objects.filter(member=member, name=name)
    return found.values_list("value", flat=True).first()


def written() -> tuple[int, int, int]:
    return MemberTag.objects.count(), MemberAttribute.objects.count(), AuditRow.objects.count()


def test_a_cause_tags_once_and_its_tag_ends_by_itself(bo):
    """E46: audience tag."""
    now = clock.now()
    first = traits.tag(bo, name="vip", cause="a1:1:0", until=now + DAY, actor=SYSTEM, at=now)
    before = written()
    again = traits.tag(bo, name="vip", cause="a1:1:0", actor=SYSTEM, at=now + DAY)
    assert (again.pk, again.until, written()) == (first.pk, now + DAY, before)
    assert (tags_of(bo, now - DAY), tags_of(bo, now), tags_of(bo, now + DAY)) == (
        set(),
        {"vip"},
        set(),
    )
    row = AuditRow.objects.get(verb="members.tag.given")
    assert (row.after, row.reason) == ({"member": bo.pk, "name": "vip"}, "a1:1:0")


def test_what_one_cause_gave_is_taken_back_and_what_another_gave_stays(bo):
    now = clock.now()
    traits.tag(bo, name="vip", cause="a1", actor=SYSTEM, at=now)
    traits.tag(bo, name="vip", cause="a2", actor=SYSTEM, at=now)
    assert traits.take_tags_back(["a1", "unknown"], actor=SYSTEM, at=now + DAY) == 1
    assert tags_of(bo, now + DAY) == {"vip"}
    assert traits.untag(bo, name="vip", actor=SYSTEM, at=now + 2 * DAY) == 1
    assert (tags_of(bo, now + DAY), tags_of(bo, now + 2 * DAY)) == ({"vip"}, set())
    before = written()
    assert traits.untag(bo, name="vip", actor=SYSTEM, at=now + 2 * DAY) == 0
    assert traits.take_tags_back(["a1", "a2"], actor=SYSTEM, at=now + 3 * DAY) == 0
    assert written() == before


def test_the_value_that_was_set_as_of_last_holds_in_any_order(bo):
    """E46: attribute; I2."""
    now = clock.now()
    told = [
        Setting(bo.pk, "size", "small", "a1", now),
        Setting(bo.pk, "size", "large", "a3", now + DAY),
        Setting(bo.pk, "size", "medium", "a2", now + DAY),
    ]
    for order in ((0, 1, 2), (2, 1, 0), (1, 0, 2)):
        for place in order:
            traits.set_many([told[place]], actor=SYSTEM)
        assert value_of(bo, "size") == "large"
        MemberAttribute.objects.all().delete()
    changed = traits.set_many(told, actor=SYSTEM)
    assert [(row.value, row.cause) for row in changed] == [("large", "a3")]
    before = written()
    assert traits.set_attribute(
        bo, name="size", value="other", cause="a3", actor=SYSTEM, at=now + 2 * DAY
    ).value == ("large")
    assert written() == before


def test_an_attribute_is_forgotten_only_while_it_is_that_causes_value(bo):
    traits.set_attribute(bo, name="size", value="small", cause="a1", actor=SYSTEM)
    assert not traits.clear_attribute(bo, name="size", cause="a0", actor=SYSTEM)
    assert value_of(bo, "size") == "small"
    assert traits.clear_attribute(bo, name="size", cause="a1", actor=SYSTEM)
    assert value_of(bo, "size") is None
    assert not traits.clear_attribute(bo, name="size", actor=SYSTEM)
    assert AuditRow.objects.filter(verb="members.attribute.cleared").count() == 1


@pytest.mark.parametrize("name", ["", "VIP", "1st", "a b", "é", "x" * 61, "a\0b", "a\n"])
def test_a_name_that_cannot_be_asked_about_is_refused_and_nothing_is_written(bo, name):
    before, now = written(), clock.now()
    good = Tagging(bo.pk, "vip", "a1", now)
    with pytest.raises(NoSuchTraitName):
        traits.tag_many([good, Tagging(bo.pk, name, "a2", now)], actor=SYSTEM)
    with pytest.raises(NoSuchTraitName):
        traits.set_attribute(bo, name=name, value="x", cause="a3", actor=SYSTEM)
    assert written() == before


@pytest.mark.parametrize("value", ["", "x" * 201, "a\0b", "\ud800"])
def test_a_value_that_cannot_be_kept_is_refused(bo, value):
    before = written()
    with pytest.raises(NoSuchTraitValue):
        traits.set_attribute(bo, name="size", value=value, cause="a1", actor=SYSTEM)
    assert written() == before


def test_a_tag_does_not_end_before_it_begins(bo):
    now, before = clock.now(), written()
    with pytest.raises(TagEndsBefore):
        traits.tag(bo, name="vip", cause="a1", until=now - DAY, at=now, actor=SYSTEM)
    assert written() == before
    with pytest.raises(IntegrityError), transaction.atomic():
        MemberTag.objects.create(member=bo, name="x", cause="y", starts_at=now, until=now - DAY)


def test_a_batch_takes_as_many_statements_as_one(units):
    people = [members.enrol(f"m{number}", actor=SYSTEM) for number in range(30)]

    def statements(some: list[Member], key: str) -> int:
        now = clock.now()
        with CaptureQueriesContext(connection) as captured:
            traits.tag_many(
                [Tagging(each.pk, "vip", f"{key}:{each.pk}", now) for each in some], actor=SYSTEM
            )
            traits.set_many(
                [Setting(each.pk, "size", "s", f"{key}:{each.pk}", now) for each in some],
                actor=SYSTEM,
            )
        return len(captured)

    assert statements(people[:1], "one") == statements(people, "all")
    assert MemberTag.objects.count() == 31
    assert traits.attribute_names() == ["size"]
    traits.set_attribute(people[0], name="colour", value="red", cause="c", actor=SYSTEM)
    assert traits.attribute_names() == ["colour", "size"]


def test_a_merge_takes_them_along_and_its_undoing_gives_them_back(bo, units):
    ann, clerk = members.enrol("ann", actor=SYSTEM), person("clerk@example.test", is_staff=True)
    traits.tag(ann, name="vip", cause="a1", actor=SYSTEM)
    for whose, name, value in ((ann, "size", "s"), (bo, "size", "l"), (ann, "colour", "red")):
        traits.set_attribute(
            whose, name=name, value=value, cause=f"{whose.ref}:{name}", actor=SYSTEM
        )
    made = merges.merge(ann, bo, reason="One person", key="m", by=clerk)
    later = clock.now()
    assert tags_of(bo, later) == {"vip"}
    assert (value_of(bo, "size"), value_of(bo, "colour")) == ("l", "red")
    ann.refresh_from_db()
    traits.tag(ann, name="late", cause="a2", actor=SYSTEM)
    assert MemberTag.objects.get(cause="a2").member_id == bo.pk
    merges.undo(made, reason="Two after all", by=clerk)
    assert (tags_of(ann, later), value_of(ann, "size"), value_of(ann, "colour")) == (
        {"vip"},
        "s",
        "red",
    )
    assert value_of(bo, "colour") is None


def test_what_an_order_was_worth_is_said_once(bo):
    """I2: history keeps its words; this may be added where it was not known."""
    activities.record("app.opened", member=bo, source="t", external_id="1", actor=SYSTEM)
    rows = Activity.objects.filter(source="t")
    rows.update(worth=5)
    for worth in (6, None):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(worth=worth)
    assert rows.get().worth == 5


@pytest.mark.django_db(transaction=True)
def test_the_same_cause_at_the_same_moment_tags_once(units):
    ann = members.enrol("ann", actor=SYSTEM)
    acts = [lambda: traits.tag(ann, name="vip", cause="a1", actor=SYSTEM)] * 3
    sets = [
        lambda value=value: traits.set_attribute(
            ann, name="size", value=value, cause=value, at=clock.now(), actor=SYSTEM
        )
        for value in ("s", "m")
    ]
    assert together(*acts, *sets) == ["done"] * 5
    assert (MemberTag.objects.count(), MemberAttribute.objects.count()) == (1, 1)
    assert AuditRow.objects.filter(verb="members.tag.given").count() == 1
