"""Two people at the same moment, on two real connections."""

import pytest

from governance.errors import AlreadyVoted
from governance.models import Ballot, BallotVoid, Case, Criteria, Decision, Recusal
from governance.operations import ballots, cases
from governance.operations import criteria as rubrics
from members.domain.actors import Actor
from tests.conftest import SYSTEM
from tests.governance.conftest import HIGH, RUBRIC, SAID, seat_of
from tests.together import together

pytestmark = pytest.mark.django_db(transaction=True)


def caster(case, user, vote="yes"):
    paper = {"seat": seat_of(case, user), "vote": vote, "scores": HIGH, "comments": SAID}
    return lambda: ballots.cast(case, **paper, actor=Actor.user(user))


def test_a_judge_in_two_tabs_votes_once(case, hal):
    """I19: the second tab is told so."""
    said = together(caster(case, hal), caster(case, hal, "no"))
    assert sorted(said) == [AlreadyVoted.code, "done"]
    assert Ballot.objects.count() == 1


def test_the_same_words_published_at_once_are_one_version(db):
    """B1: whoever comes second finds the version in force."""
    said = together(
        *[lambda: rubrics.publish("street", title="Street", criteria=RUBRIC, actor=SYSTEM)] * 4
    )
    assert said == ["done"] * 4
    assert list(Criteria.objects.values_list("slug", "version")) == [("street", 1)]


def test_a_ballot_and_a_recusal_never_both_stand(case, dee):
    """B5: whichever comes first, no counting ballot of a recused judge is left."""
    seat, actor = seat_of(case, dee.user), Actor.user(dee.user)
    said = together(
        caster(case, dee.user),
        lambda: ballots.recuse(case, seat=seat, reason="relative", actor=actor),
    )
    assert said[1] == "done"
    assert said[0] in ("done", "recused")
    assert Recusal.objects.count() == 1
    assert not Ballot.objects.standing().exists()
    assert BallotVoid.objects.count() == Ballot.objects.count() == (said[0] == "done")
    assert cases.count(case).present == 0


def test_closing_and_a_recusal_never_leave_a_decision_without_quorum(case, chi, hal, ivo, jun):
    """B16: with the third ballot withdrawn at the same moment, either the decision came first or
    there is none."""
    for user in (hal, ivo, jun):
        caster(case, user)()
    seat, actor = seat_of(case, jun), Actor.user(jun)
    chair = seat_of(case, chi)
    said = together(
        lambda: cases.close(case, seat=chair, actor=Actor.user(chi)),
        lambda: ballots.recuse(case, seat=seat, reason="work", actor=actor),
    )
    state = Case.objects.get(pk=case.pk).state
    assert (said, state, Decision.objects.count(), Recusal.objects.count()) in (
        (["done", "case_closed"], "decided", 1, 0),
        (["no_quorum", "done"], "open", 0, 1),
    )
