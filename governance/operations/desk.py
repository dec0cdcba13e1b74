"""What a judge does before they vote: opening a case, and keeping a ballot that is begun.

Lock order: the case, as for a ballot, so that no draft comes back beside a ballot that is cast.
"""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from governance import errors
from governance.domain import rubric, tally
from governance.models import Assignment, BallotDraft, Case, Reading, Seat
from governance.operations import ballots, cases
from members import clock
from members.domain.actors import Actor
from members.operations import audit, drafts


@transaction.atomic
def read(case: Case, *, seat: Seat, actor: Actor, at: datetime | None = None) -> Reading:
    """Note that the judge has opened the case. Opening it again changes nothing.

    Raises CaseClosed or NotAssigned.
    """
    case = cases.lock(case)
    return _read(ballots.assignment_of(case, seat), actor=actor, at=at or clock.now())


def _read(assignment: Assignment, *, actor: Actor, at: datetime) -> Reading:
    reading, is_new = Reading.objects.get_or_create(assignment=assignment, defaults={"at": at})
    if is_new:
        after = {"case": assignment.case_id}
        audit.record(reading, actor=actor, verb="governance.case.read", after=after)
    return reading


@transaction.atomic
def keep(
    case: Case,
    *,
    seat: Seat,
    vote: str,
    scores: Mapping[str, int | None],
    comments: Mapping[str, str],
    version: int,
    actor: Actor,
    at: datetime | None = None,
) -> BallotDraft:
    """Keep a ballot that is begun: `vote` may be empty, and criteria may be missing.

    `version` is the draft's as the judge has it before them, 0 for none. The same content again is the
    draft as it is. Only its first keeping is in the trail, for nobody judges a draft. Raises CaseClosed,
    NotAssigned, SeatEnded, AlreadyRecused, Conflicted, AlreadyVoted, ScoresIncomplete, or
    ChangedElsewhere when other content was kept meanwhile.
    """
    at = at or clock.now()
    case = cases.lock(case)
    assignment = ballots.assignment_of(case, seat)
    ballots.may_judge(case, assignment, at)
    if not rubric.begins(scores, case.criteria.rubric):
        raise errors.ScoresIncomplete()
    content = {
        "vote": tally.Vote(vote).value if vote else "",
        "scores": dict(scores),
        "comments": ballots.comments_on(case, comments),
    }
    draft = BallotDraft.objects.filter(assignment=assignment).first()
    if draft is not None:
        drafts.overwrite(draft, version=version, at=at, **content)
        return draft
    _read(assignment, actor=actor, at=at)
    draft = BallotDraft.objects.create(assignment=assignment, version=1, saved_at=at, **content)
    after = {"case": case.pk}
    audit.record(draft, actor=actor, verb="governance.ballot.drafted", after=after)
    return draft
