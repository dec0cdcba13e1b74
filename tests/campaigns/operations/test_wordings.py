"""Activity kinds that are reworded: what was told, and the rules that ask about it."""

import pytest
from django.db import DatabaseError, transaction

from loyalty.campaigns import words
from loyalty.campaigns.errors import BadRule
from loyalty.campaigns.models import RuleVersion
from loyalty.campaigns.operations import campaigns as verbs
from loyalty.campaigns.operations import replays, rulebook
from members.domain.documents import differences
from members.models import Activity, ActivityKind, ActivityKindVersion
from members.operations import kinds
from tests.campaigns.conftest import act, points_of, take
from tests.campaigns.operations.test_returns import published
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db

SCORE = {"type": "object", "properties": {"score": {"type": "integer"}}, "required": ["score"]}
GRADE = {"type": "object", "properties": {"grade": {"type": "string"}}, "required": ["grade"]}


@pytest.fixture
def quiz(units):
    return kinds.add("quiz.taken", title="Quiz", schema=SCORE, actor=SYSTEM)


def asking(slug, **test):
    return published(
        slug,
        triggers=["quiz.taken"],
        conditions={"all": [test]},
        effects=[{"kind": "earn", "unit": "points", "amount": 10}],
    )


def test_every_wording_is_kept_and_none_changes(quiz):
    """E33, E66: who made it, when, and what it says; the database itself keeps it."""
    kinds.change(quiz, title="A quiz", actor=SYSTEM)
    kinds.change(quiz, schema=GRADE, actor=SYSTEM)
    first, second = ActivityKindVersion.objects.filter(kind=quiz).order_by("number")
    assert (first.number, first.schema, first.created_by) == (1, SCORE, "tests")
    assert (second.number, second.schema) == (2, GRADE)
    assert list(differences(SCORE, GRADE)) == [
        ("/properties/grade", "", '{"type": "string"}'),
        ("/properties/score", '{"type": "integer"}', ""),
        ("/required", '["score"]', '["grade"]'),
    ]
    with pytest.raises(DatabaseError), transaction.atomic():
        ActivityKindVersion.objects.filter(pk=first.pk).update(schema={})
    with pytest.raises(DatabaseError), transaction.atomic():
        second.delete()


def test_an_activity_remembers_what_it_was_checked_against(quiz, bo):
    """E33, E41: and that never changes."""
    take(act("quiz.taken", bo, id="1", score=7))
    kinds.change(quiz, schema=GRADE, actor=SYSTEM)
    [refused] = take(act("quiz.taken", bo, id="2", score=7))
    assert (refused["status"], refused["errors"][0]["pointer"]) == ("rejected", "/data")
    take(act("quiz.taken", bo, id="3", grade="A"))
    told = Activity.objects.filter(kind="quiz.taken").order_by("pk")
    assert list(told.values_list("external_id", "kind_version")) == [("1", 1), ("3", 2)]
    with pytest.raises(DatabaseError), transaction.atomic():
        told.filter(external_id="1").update(kind_version=2)


def test_rules_go_on_asking_what_they_asked_when_they_were_published(quiz, bo):
    """E41, E33: the field is gone; the rule still reads, says, pays and is replayed as it was."""
    good = asking("good", field="activity.score", op="at_least", value=5)
    [told] = take(act("quiz.taken", bo, id="1", score=7))
    assert points_of(told) == [("good", 10, "active")]
    kinds.change(quiz, schema=GRADE, actor=SYSTEM)
    best = asking("best", field="activity.grade", op="is", value="A")

    assert rulebook.current().by_kind["quiz.taken"]
    [told] = take(act("quiz.taken", bo, id="2", grade="A"))
    assert points_of(told) == [("best", 10, "active")]
    version = RuleVersion.objects.get(campaign=good)
    assert words.conditions(version) == "score is at least 5"
    assert replays.replay().differences == []
    with pytest.raises(BadRule):
        verbs.write_rule(
            best,
            triggers=["quiz.taken"],
            conditions={"field": "activity.score", "op": "at_least", "value": 5},
            effects=[{"kind": "earn", "unit": "points", "amount": 1}],
            actor=SYSTEM,
        )


def test_what_is_shipped_has_its_first_version(units):
    """E33: and is renewed as another one, unless staff made their own."""
    shipped = ActivityKind.objects.get(name="order.placed")
    [first] = shipped.versions.all()
    assert (first.number, first.created_by, first.schema) == (1, "Laurel", shipped.schema)
