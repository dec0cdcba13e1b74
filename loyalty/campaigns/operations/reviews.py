"""Deciding about what waits for a person.

Everybody locks in one order: the case, then whatever accepting or declining it locks.
"""

from django.db import transaction

from loyalty.campaigns.errors import NoReviewForOneself, OverMeanwhile
from loyalty.campaigns.models import ReviewCase
from loyalty.campaigns.operations import intake, order_facts, people
from loyalty.campaigns.operations.matching import ORDER_DECLINED
from loyalty.campaigns.operations.schemas import ORDERS
from loyalty.rewards.models import Redemption
from loyalty.rewards.operations import redemptions
from members import clock
from members.domain.actors import Actor
from members.domain.sentences import kept
from members.errors import AlreadyDecided, ReasonNeeded
from members.models import Activity
from members.operations import activities, audit, relations
from members.shipped import AFTER_ORDERS

State = ReviewCase.State

#: What a member reads of something that never counts.
DECLINED = kept("We have looked at this one, and it does not count.")


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
        _wait_for_what_is_told(case.activity)
        activities.decline([case.activity.pk], reason=DECLINED)
        _decline_returns(case.activity, actor=actor)
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


def _wait_for_what_is_told(order: Activity) -> None:
    """Let what is being told of an order come in first, and what comes later see that it is declined: neither
    waits for it for ever. The cases about it come before its member in the order of locks."""
    if order.kind not in ORDERS or order.member is None:
        return
    speaking = ReviewCase.objects.open().filter(
        activity__member=order.member, activity__kind__in=AFTER_ORDERS
    )
    list(speaking.order_by("pk").select_for_update(of=("self",), no_key=True))
    people.lock_people([order.member.ref])
    # While we waited, a merge may have handed it over.
    order.refresh_from_db(fields=["member"])


def _decline_returns(order: Activity, *, actor: Actor) -> None:
    """What was told of an order that does not count never counts either, whoever looks at it."""
    if order.kind not in ORDERS or order.member_id is None:
        return
    member_id, shop, order_id = order_facts.key_of(order)
    number = member_id, order_id
    orders = order_facts.read({number})
    standing = (Activity.Status.ACCEPTED, Activity.Status.PARKED)
    if any(
        row.kind in ORDERS and row.key[0] == shop and row.status in standing
        for row in orders.rows[number]
    ):
        # Its shop told another of the number, which counts or may yet: they are of that one.
        return
    speaking = [
        row.pk
        for row in orders.rows[number]
        if row.kind in AFTER_ORDERS
        and row.status == Activity.Status.PARKED
        and row.shop(orders.shops(number)) == shop
    ]
    activities.decline(speaking, reason=ORDER_DECLINED)
    open_cases = ReviewCase.objects.open().filter(activity__in=speaking).order_by("pk")
    for case in open_cases.select_for_update(of=("self",), no_key=True):
        _write(case, State.DECLINED, reason=ORDER_DECLINED, actor=actor)
