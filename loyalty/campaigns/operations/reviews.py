"""Deciding about what waits for a person.

Everybody locks in one order: the case, then whatever accepting or declining it locks.
"""

from django.db import transaction

from loyalty.campaigns.errors import NoReviewForOneself, OverMeanwhile
from loyalty.campaigns.models import ReviewCase
from loyalty.campaigns.operations import intake
from loyalty.campaigns.operations.schemas import ORDERS
from loyalty.rewards.models import Redemption
from loyalty.rewards.operations import redemptions
from members import clock
from members.domain.actors import Actor
from members.domain.sentences import kept
from members.errors import AlreadyDecided, ReasonNeeded
from members.models import Activity
from members.operations import activities, audit, relations
from members.shipped import RETURNS

State = ReviewCase.State

#: What a member reads of something that never counts, and of what would have taken it back.
DECLINED = kept("We have looked at this one, and it does not count.")
ORDER_DECLINED = kept("The order does not count, so nothing comes back.")


@transaction.atomic
def accept(case: ReviewCase, *, reason: str, actor: Actor) -> ReviewCase:
    """It counts: an activity as of when it occurred, through the same rules as any other; a redemption
    is confirmed.

    Raises ReasonNeeded, AlreadyDecided, NoReviewForOneself, NotForHousehold, OverMeanwhile, or what
    confirming raises; then nothing has changed.
    """
    case = _decide(case, State.ACCEPTED, reason=reason, actor=actor)
    if case.activity_id is not None:
        intake.evaluate_recorded([case.activity_id], actor=actor)
    elif case.redemption is not None:
        if not case.redemption.in_review:
            raise OverMeanwhile()
        redemptions.confirm(case.redemption, actor=actor, is_reviewed=True)
    return case


@transaction.atomic
def decline(case: ReviewCase, *, reason: str, actor: Actor) -> ReviewCase:
    """It never counts, nor does what would have taken it back; a redemption is cancelled, and its points
    are free.

    Raises ReasonNeeded, AlreadyDecided, NoReviewForOneself or NotForHousehold.
    """
    case = _decide(case, State.DECLINED, reason=reason, actor=actor)
    if case.activity is not None:
        activities.decline([case.activity.pk], reason=DECLINED)
        _decline_returns(case.activity)
    elif case.redemption is not None and case.redemption.in_review:
        redemptions.cancel(case.redemption, actor=actor, reason=reason, at_any_time=True)
    return case


@transaction.atomic
def close_cancelled(redemption: Redemption, *, actor: Actor, reason: str) -> None:
    """The redemption that a case is about was cancelled otherwise: there is nothing left to decide."""
    case = ReviewCase.objects.open().filter(redemption=redemption).first()
    if case is not None:
        _write(case, State.DECLINED, reason=reason or "Cancelled", actor=actor)


def _decide(case: ReviewCase, to: str, *, reason: str, actor: Actor) -> ReviewCase:
    if not reason.strip():
        raise ReasonNeeded()
    relations.refuse_near(actor, case.member, own=NoReviewForOneself)
    locked = ReviewCase.objects.select_for_update(of=("self",), no_key=True)
    case = locked.select_related("activity", "redemption", "member__merged_into").get(pk=case.pk)
    if to not in ReviewCase.MOVES[case.state]:
        raise AlreadyDecided()
    _write(case, to, reason=reason, actor=actor)
    return case


def _write(case: ReviewCase, to: str, *, reason: str, actor: Actor) -> None:
    case.state, case.decided_at = to, clock.now()
    case.decided_by_id = actor.id if actor.kind == "user" else None
    case.decision = reason.strip()[:300]
    case.save(update_fields=["state", "decided_at", "decided_by", "decision"])
    audit.record(case, actor=actor, verb=f"campaigns.review_case.{to}", reason=reason)


def _decline_returns(order: Activity) -> None:
    """What came back of an order that does not count takes nothing back."""
    if order.kind not in ORDERS or order.member_id is None:
        return
    waiting = Activity.objects.filter(
        member_id=order.member_id,
        kind__in=RETURNS,
        status=Activity.Status.PARKED,
        payload__order_id=order.payload["order_id"],
    )
    speaking = [
        row.pk for row in waiting if (row.payload.get("order_source") or row.source) == order.source
    ]
    activities.decline(speaking, reason=ORDER_DECLINED)
