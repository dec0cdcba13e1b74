"""Cases from opening to decision."""

import pytest
from django.db import DatabaseError, connection, transaction

from governance.errors import (
    AlreadyRecused,
    AlreadySeated,
    AlreadyVoted,
    CaseClosed,
    ChairTaken,
    CommentMissing,
    Conflicted,
    NobodySits,
    NoQuorum,
    NotAssigned,
    NotPresiding,
    ScoresIncomplete,
    SeatEnded,
)
from governance.models import (
    Assignment,
    Ballot,
    BallotVoid,
    Case,
    Decision,
    Interest,
    Reason,
    Recusal,
    Seat,
)
from governance.operations import ballots, cases, committees
from governance.operations import criteria as rubrics
from members.domain.actors import Actor
from members.models import AuditRow
from members.operations import members
from tests.conftest import SYSTEM
from tests.governance.conftest import HIGH, LOW, RUBRIC, SAID, cast, open_case, seat_of

pytestmark = pytest.mark.django_db


def recuse(case, user, reason=Reason.RELATIVE):
    return ballots.recuse(case, seat=seat_of(case, user), reason=reason, actor=Actor.user(user))


def close(case, user):
    return cases.close(case, seat=seat_of(case, user), actor=Actor.user(user))


def test_criteria_are_versions_that_never_change(criteria):
    """B1: another wording is the next version; the same is the same; the row cannot be edited."""
    again = rubrics.publish("neighbour", title="Neighbour", criteria=RUBRIC, actor=SYSTEM)
    second = rubrics.publish("neighbour", title="Good neighbour", criteria=RUBRIC, actor=SYSTEM)
    assert (again.pk, second.version) == (criteria.pk, 2)
    with pytest.raises(DatabaseError), transaction.atomic():
        type(criteria).objects.filter(pk=criteria.pk).update(title="Other")


def test_opening_assigns_everybody_and_recuses_the_interested(committee, criteria, dee, amara):
    """B4: a nominator on the committee is recused without asking."""
    case = open_case(
        committee,
        criteria,
        interested={dee.pk: Reason.NOMINATOR, amara.pk: Reason.NOMINEE},
    )
    assert Assignment.objects.filter(case=case).count() == 5
    recusal = Recusal.objects.get(assignment__case=case)
    assert recusal.assignment.seat.member == dee
    assert (recusal.reason, recusal.is_declared) == ("nominator", False)
    assert AuditRow.objects.get(verb="governance.case.opened").after == {
        "judges": 5,
        "recused": 1,
        "criteria": 1,
    }


def test_opening_the_same_subject_again_is_the_same_case(case, committee, criteria):
    """One open case per subject; after a void one the next round."""
    assert open_case(committee, criteria) == case
    cases.void(case, reason="No quorum to be had", actor=SYSTEM)
    assert open_case(committee, criteria).round == 2


def test_a_committee_without_seats_gets_no_case(criteria):
    empty = committees.create("empty", name="Empty", actor=SYSTEM)
    with pytest.raises(NobodySits):
        open_case(empty, criteria)
    assert not Case.objects.exists()


def test_a_ballot_is_cast_once_and_is_final(case, hal):
    """I19: one ballot per case and judge, and the trail does not tell what it says."""
    ballot = cast(case, hal)
    with pytest.raises(AlreadyVoted):
        cast(case, hal, vote="no", scores=LOW)
    assert list(Ballot.objects.values_list("pk", "vote")) == [(ballot.pk, "yes")]
    assert AuditRow.objects.get(verb="governance.ballot.cast").after == {"case": case.pk}


def test_scores_must_be_whole(case, hal):
    """B12: an incomplete rubric is refused; an abstention needs none and keeps none."""
    with pytest.raises(ScoresIncomplete):
        cast(case, hal, scores={"kindness": 5})
    assert not Ballot.objects.exists()
    assert cast(case, hal, vote="abstain", scores=HIGH).scores == {}


def test_an_extreme_mark_without_a_comment_is_refused(case, hal):
    """UC6: whoever calls; the refusal names the criteria, in the order of the rubric."""
    for said in ({}, {"example": " ", "effort": "Every week"}):
        with pytest.raises(CommentMissing) as refused:
            cast(case, hal, comments=said)
        assert refused.value.code == "comment_missing"
        assert "mark: Kindness, Example." in refused.value.messages[0]
    assert not Ballot.objects.exists()
    mild = {"kindness": 4, "effort": 2, "example": None}
    assert cast(case, hal, scores=mild, comments={}).scores == mild


