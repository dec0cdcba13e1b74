"""Nomination cycles from draft to laureate."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from events_directory.operations import partners
from governance.errors import AlreadyRecused
from governance.models import Case, Recusal
from governance.operations import cases
from governance.operations import criteria as rubrics
from members import clock
from members.domain.actors import Actor
from members.models import AuditRow, Member
from members.operations import households, members, merges
from recognition.errors import (
    BadgeNotActive,
    BadgeWonOnce,
    CasesOpen,
    CitationMissing,
    CycleNotDraft,
    DatesReversed,
    NominatedAlready,
    NoNominationsLeft,
    NoNominationsNow,
    NotJudging,
    NotYours,
    NotYourself,
    OwnHands,
    StatementMissing,
    StepNotAllowed,
    TakenBack,
)
from recognition.models import (
    BadgeAward,
    Candidate,
    Laureate,
    Nomination,
    NominationCycle,
    nominees,
)
from recognition.operations import badges, cycles, nominations, sweeps
from tests.conftest import SYSTEM, member_of, person
from tests.governance.conftest import HIGH, LOW, RUBRIC, cast, seat_of
from tests.recognition.conftest import propose

pytestmark = pytest.mark.django_db


@pytest.fixture
def gil(units) -> Member:
    return members.enrol("gil", given_name="Gil", actor=SYSTEM)


def close(case, user):
    return cases.close(case, seat=seat_of(case, user), actor=Actor.user(user))


def case_of(cycle, member) -> Case:
    return Candidate.objects.get(cycle=cycle, member=member).case


def test_the_rules_of_an_open_cycle_stand_still(cycle):
    """B1: criteria are frozen in the operation and in the database."""
    other = rubrics.publish("neighbour", title="Other", criteria=RUBRIC, actor=SYSTEM)
    with pytest.raises(CycleNotDraft):
        cycles.edit(cycle, criteria=other, actor=SYSTEM)
    for change in (
        {"criteria": other},
        {"limit_per_nominator": 9},
        {"allows_self_nomination": True},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            NominationCycle.objects.filter(pk=cycle.pk).update(**change)
    cycle.refresh_from_db()
    assert (cycle.criteria.version, cycle.limit_per_nominator) == (1, 2)


def test_a_draft_may_change_and_opens_only_with_a_fitting_badge(cycle, badge):
    draft = cycles.draft(
        "next",
        title="Next",
        criteria=cycle.criteria,
        committee=cycle.committee,
        badge=badge,
        opens_at=cycle.opens_at,
        closes_at=cycle.closes_at,
        actor=SYSTEM,
    )
    with pytest.raises(DatesReversed):
        cycles.edit(draft, closes_at=cycle.opens_at, actor=SYSTEM)
    with pytest.raises(BadgeWonOnce):
        cycles.open(draft, actor=SYSTEM)
    badges.archive(badge, actor=SYSTEM)
    with pytest.raises(BadgeNotActive):
        cycles.open(draft, actor=SYSTEM)
    assert cycles.edit(draft, badge=cycle.badge, actor=SYSTEM).badge == cycle.badge
    assert cycles.open(draft, actor=SYSTEM).state == "open"
    with pytest.raises(StepNotAllowed):
        cycles.open(draft, actor=SYSTEM)


def test_nominations_of_one_person_meet_and_keep_their_credit(cycle, amara, bo, gil):
    """B3."""
    first, second = propose(cycle, bo, amara), propose(cycle, gil, amara, "Waters the trees.")
    assert first.candidate == second.candidate
    assert {one.nominator for one in first.candidate.nominations.all()} == {bo, gil}
    assert AuditRow.objects.filter(verb="recognition.nomination.made").count() == 2


def test_what_cannot_be_nominated(cycle, amara, bo, gil, dee):
    """B2: oneself, twice the same, more than two, without a word; nothing is written."""
    with pytest.raises(NotYourself):
        propose(cycle, bo, bo)
    with pytest.raises(StatementMissing):
        propose(cycle, bo, amara, "  ")
    assert not Candidate.objects.exists()
    propose(cycle, bo, amara)
    with pytest.raises(NominatedAlready):
        propose(cycle, bo, amara, "Once more")
    propose(cycle, bo, gil)
    with pytest.raises(NoNominationsLeft) as refusal:
        propose(cycle, bo, dee)
    assert refusal.value.messages == ["You have used all 2 nominations of this cycle."]
    assert Nomination.objects.count() == 2


def test_nominations_are_taken_from_opening_until_closing(cycle, amara, bo, at_noon):
    """B1: half-open."""
    at_noon.move_to(cycle.closes_at)
    with pytest.raises(NoNominationsNow):
        propose(cycle, bo, amara)
    at_noon.move_to(cycle.opens_at - timedelta(seconds=1))
    with pytest.raises(NoNominationsNow):
        propose(cycle, bo, amara)
    at_noon.move_to(cycle.closes_at - timedelta(seconds=1))
    assert propose(cycle, bo, amara).pk


def test_taking_back_frees_the_nomination(cycle, amara, bo, gil, dee):
    """B2: by its nominator only, once, while nominations are taken."""
    made = propose(cycle, bo, amara)
    propose(cycle, bo, gil)
    with pytest.raises(NotYours):
        nominations.withdraw(made, nominator=gil, actor=SYSTEM)
    nominations.withdraw(made, nominator=bo, actor=Actor.user(bo.user))
    with pytest.raises(TakenBack):
        nominations.withdraw(made, nominator=bo, actor=Actor.user(bo.user))
    assert propose(cycle, bo, dee).pk
    cycles.close(cycle, actor=SYSTEM)
    assert {candidate.member for candidate in Candidate.objects.exclude(case=None)} == {gil, dee}


def test_closing_puts_each_candidate_and_recuses_who_is_involved(cycle, amara, bo, dee, chi):
    """B4: Dee nominated Bo and is herself nominated; both cases are not hers to judge."""
    propose(cycle, dee, bo)
    propose(cycle, bo, dee)
    propose(cycle, bo, amara)
    cycles.close(cycle, actor=SYSTEM)
    recused = Recusal.objects.values_list(
        "assignment__case", "assignment__seat__user", "reason", "is_declared"
    )
    assert set(recused) == {
        (case_of(cycle, bo).pk, dee.user.pk, "nominator", False),
        (case_of(cycle, dee).pk, dee.user.pk, "nominee", False),
    }
    assert list(Case.objects.visible_to(dee.user)) == [case_of(cycle, amara)]
    case = case_of(cycle, amara)
    assert (case.title, case.statements, case.criteria) == (
        "Amara Obi",
        [{"title": "Nomination 1", "text": "Repairs our bicycles."}],
        cycle.criteria,
    )
    with pytest.raises(NoNominationsNow):
        propose(cycle, amara, bo)


def test_who_lives_or_works_with_the_nominee_is_recused_and_leaves_the_quorum(
    cycle, amara, bo, dee, chi, hal, ivo, jun
):
    """UC5: the same household, now or until lately, and the same organisation, each with its reason; a
    housemate of one nominee judges the others. Whoever is recused is not among those the quorum asks."""
    households.open(amara, name="Lindenweg 3", actor=SYSTEM)
    households.join(dee, code=households.invite(amara, actor=SYSTEM).code, actor=SYSTEM)
    households.leave(dee, actor=SYSTEM)
    shop = partners.register("Amara's loft", slug="loft", owner=amara.user, actor=SYSTEM)
    members.enrol("hal", user=hal, actor=SYSTEM)
    partners.seat(shop, user=hal, role="helper", actor=SYSTEM)
    propose(cycle, bo, amara)
    propose(cycle, amara, bo)
    cycles.close(cycle, actor=SYSTEM)
    case = case_of(cycle, amara)
    recused = Recusal.objects.values_list("assignment__case", "assignment__seat__user", "reason")
    assert set(recused) == {
        (case.pk, dee.user.pk, "household"),
        (case.pk, hal.pk, "work"),
    }
    assert list(Case.objects.visible_to(dee.user)) == [case_of(cycle, bo)]
    asked = [cases.count(one) for one in (case, case_of(cycle, bo))]
    assert [one.eligible for one in asked] == [3, 5]
    with pytest.raises(AlreadyRecused):
        cast(case, dee.user)


def test_a_judge_without_a_membership_does_not_judge_a_colleague(cycle, amara, bo, chi, hal):
    """UC5: a seat on the committee and one in the nominee's organisation are the person's, member or not."""
    shop = partners.register("Amara's loft", slug="loft", owner=amara.user, actor=SYSTEM)
    partners.seat(shop, user=hal, role="helper", actor=SYSTEM)
    propose(cycle, bo, amara)
    cycles.close(cycle, actor=SYSTEM)
    recused = Recusal.objects.values_list("assignment__seat__user", "reason")
    assert list(recused) == [(hal.pk, "work")]
    with pytest.raises(AlreadyRecused):
        cast(case_of(cycle, amara), hal)


def test_who_was_near_a_membership_that_became_the_nominees_is_recused(
    cycle, amara, bo, dee, chi, hal, fay
):
    """UC5: a member who was merged is the other one as well, at home and at work."""
    before = member_of(person("before@example.test"), "before")
    households.open(before, name="Lindenweg 3", actor=SYSTEM)
    households.join(dee, code=households.invite(before, actor=SYSTEM).code, actor=SYSTEM)
    shop = partners.register("The loft", slug="loft", owner=before.user, actor=SYSTEM)
    members.enrol("hal", user=hal, actor=SYSTEM)
    partners.seat(shop, user=hal, role="helper", actor=SYSTEM)
    merges.merge(before, amara, reason="The same", key="m", by=fay, keeps="target")
    propose(cycle, bo, amara)
    cycles.close(cycle, actor=SYSTEM)
    recused = Recusal.objects.values_list("assignment__seat__user", "reason")
    assert set(recused) == {(dee.user.pk, "household"), (hal.pk, "work")}


def test_who_took_a_nomination_back_still_cannot_judge(cycle, amara, bo, dee):
    """B4: the interest does not end with the nomination."""
    made = propose(cycle, dee, amara)
    propose(cycle, bo, amara)
    nominations.withdraw(made, nominator=dee, actor=SYSTEM)
    cycles.close(cycle, actor=SYSTEM)
    assert Recusal.objects.get().assignment.seat.user == dee.user
    assert len(case_of(cycle, amara).statements) == 1


def test_the_laureate_is_the_best_of_the_approved(cycle, amara, bo, gil, chi, hal, ivo, jun):
    """B16, A1: decision, badge and citation in one step; nothing before every case is closed."""
    propose(cycle, bo, amara)
    propose(cycle, amara, bo)
    propose(cycle, amara, gil)
    cycles.close(cycle, actor=SYSTEM)
    for member, said, scores in ((amara, "yes", HIGH), (bo, "yes", LOW), (gil, "no", HIGH)):
        for judge in (hal, ivo, jun):
            cast(case_of(cycle, member), judge, said, scores)
    close(case_of(cycle, amara), chi)
    with pytest.raises(CasesOpen) as refusal:
        cycles.decide(cycle, citation="For the bicycles.", actor=SYSTEM)
    assert refusal.value.params == {"open": 2}
    for member in (bo, gil):
        close(case_of(cycle, member), chi)
    with pytest.raises(CitationMissing):
        cycles.decide(cycle, citation=" ", actor=SYSTEM)
    cycle.refresh_from_db()
    assert (cycle.state, BadgeAward.objects.count()) == ("judging", 0)
    laureate = cycles.decide(cycle, citation="For the bicycles.", actor=Actor.user(chi))
    assert (laureate.candidate.member, laureate.citation) == (amara, "For the bicycles.")
    award = BadgeAward.objects.get()
    assert (award.member, award.badge, award.evidence, award.key) == (
        amara,
        cycle.badge,
        "For the bicycles.",
        f"cycle:{cycle.pk}",
    )
    with pytest.raises(StepNotAllowed):
        cycles.decide(cycle, citation="Again", actor=SYSTEM)
    assert Laureate.objects.count() == 1


def test_the_chair_does_not_name_themselves(cycle, amara, chi, dee, hal, ivo, jun):
    """B4: whom the committee chose without the chair is named by somebody else."""
    chair = members.enrol("chi", user=chi, actor=SYSTEM)
    propose(cycle, amara, chair)
    cycles.close(cycle, actor=SYSTEM)
    for judge in (hal, ivo, jun):
        cast(case_of(cycle, chair), judge)
    close(case_of(cycle, chair), dee.user)
    with pytest.raises(OwnHands):
        cycles.decide(cycle, citation="For myself.", actor=Actor.user(chi))
    assert NominationCycle.objects.get().state == "judging"
    assert not BadgeAward.objects.exists()
    laureate = cycles.decide(cycle, citation="For the street.", actor=SYSTEM)
    assert laureate.candidate.member == chair


def test_nobody_approved_means_no_laureate(cycle, amara, bo, chi, hal, ivo, jun):
    propose(cycle, bo, amara)
    cycles.close(cycle, actor=SYSTEM)
    for judge in (hal, ivo, jun):
        cast(case_of(cycle, amara), judge, "no", LOW)
    close(case_of(cycle, amara), chi)
    assert cycles.decide(cycle, citation="", actor=SYSTEM) is None
    assert NominationCycle.objects.get().state == "decided"
    assert not BadgeAward.objects.exists()


def test_a_candidate_without_quorum_is_put_again(cycle, amara, bo, chi, hal, ivo, jun):
    """B16: a void case decides nothing and can be judged in a second round."""
    propose(cycle, bo, amara)
    candidate = Candidate.objects.get()
    with pytest.raises(NotJudging):
        cycles.put_again(candidate, actor=SYSTEM)
    cycles.close(cycle, actor=SYSTEM)
    first = case_of(cycle, amara)
    cases.void(first, reason="No quorum", actor=SYSTEM)
    assert cycles.standing(cycle) is None
    second = cycles.put_again(candidate, actor=SYSTEM)
    assert (second.round, case_of(cycle, amara)) == (2, second)


def test_cancelling_ends_the_open_cases(cycle, amara, bo):
    propose(cycle, bo, amara)
    cycles.close(cycle, actor=SYSTEM)
    cycles.cancel(cycle, reason="The badge is gone", actor=SYSTEM)
    assert case_of(cycle, amara).state == "void"
    assert NominationCycle.objects.get().state == "cancelled"


def test_the_sweep_closes_what_is_over_once(cycle, amara, bo):
    """T: due at closes_at, not before; a second pass finds nothing."""
    propose(cycle, bo, amara)
    until = cycle.closes_at
    early = sweeps.cycle_closings(until, until - timedelta(seconds=1))
    assert (early.due, early.done) == (0, 0)
    tally = sweeps.cycle_closings(until, until)
    assert (tally.due, tally.done) == (1, 1)
    assert sweeps.cycle_closings(until, until).due == 0
    assert Case.objects.count() == 1


def test_nobody_is_listed_by_a_search(amara, bo, gil):
    """A28: by reference or pseudonym exactly, by name only who shows it, never by a short text."""
    members.update(gil, given_name="Gilbert", shows_real_name=True, actor=SYSTEM)
    assert list(nominees("gilb")) == [gil]
    assert list(nominees("AMARA")) == [amara]
    assert list(nominees(bo.pseudonym.lower())) == [bo]
    assert list(nominees(bo.pseudonym.replace("Member", "mitglied"))) == [bo]
    for nothing in ("Obi", "gi", "Member", "  "):
        assert not nominees(nothing).exists()
    for initials in ("g g", "g G g"):
        assert not nominees(initials).exists()


def test_everyone_reads_only_their_own_nominations(cycle, amara, bo, fay):
    """Authorization: nomination read."""
    made = propose(cycle, bo, amara)
    assert list(Nomination.objects.visible_to(bo.user)) == [made]
    for user in (amara.user, fay):
        assert not Nomination.objects.visible_to(user).exists()


def test_the_audit_trail_tells_no_statement(cycle, amara, bo):
    """ "Personal citation leaks": the words stay in the nomination."""
    propose(cycle, bo, amara, "A very private story.")
    cycles.close(cycle, actor=SYSTEM)
    for row in AuditRow.objects.all():
        assert "private" not in f"{row.before}{row.after}{row.reason}"
    assert clock.now() >= Nomination.objects.get().made_at
