"""Putting a question to a committee and closing it with a decision.

Lock order: the case row, before anything that hangs on it. Ballots, recusals and closings all take it,
so they happen one after the other.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType

from django.db import transaction
from django.utils.translation import gettext

from governance.domain import tally
from governance.domain.blinding import masked
from governance.errors import CaseClosed, NobodySits, NoQuorum, NotPresiding
from governance.models import (
    Assignment,
    Ballot,
    BallotDraft,
    Case,
    Committee,
    Criteria,
    Decision,
    Interest,
    Recusal,
    Seat,
)
from members import clock
from members.domain.actors import Actor
from members.models import Member
from members.operations import audit


@transaction.atomic
def open(
    committee: Committee,
    *,
    subject_type: str,
    subject_key: str,
    title: str,
    statements: Sequence[Mapping[str, str]],
    criteria: Criteria,
    interested_members: Mapping[int, str],
    actor: Actor,
    interested_users: Mapping[int, str] = MappingProxyType({}),
    hidden_names: Collection[str] | None = None,
    days: int | None = None,
    at: datetime | None = None,
) -> Case:
    """Put a case to everybody who sits on `committee`; judges with an interest are recused at once.

    `statements` is what the judges read: {title, text} each. `interested_members` maps a member's
    primary key to a `Reason`, `interested_users` a user's: not every judge is a member. With
    `hidden_names` the case is judged blind: none of these names is left in what the judges read.
    `days`: how long they are asked to take at most. A subject whose case is open or decided gets that
    case back; after a void one the case is put again as the next round. Raises NobodySits.
    """
    at = at or clock.now()
    Committee.objects.select_for_update().get(pk=committee.pk)
    last = (
        Case.objects.filter(subject_type=subject_type, subject_key=subject_key)
        .order_by("-round")
        .first()
    )
    if last is not None and last.state != Case.State.VOID:
        return last
    seats = list(committee.seats.sitting(at).select_related("user__member"))
    if not seats:
        raise NobodySits()
    case = Case.objects.create(
        committee=committee,
        criteria=criteria,
        subject_type=subject_type,
        subject_key=subject_key,
        round=last.round + 1 if last else 1,
        title=_without(hidden_names, title),
        statements=[
            {part: _without(hidden_names, words) for part, words in statement.items()}
            for statement in statements
        ],
        is_blind=hidden_names is not None,
        opened_at=at,
        due_at=at + timedelta(days=days) if days is not None else None,
    )
    interests = _with_heirs(interested_members)
    Interest.objects.bulk_create(
        Interest(case=case, member_id=member, reason=reason)
        for member, reason in sorted(interests.items())
    )
    recused = _assign(case, seats, interests, interested_users, at)
    audit.record(
        case,
        actor=actor,
        verb="governance.case.opened",
        after={"judges": len(seats), "recused": recused, "criteria": criteria.version},
    )
    return case


def _with_heirs(interests: Mapping[int, str]) -> dict[int, str]:
    """The same, and of whoever became part of another membership that other's too."""
    merged = Member.objects.filter(pk__in=interests).exclude(merged_into=None)
    heirs = merged.values_list("merged_into", "pk")
    return {heir: interests[member] for heir, member in heirs if heir is not None} | dict(interests)


def _without(names: Collection[str] | None, words: str) -> str:
    return masked(words, names, mask=gettext("[name]")) if names else words


def _assign(
    case: Case,
    seats: list[Seat],
    interests: Mapping[int, str],
    of_users: Mapping[int, str],
    at: datetime,
) -> int:
    """Assign every seat; recuse those whose holder has an interest. Returns how many that were."""
    assigned = Assignment.objects.bulk_create(
        Assignment(case=case, seat=seat, assigned_at=at) for seat in seats
    )
    recusals = []
    for assignment in assigned:
        seat = assignment.seat
        theirs = {seat.member_id, getattr(getattr(seat.user, "member", None), "pk", None)}
        reasons = [interests[member] for member in theirs if member and member in interests]
        reasons += [of_users[seat.user_id]] if seat.user_id in of_users else []
        if reasons:
            recusals.append(
                Recusal(assignment=assignment, reason=reasons[0], is_declared=False, at=at)
            )
    return len(Recusal.objects.bulk_create(recusals))


def lock(case: Case) -> Case:
    """The case as it is now, locked until the transaction ends. Raises CaseClosed."""
    case = Case.objects.select_for_update().get(pk=case.pk)
    if not case.is_open:
        raise CaseClosed()
    return case


def presiding(case: Case, *, at: datetime | None = None) -> Seat | None:
    """Who may close the case: the chair, or, when the chair stepped back or left, the judge who has
    sat longest. None when no judge is left."""
    seats = Seat.objects.filter(
        pk__in=Assignment.objects.effective(at or clock.now()).filter(case=case).values("seat")
    )
    return min(
        seats,
        key=lambda seat: (seat.role != Seat.Role.CHAIR, seat.starts_at, seat.pk),
        default=None,
    )


def count(case: Case, *, at: datetime | None = None) -> tally.Tally:
    """The count as it stands."""
    papers = [ballot.paper for ballot in Ballot.objects.standing().filter(assignment__case=case)]
    eligible = Assignment.objects.eligible(at or clock.now()).filter(case=case).count()
    return tally.count(papers, eligible=eligible, criteria=case.criteria.rubric)


@transaction.atomic
def close(case: Case, *, seat: Seat, actor: Actor, at: datetime | None = None) -> Decision:
    """Close the case with the decision its ballots make. `seat` must preside.

    Raises CaseClosed, NotPresiding, or NoQuorum (and the case stays open).
    """
    at = at or clock.now()
    case = lock(case)
    if presiding(case, at=at) != seat:
        raise NotPresiding()
    counted = count(case, at=at)
    if not counted.has_quorum:
        raise NoQuorum(present=counted.present, needed=counted.needed)
    return _decide(case, counted, counted.outcome, seat=seat, actor=actor, at=at)


@transaction.atomic
def void(case: Case, *, reason: str, actor: Actor, at: datetime | None = None) -> Decision:
    """End the case without a decision (no quorum to be had, or the subject was withdrawn)."""
    at = at or clock.now()
    case = lock(case)
    return _decide(
        case, count(case, at=at), tally.Outcome.VOID, seat=None, actor=actor, at=at, reason=reason
    )


def _decide(
    case: Case,
    counted: tally.Tally,
    outcome: tally.Outcome,
    *,
    seat: Seat | None,
    actor: Actor,
    at: datetime,
    reason: str = "",
) -> Decision:
    decision = Decision.objects.create(
        case=case,
        outcome=outcome,
        eligible=counted.eligible,
        needed=counted.needed,
        yes=counted.yes,
        no=counted.no,
        abstained=counted.abstained,
        mean=tally.hundredths(counted.mean),
        means={key: tally.hundredths(mean) for key, mean in counted.by_criterion.items()},
        closed_by=seat,
        reason=reason,
        decided_at=at,
    )
    is_void = outcome == tally.Outcome.VOID
    case.state, case.closed_at = Case.State.VOID if is_void else Case.State.DECIDED, at
    case.save(update_fields=["state", "closed_at"])
    BallotDraft.objects.filter(assignment__case=case).delete()
    audit.record(
        case,
        actor=actor,
        verb="governance.case.voided" if is_void else "governance.case.decided",
        after={"outcome": outcome, "present": counted.present, "needed": counted.needed},
        reason=reason,
    )
    return decision
