"""Judging: a ballot, or stepping back."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from governance import errors
from governance.domain import rubric, tally
from governance.models import (
    Assignment,
    Ballot,
    BallotDraft,
    BallotVoid,
    Case,
    Reason,
    Recusal,
    Seat,
)
from governance.operations import cases
from members import clock
from members.domain.actors import Actor
from members.models import Member
from members.operations import audit, drafts


@transaction.atomic
def cast(
    case: Case,
    *,
    seat: Seat,
    vote: str,
    scores: Mapping[str, int | None],
    actor: Actor,
    comments: Mapping[str, str] | None = None,
    version: int | None = None,
    at: datetime | None = None,
) -> Ballot:
    """Cast this seat's one and final ballot; its draft goes. An abstention carries no scores.

    `version`: which version of the draft the judge has before them (None: they have none). Raises
    CaseClosed, NotAssigned, SeatEnded, AlreadyRecused, Conflicted, AlreadyVoted, ScoresIncomplete,
    CommentMissing when an extreme mark comes without a word on why, or ChangedElsewhere when a draft
    with other content was kept meanwhile.
    """
    at = at or clock.now()
    case = cases.lock(case)
    assignment = assignment_of(case, seat)
    may_judge(case, assignment, at)
    words = comments_on(case, comments or {})
    draft = BallotDraft.objects.filter(assignment=assignment).first()
    drafts.check_version(draft, version, vote=vote, scores=scores, comments=words)
    if tally.Vote(vote) is tally.Vote.ABSTAIN:
        scores = {}
    elif not rubric.fits(scores, case.criteria.rubric):
        raise errors.ScoresIncomplete()
    silent = rubric.unexplained(scores, words)
    if silent:
        titles = [each.title for each in case.criteria.rubric if each.key in silent]
        raise errors.CommentMissing(criteria=", ".join(titles))
    ballot = Ballot.objects.create(
        assignment=assignment, vote=vote, scores=dict(scores), comments=words, cast_at=at
    )
    BallotDraft.objects.filter(assignment=assignment).delete()
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
    assignment = assignment_of(case, seat)
    known = Recusal.objects.filter(assignment=assignment).first()
    if known is not None:
        return known
    recusal = Recusal.objects.create(
        assignment=assignment, reason=Reason(reason), is_declared=True, at=at
    )
    BallotDraft.objects.filter(assignment=assignment).delete()
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


def assignment_of(case: Case, seat: Seat) -> Assignment:
    """By which this seat judges the case. Raises NotAssigned."""
    found = Assignment.objects.select_related("seat").filter(case=case, seat=seat).first()
    if found is None:
        raise errors.NotAssigned()
    return found


def may_judge(case: Case, assignment: Assignment, at: datetime) -> None:
    """The sentences for what trigger `judge_ballot` refuses anyway. Raises SeatEnded, AlreadyRecused,
    Conflicted or AlreadyVoted."""
    seat = assignment.seat
    if not seat.is_held(at):
        raise errors.SeatEnded()
    if Recusal.objects.filter(assignment=assignment).exists():
        raise errors.AlreadyRecused()
    told = case.interests.values("member")
    interested = Member.objects.filter(Q(pk__in=told) | Q(merged_here__in=told))
    if interested.filter(Q(pk=seat.member_id or 0) | Q(user_id=seat.user_id)).exists():
        raise errors.Conflicted()
    if Ballot.objects.filter(assignment=assignment).exists():
        raise errors.AlreadyVoted()


def comments_on(case: Case, comments: Mapping[str, str]) -> dict[str, str]:
    """What was said to the criteria of this case; what is empty is left out."""
    said = {each.key: comments.get(each.key, "").strip() for each in case.criteria.rubric}
    return {key: words[: rubric.LONGEST_COMMENT] for key, words in said.items() if words}
