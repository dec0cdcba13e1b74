"""Judging: a ballot, or stepping back."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from governance import errors
from governance.domain import rubric, tally
from governance.models import Assignment, Ballot, BallotVoid, Case, Reason, Recusal, Seat
from governance.operations import cases
from members import clock
from members.domain.actors import Actor
from members.models import Member
from members.operations import audit


@transaction.atomic
def cast(
    case: Case,
    *,
    seat: Seat,
    vote: str,
    scores: Mapping[str, int | None],
    actor: Actor,
    at: datetime | None = None,
) -> Ballot:
    """Cast this seat's one and final ballot. An abstention carries no scores.

    Raises CaseClosed, NotAssigned, SeatEnded, AlreadyRecused, Conflicted, AlreadyVoted or
    ScoresIncomplete.
    """
    at = at or clock.now()
    case = cases.lock(case)
    assignment = _assignment(case, seat)
    _may_judge(case, assignment, at)
    if tally.Vote(vote) is tally.Vote.ABSTAIN:
        scores = {}
    elif not rubric.fits(scores, case.criteria.rubric):
        raise errors.ScoresIncomplete()
    ballot = Ballot.objects.create(
        assignment=assignment, vote=vote, scores=dict(scores), cast_at=at
    )
    # What was voted stays in the ballot: the trail says only that it was.
    audit.record(ballot, actor=actor, verb="governance.ballot.cast", after={"case": case.pk})
    return ballot


@transaction.atomic
def recuse(
    case: Case, *, seat: Seat, reason: str, actor: Actor, at: datetime | None = None
) -> Recusal:
    """The judge declares a conflict: the case disappears for them and a ballot they cast is void.

    Declaring twice changes nothing. Raises CaseClosed or NotAssigned.
    """
    at = at or clock.now()
    case = cases.lock(case)
    assignment = _assignment(case, seat)
    known = Recusal.objects.filter(assignment=assignment).first()
    if known is not None:
        return known
    recusal = Recusal.objects.create(
        assignment=assignment, reason=Reason(reason), is_declared=True, at=at
    )
    ballot = Ballot.objects.filter(assignment=assignment).first()
    if ballot is not None:
        BallotVoid.objects.create(ballot=ballot, reason=reason, at=at)
    audit.record(
        recusal,
        actor=actor,
        verb="governance.recusal.declared",
        after={"case": case.pk, "reason": reason, "voided": ballot is not None},
    )
    return recusal


def _assignment(case: Case, seat: Seat) -> Assignment:
    found = Assignment.objects.select_related("seat").filter(case=case, seat=seat).first()
    if found is None:
        raise errors.NotAssigned()
    return found


def _may_judge(case: Case, assignment: Assignment, at: datetime) -> None:
    """The sentences for what trigger `judge_ballot` refuses anyway."""
    seat = assignment.seat
    if not seat.is_held(at):
        raise errors.SeatEnded()
    if Recusal.objects.filter(assignment=assignment).exists():
        raise errors.AlreadyRecused()
    interested = Member.objects.filter(pk__in=case.interests.values("member"))
    if interested.filter(Q(pk=seat.member_id or 0) | Q(user_id=seat.user_id)).exists():
        raise errors.Conflicted()
    if Ballot.objects.filter(assignment=assignment).exists():
        raise errors.AlreadyVoted()
