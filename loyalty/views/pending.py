"""Points that are promised, and what they still wait for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loyalty.campaigns.domain.order_states import FULFILLED
from loyalty.campaigns.domain.refills import KINDS, STEPS
from loyalty.campaigns.models import Effect, RefillCycle, Waiting
from loyalty.campaigns.operations import order_facts
from loyalty.campaigns.operations.pending import still_pending
from loyalty.campaigns.operations.schemas import ORDERS
from loyalty.campaigns.words import ORDER_STATES
from members.models import Activity, ActivityKind, Member

State = RefillCycle.State

#: What the kinds that confirm a promise mean to a member.
RELEASES = {
    "refill.confirmed": _("when the jar is back"),
    "order.fulfilled": _("when the order has arrived"),
    "visit.checked_in": _("when you have checked in"),
    "event.attended": _("when you have been there"),
}


@dataclass(frozen=True, slots=True)
class Promised:
    """A pending accrual: the effect that promised it, how much of it still waits, and in words or as a
    date what releases it. `state` is how far its refill or its order is."""

    effect: Effect
    amount: int
    condition: str | Promise
    due_at: datetime | None
    state: str | Promise = ""


def promised_to(member: Member) -> list[Promised]:
    """Everything that waits for this member, oldest first, in five queries at most."""
    waiting = list(
        Waiting.objects.filter(member=member)
        .select_related("effect__entry", "effect__campaign", "effect__activity")
        .order_by("effect_id")
    )
    left = still_pending(waiting) if waiting else {}
    unknown = {wait.confirmed_by for wait in waiting} - set(RELEASES) - {""}
    titles = (
        dict(ActivityKind.objects.filter(name__in=unknown).values_list("name", "title"))
        if unknown
        else {}
    )
    states = _states(member, {wait.key for wait in waiting if wait.key})
    orders = _order_states(waiting)
    return [
        Promised(
            wait.effect,
            left[wait.pk],
            RELEASES.get(wait.confirmed_by) or titles.get(wait.confirmed_by, wait.confirmed_by),
            wait.due_at,
            states.get((wait.key, wait.serial)) or orders.get(wait.pk, ""),
        )
        for wait in waiting
        if wait.pk in left
    ]


def _order_states(waits: Iterable[Waiting]) -> dict[int, str | Promise]:
    """How far the orders are whose last piece these wait for, by wait. One query, or none."""
    promised = {
        wait.pk: order_facts.key_of(wait.effect.activity)
        for wait in waits
        if wait.confirmed_by == FULFILLED and wait.effect.activity.kind in ORDERS
    }
    states = order_facts.states(promised.values())
    return {pk: ORDER_STATES[states[key]] for pk, key in promised.items() if key in states}


def _states(member: Member, orders: set[str]) -> dict[tuple[str, str], str | Promise]:
    """How far the refills of these orders are, by order and container. One query, or none."""
    if not orders:
        return {}
    steps = Activity.objects.filter(
        member=member,
        kind__in=KINDS,
        status=Activity.Status.ACCEPTED,
        payload__order_id__in=list(orders),
    ).order_by("occurred_at", "pk")
    return {
        (str(payload["order_id"]), str(payload.get("serial", ""))): State(STEPS[kind]).label
        for kind, payload in steps.values_list("kind", "payload")
    }