def test_an_outsider_cannot_vote(case, gus, committee):
    other = committees.create("other", name="Other", actor=SYSTEM)
    seat = committees.seat(other, user=gus, actor=SYSTEM)
    with pytest.raises(NotAssigned):
        ballots.cast(case, seat=seat, vote="yes", scores=HIGH, comments=SAID, actor=Actor.user(gus))
    assert not Ballot.objects.exists()


def test_the_recused_cannot_vote(case, dee):
    """B5."""
    recuse(case, dee.user)
    with pytest.raises(AlreadyRecused):
        cast(case, dee.user)
    assert not Ballot.objects.exists()


def test_a_recusal_after_voting_voids_the_ballot(case, chi, dee, hal, ivo):
    """B5, UC5: the ballot does not count any more, the judge leaves the quorum, and the recount shows it."""
    for user in (dee.user, hal, ivo):
        cast(case, user)
    assert (cases.count(case).yes, cases.count(case).eligible) == (3, 5)
    recuse(case, dee.user)
    assert BallotVoid.objects.get().ballot.assignment.seat.user == dee.user
    assert (cases.count(case).yes, cases.count(case).eligible) == (2, 4)
    with pytest.raises(NoQuorum):
        close(case, chi)
    assert Case.objects.get(pk=case.pk).state == "open"
    assert not Decision.objects.exists()


def test_declaring_twice_is_one_recusal(case, dee):
    first = recuse(case, dee.user)
    assert recuse(case, dee.user, reason=Reason.WORK) == first
    assert Recusal.objects.get().reason == "relative"


def test_someone_who_becomes_an_interested_member_later_cannot_vote(case, hal, amara):
    """B4: the interest is looked up again when the ballot is cast."""
    Interest.objects.create(case=case, member=amara, reason=Reason.NOMINEE)
    amara_user = amara.user
    seat = committees.seat(case.committee, user=amara_user, actor=SYSTEM)
    Assignment.objects.create(case=case, seat=seat, assigned_at=seat.starts_at)
    with pytest.raises(Conflicted):
        ballots.cast(
            case, seat=seat, vote="yes", scores=HIGH, comments=SAID, actor=Actor.user(amara_user)
        )
    assert not Ballot.objects.exists()


def test_the_membership_is_found_through_the_person(case, hal, units):
    """B4: Hal joined the programme after taking the seat, and is the nominee."""
    hal_member = members.enrol("hal", user=hal, actor=SYSTEM)
    Interest.objects.create(case=case, member=hal_member, reason=Reason.NOMINEE)
    with pytest.raises(Conflicted):
        cast(case, hal)
    later = open_case(
        case.committee, case.criteria, key="2", interested={hal_member.pk: Reason.NOMINEE}
    )
    assert Recusal.objects.get(assignment__case=later).assignment.seat.user == hal


def test_a_merged_membership_is_the_judges_own(committee, criteria, dee, bo):
    """B4: Bo nominated, and turns out to be Dee, who judges; before the case is opened, and after."""
    before = open_case(committee, criteria, interested={bo.pk: Reason.NOMINATOR})
    type(bo).objects.filter(pk=bo.pk).update(merged_into=dee)
    with pytest.raises(Conflicted):
        cast(before, dee.user)
    assignment = Assignment.objects.get(case=before, seat__user=dee.user)
    with pytest.raises(DatabaseError, match="conflicted"), transaction.atomic():
        Ballot.objects.create(assignment=assignment, vote="yes", cast_at=before.opened_at)
    after = open_case(committee, criteria, key="2", interested={bo.pk: Reason.NOMINATOR})
    assert Recusal.objects.get().assignment.seat.user == dee.user
    assert not Case.objects.visible_to(dee.user).filter(pk=after.pk).exists()
    assert not Ballot.objects.exists()


def test_only_the_chair_closes_and_only_with_quorum(case, chi, hal, ivo, jun):
    """B16: the decision is the count, by the chair."""
    cast(case, hal)
    cast(case, ivo)
    with pytest.raises(NoQuorum) as refusal:
        close(case, chi)
    assert refusal.value.messages == ["2 of the 3 ballots needed are there, so nothing is decided."]
    cast(case, jun, vote="no", scores=LOW)
    with pytest.raises(NotPresiding):
        close(case, hal)
    assert not Decision.objects.exists()
    decision = close(case, chi)
    assert (decision.outcome, decision.yes, decision.no, decision.abstained) == (
        "approved",
        2,
        1,
        0,
    )
    assert (decision.eligible, decision.needed) == (5, 3)
    assert decision.mean == 373  # (4.7 + 4.7 + 1.8) / 3
    assert decision.means == {"kindness": 400, "effort": 333, "example": 367}
    case.refresh_from_db()
    assert (case.state, case.closed_at) == ("decided", decision.decided_at)


