"""P19: what judges read of somebody, and what somebody wrote for them, goes with the person."""

import pytest
from django.db import DatabaseError, transaction

from governance.models import Ballot, BallotDraft, Case, Decision
from governance.operations import ballots, cases, desk
from members.domain.actors import Actor
from members.models import Member
from members.operations import erasures, members
from recognition.models import Laureate, NominationCycle
from recognition.operations import cycles, nominations
from tests.conftest import SYSTEM
from tests.governance.conftest import HIGH, SAID, cast, seat_of
from tests.recognition.conftest import propose
from tests.recognition.operations.test_nominations import case_of, close

pytestmark = pytest.mark.django_db

ABOUT, BY_GIL = "Amara Obi repairs bicycles.", "I, Gil, saw it."


@pytest.fixture
def gil(units) -> Member:
    return members.enrol("gil", given_name="Gil", actor=SYSTEM)


@pytest.fixture
def case(cycle, amara, bo, gil) -> Case:
    """Amara's, with a word by Bo and one by Gil."""
    propose(cycle, bo, amara, ABOUT)
    propose(cycle, gil, amara, BY_GIL)
    cycles.close(cycle, actor=SYSTEM)
    return case_of(cycle, amara)


def texts(case) -> list[str]:
    return [each["text"] for each in Case.objects.get(pk=case.pk).statements]


def test_a_case_about_somebody_who_is_erased_has_no_words(cycle, case, amara, chi, hal, ivo, jun):
    """Title, statements and the published citation; the decision stands."""
    for judge in (hal, ivo, jun):
        cast(case, judge)
    close(case, chi)
    cycles.decide(cycle, citation="Amara, for the bicycles.", actor=SYSTEM)
    erasures.erase(amara, actor=SYSTEM)
    case.refresh_from_db()
    assert (case.title, texts(case), case.state) == ("Erased", ["Erased", "Erased"], "decided")
    laureate = Laureate.objects.get()
    assert (laureate.citation, laureate.award.evidence) == ("Erased", "")


def test_what_judges_said_goes_as_well_and_their_marks_stay(cycle, case, amara, hal, ivo):
    """P19: beside a mark of a ballot, and of one that is begun."""
    said = SAID | {"kindness": "Amara!"}
    ballots.cast(
        case, seat=seat_of(case, hal), vote="yes", scores=HIGH, comments=said, actor=Actor.user(hal)
    )
    desk.keep(
        case,
        seat=seat_of(case, ivo),
        vote="",
        scores={},
        comments=said,
        version=0,
        actor=Actor.user(ivo),
    )
    erasures.erase(amara, actor=SYSTEM)
    [ballot] = Ballot.objects.all()
    assert (ballot.comments, ballot.scores) == ({}, HIGH)
    assert [draft.comments for draft in BallotDraft.objects.all()] == [{}]


def test_why_a_case_was_ended_goes_as_well(case, amara, fay):
    """What staff wrote when they ended it without a decision."""
    cases.void(case, reason="Amara asked us to stop.", actor=Actor.user(fay))
    erasures.erase(amara, actor=SYSTEM)
    assert Decision.objects.get().reason == "Erased"


def test_who_wrote_is_erased_and_others_words_stay(case, gil):
    """Only theirs go; the case goes on under its name."""
    erasures.erase(gil, actor=SYSTEM)
    assert texts(case) == [ABOUT, "Erased"]
    assert Case.objects.get(pk=case.pk).title == "Amara Obi"


def test_where_names_are_hidden_others_words_stay_as_well(cycle, amara, bo, gil, dee):
    """P19, UC4: which statement is whose goes by its place; one that was taken back has none."""
    NominationCycle.objects.filter(pk=cycle.pk).update(state="draft")
    cycle.refresh_from_db()
    cycle = cycles.open(cycles.edit(cycle, is_blind=True, actor=SYSTEM), actor=SYSTEM)
    taken_back = propose(cycle, dee, amara, ABOUT)
    propose(cycle, bo, amara, ABOUT)
    propose(cycle, gil, amara, BY_GIL)
    nominations.withdraw(taken_back, nominator=dee, actor=SYSTEM)
    cycles.close(cycle, actor=SYSTEM)
    case = case_of(cycle, amara)
    hidden = "[name] repairs bicycles."
    assert texts(case) == [hidden, "I, [name], saw it."]
    erasures.erase(gil, actor=SYSTEM)
    assert texts(case) == [hidden, "Erased"]


def test_a_case_stands_still_for_everybody_else(case):
    """P4: not by the way that erasing takes, while both sides are there; nor is it deleted by it."""
    from django.db import connection

    for change in ("UPDATE governance_case SET title = 'X'", "DELETE FROM governance_case"):
        with pytest.raises(DatabaseError, match="stands still"), transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL laurel.erasing = 'on'")
                cursor.execute(change)
    with connection.cursor() as cursor:
        cursor.execute("SELECT erase_cases(ARRAY(SELECT id FROM members_member))")
    assert texts(case) == [ABOUT, BY_GIL]
