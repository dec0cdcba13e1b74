"""A ballot that is begun: kept, never overwritten unasked, gone when it has served."""

import pytest
from django.db import DatabaseError, transaction

from governance.errors import AlreadyVoted, CaseClosed, ScoresIncomplete
from governance.models import Ballot, BallotDraft, Case, Reading
from governance.operations import ballots, cases, committees, desk
from members.domain.actors import Actor
from members.errors import ChangedElsewhere
from tests.conftest import SYSTEM
from tests.governance.conftest import HIGH, SAID, open_case, seat_of
from tests.together import together

pytestmark = pytest.mark.django_db


def keep(case, user, *, version=0, scores=None, comments=None, vote=""):
    return desk.keep(
        case,
        seat=seat_of(case, user),
        vote=vote,
        scores=scores or {},
        comments=comments or {},
        version=version,
        actor=Actor.user(user),
    )


def cast(case, user, **more):
    seat, actor = seat_of(case, user), Actor.user(user)
    return ballots.cast(
        case, seat=seat, vote="yes", scores=HIGH, actor=actor, **{"comments": SAID, **more}
    )


def test_scores_off_the_rubric_are_refused(case, hal):
    """UC2: an unknown criterion, a score off the scale."""
    for scores in ({"beauty": 3}, {"kindness": 6}, {"kindness": 2.5}):
        with pytest.raises(ScoresIncomplete):
            keep(case, hal, scores=scores)
    assert not BallotDraft.objects.exists()


@pytest.mark.parametrize("ending", ["cast", "recuse", "seat", "close"])
def test_a_draft_goes_when_it_has_served(case, chi, hal, ivo, jun, ending):
    """UC2: with the ballot, the judge's stepping back, the end of the seat, the end of the case."""
    keep(case, hal, scores={"kindness": 4})
    if ending == "cast":
        cast(case, hal)
    elif ending == "recuse":
        ballots.recuse(case, seat=seat_of(case, hal), reason="relative", actor=Actor.user(hal))
    elif ending == "seat":
        committees.end(seat_of(case, hal), reason="Moved", actor=SYSTEM)
    else:
        for judge in (chi, ivo, jun):
            cast(case, judge)
        cases.close(case, seat=seat_of(case, chi), actor=Actor.user(chi))
        with pytest.raises(CaseClosed):
            keep(case, hal)
    assert not BallotDraft.objects.exists()
    assert Reading.objects.count() == 1


def test_a_reading_stays(case, hal):
    """UC1: append-only, like everything a judge did."""
    reading = desk.read(case, seat=seat_of(case, hal), actor=Actor.user(hal))
    for change in (reading.delete, lambda: Reading.objects.update(at=reading.at)):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_the_day_of_an_open_case_stands_still(committee, criteria):
    """UC1, UC4: and so does whether it is judged without names."""
    case = open_case(committee, criteria)
    for change in ({"due_at": case.opened_at.replace(year=2099)}, {"is_blind": True}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Case.objects.filter(pk=case.pk).update(**change)


def test_a_ballot_with_an_older_version_is_refused(case, hal):
    """UC2: what another tab kept is not thrown away unseen."""
    keep(case, hal, scores={"kindness": 4})
    keep(case, hal, scores={"kindness": 3}, version=1)
    with pytest.raises(ChangedElsewhere) as refused:
        cast(case, hal, version=1)
    assert refused.value.version == 2
    assert not Ballot.objects.exists()
    assert cast(case, hal, version=2).scores == HIGH


@pytest.mark.django_db(transaction=True)
def test_two_tabs_at_once_keep_one(case, hal):
    """UC2: the case is locked, so the second sees what the first kept."""
    said = together(
        lambda: keep(case, hal, scores={"kindness": 1}),
        lambda: keep(case, hal, scores={"kindness": 2}),
    )
    assert sorted(said) == [ChangedElsewhere.code, "done"]
    assert BallotDraft.objects.get().version == 1


@pytest.mark.django_db(transaction=True)
def test_a_draft_never_comes_back_beside_its_ballot(case, hal):
    """UC2: the ballot and a late save at the same moment."""
    said = together(lambda: cast(case, hal), lambda: keep(case, hal, scores={"kindness": 1}))
    assert said[0] == "done"
    assert said[1] in ("done", AlreadyVoted.code)
    assert not BallotDraft.objects.exists()