def test_nothing_happens_on_a_closed_case(case, chi, dee, hal, ivo, jun):
    """B16: no ballot, no recusal, no second decision."""
    for user in (hal, ivo, jun):
        cast(case, user)
    close(case, chi)
    for late in (
        lambda: cast(case, chi),
        lambda: recuse(case, dee.user),
        lambda: close(case, chi),
        lambda: cases.void(case, reason="", actor=SYSTEM),
    ):
        with pytest.raises(CaseClosed):
            late()
    assert (Ballot.objects.count(), Recusal.objects.count(), Decision.objects.count()) == (3, 0, 1)


def test_a_recused_chair_hands_over_to_the_longest_serving_judge(case, chi, dee, hal, ivo, jun):
    """B5: the case does not hang on somebody who may not see it."""
    recuse(case, chi, reason=Reason.HOUSEHOLD)
    for user in (hal, ivo, jun):
        cast(case, user)
    with pytest.raises(NotPresiding):
        close(case, chi)
    assert close(case, dee.user).closed_by == seat_of(case, dee.user)


def test_an_ended_seat_judges_nothing_but_its_ballot_stands(case, hal, ivo):
    """I19: rotated out at cast time is refused; cast before, it counts."""
    cast(case, hal)
    for user in (hal, ivo):
        committees.end(seat_of(case, user), reason="Moved away", actor=SYSTEM)
    with pytest.raises(SeatEnded):
        cast(case, ivo)
    assert not Case.objects.visible_to(hal).exists()
    counted = cases.count(case)
    assert (counted.yes, counted.eligible) == (1, 4)


def test_a_committee_has_one_chair_and_nobody_sits_twice(committee, hal, gus):
    with pytest.raises(ChairTaken):
        committees.seat(committee, user=gus, role=Seat.Role.CHAIR, actor=SYSTEM)
    with pytest.raises(AlreadySeated):
        committees.seat(committee, user=hal, actor=SYSTEM)
    assert committee.seats.count() == 5


def test_the_recused_and_the_outsider_find_nothing(case, chi, dee, gus, fay):
    """B5, B17: the case does not exist for them; staff read no content either."""
    assert list(Case.objects.visible_to(chi)) == [case]
    recuse(case, dee.user)
    for user in (dee.user, gus, fay):
        assert not Case.objects.visible_to(user).exists()


@pytest.mark.parametrize("table", ["criteria", "assignment", "ballot", "recusal", "decision"])
def test_history_cannot_be_rewritten(case, chi, dee, hal, ivo, jun, table):
    """P4: UPDATE, DELETE and TRUNCATE are refused even to the owner."""
    recuse(case, dee.user)
    for user in (hal, ivo, jun):
        cast(case, user)
    close(case, chi)
    for statement in (
        "UPDATE governance_{} SET id = id",
        "DELETE FROM governance_{}",
        "TRUNCATE governance_{} CASCADE",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement.format(table))


def test_what_judges_read_stands_still(case):
    """B1: of a case only the state moves."""
    for change in ({"title": "Other"}, {"statements": []}, {"criteria_id": 0}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Case.objects.filter(pk=case.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        Case.objects.filter(pk=case.pk).delete()


def test_the_database_itself_refuses_a_ballot_that_may_not_be(case, dee, hal, ivo):
    """I19: whoever writes it, by whatever way."""
    recuse(case, dee.user)
    committees.end(seat_of(case, ivo), reason="", actor=SYSTEM)
    for user in (dee.user, ivo):
        assignment = Assignment.objects.get(case=case, seat__user=user)
        seat = seat_of(case, user)
        with pytest.raises(DatabaseError), transaction.atomic():
            Ballot.objects.create(
                assignment=assignment, vote="yes", cast_at=seat.ends_at or seat.starts_at
            )
    cases.void(case, reason="", actor=SYSTEM)
    with pytest.raises(DatabaseError), transaction.atomic():
        Ballot.objects.create(
            assignment=Assignment.objects.get(case=case, seat__user=hal),
            vote="yes",
            cast_at=seat_of(case, hal).starts_at,
        )
    assert not Ballot.objects.exists()


def test_outside_checks_read_ballots_and_recusals(case, dee, hal):
    """CONTRACT: audit.ballot and audit.recusal."""
    ballot, recusal = cast(case, hal), recuse(case, dee.user)
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, case_id, seat_id, member_id, cast_at FROM audit.ballot")
        assert cursor.fetchall() == [
            (ballot.pk, case.pk, seat_of(case, hal).pk, None, ballot.cast_at)
        ]
        cursor.execute("SELECT case_id, seat_id, at FROM audit.recusal")
        assert cursor.fetchall() == [(case.pk, seat_of(case, dee.user).pk, recusal.at)]
