"""Orders that come back: what they brought is taken back, what they were paid with is given back."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from loyalty.campaigns.domain import returns
from loyalty.campaigns.domain.order_states import NO_LINE
from loyalty.campaigns.domain.orders import Order
from loyalty.campaigns.domain.returns import Paid
from loyalty.campaigns.domain.told import Told
from loyalty.campaigns.models import Campaign, Effect, ReviewCase
from loyalty.campaigns.operations import people, refunds
from loyalty.campaigns.operations.order_facts import Key, Number
from loyalty.campaigns.operations.refunds import Refund
from loyalty.campaigns.operations.rulebook import Rulebook, capped
from loyalty.campaigns.operations.sales import (
    Sale,
    known_to,
    number_of,
    placed,
    sales_of,
    shop_of,
)
from members.domain.actors import Actor
from members.models import Activity, Hold, Member
from members.shipped import AFTER_ORDERS, RETURNS

Status = Activity.Status


@dataclass(frozen=True, slots=True)
class Drawn:
    """What points may go back to: budgets, by campaign, those of segments, and funds."""

    budgets: frozenset[int] = frozenset()
    segments: frozenset[int] = frozenset()
    funds: frozenset[int] = frozenset()


def drawn_on(tolds: Iterable[Told], settling: Collection[str]) -> Drawn:
    """The budgets and funds of the campaigns that paid for the orders that these take back, or that
    promised the points whose waiting these end."""
    tolds = list(tolds)
    back = [told for told in tolds if told.kind in RETURNS]
    ending = [told for told in tolds if told.kind in settling]
    paid = Q(
        activity__member__in=_named(back),
        activity__payload__order_id__in=list({told.order_id for told in back}),
    )
    promised = Q(
        waiting__member__in=_named(ending),
        waiting__key__in={told.order_id for told in ending},
    )
    return drawn_by(*(question for question, about in ((paid, back), (promised, ending)) if about))


def drawn_by(*effects: Q) -> Drawn:
    """The budgets and funds that these effects drew on; a query for each question."""
    found = [
        row
        for question in effects
        for row in Effect.objects.filter(question, capped("campaign__")).values(
            "campaign_id",
            "campaign__budget_units",
            "campaign__budget_money",
            segment=F("campaign__segment_budgets"),
            fund=F("campaign__funded_by_id"),
        )
    ]
    return Drawn(
        frozenset(
            row["campaign_id"]
            for row in found
            if row["campaign__budget_units"] is not None
            or row["campaign__budget_money"] is not None
        ),
        frozenset(row["segment"] for row in found if row["segment"] is not None),
        frozenset(row["fund"] for row in found if row["fund"] is not None),
    )


def _named(tolds: Iterable[Told]) -> QuerySet:
    """Whose orders these speak of. A reference that was merged leads to the other member, whose its
    orders are."""
    found = Member.objects.filter(ref__in={told.ref for told in tolds})
    return found.values_list(Coalesce("merged_into", "pk"))


def fault_of(told: Told, payload: Mapping[str, Any]) -> str:
    """Why a return cannot be of the order in `payload`; empty when it can."""
    known = {line["line_id"] for line in payload["lines"]}
    unknown = [
        line["line_id"] for line in told.payload.get("lines") or () if line["line_id"] not in known
    ]
    return (NO_LINE % unknown[0])[:200] if unknown else ""


def due_after(sale: Sale, payload: Mapping[str, Any], book: Rulebook) -> dict[tuple[int, int], int]:
    """What each effect of the sale would still give once this has come back too, by its campaign's policy;
    by (rule version, place). The sale counts it as returned."""
    sale.take_in(payload)
    return still_due(sale, book)


def still_due(sale: Sale, book: Rulebook) -> dict[tuple[int, int], int]:
    """What each effect of the sale still gives for what is left of it, by (rule version, place)."""
    left = returns.left_of(sale.order, sale.returned)
    given: dict[int, dict[int, int]] = defaultdict(dict)
    versions = {}
    for effect in sale.effects:
        versions[effect.rule_version_id] = effect.rule_version
        given[effect.rule_version_id][effect.place] = effect.amount or 0
    held = sale.held
    paid = [
        Paid(book.rule(version), held.get(pk, ()), given[pk]) for pk, version in versions.items()
    ]
    by_share = [
        part
        for part in paid
        if versions[part.rule.version_id].campaign.returns == Campaign.Returns.SHARE
    ]
    due = returns.still_due(paid, left, facts_left(sale, left), at=sale.activity.occurred_at)
    return due | returns.due_by_share(by_share, returns.share_returned(sale.order, left))


def facts_left(sale: Sale, left: Order) -> dict[str, Any]:
    """What conditions may ask about the basket that is left of a sale."""
    payload = sale.activity.payload
    return left.facts() | {
        "order.channel": payload.get("channel"),
        "order.store": payload.get("store"),
    }


def waiting_for(keys: Sequence[Key]) -> list[tuple[Activity, Key]]:
    """What was told of orders before they were known, which have come now in this order, each with the one
    it speaks of: the first that it may. Oldest first. What a person is looking at waits for them."""
    if not keys:
        return []
    parked = list(
        Activity.objects.filter(
            member_id__in={member_id for member_id, *_ in keys},
            kind__in=AFTER_ORDERS,
            status=Status.PARKED,
            payload__order_id__in=list({order_id for *_, order_id in keys}),
        )
        .exclude(review__state=ReviewCase.State.OPEN)
        .select_related("member")
        .order_by("occurred_at", "pk")
    )
    shops: dict[Number, set[str]] = defaultdict(set)
    for number, told in placed({number_of(row) for row in parked}).items():
        shops[number].update(told)
    coming: dict[Number, list[str]] = defaultdict(list)
    for member_id, shop, order_id in keys:
        coming[member_id, order_id].append(shop)
    found = []
    for row in parked:
        number = number_of(row)
        whose = shop_of(row, known_to(row, shops[number], coming[number]))
        if whose is not None and (key := (number[0], whose, number[1])) in keys:
            found.append((row, key))
    return found


@transaction.atomic
def settle_late(hold_id: int, *, actor: Actor) -> None:
    """Give back what a hold paid for an order of which something had come back when it was captured."""
    hold = Hold.objects.select_related("member").get(pk=hold_id)
    people.lock_people([hold.member.ref])
    # While we waited, a merge may have handed it over, and the order with it.
    hold = Hold.objects.select_related("member").get(pk=hold_id)
    number = hold.member_id, hold.reference
    shops = placed({number}).get(number, {})
    found = sales_of({(number[0], shop, number[1]) for shop in shops})
    shares = {
        shop: returns.share_returned(sale.order, returns.left_of(sale.order, sale.returned))
        for (_member, shop, _order), sale in found.items()
    }
    refunds.give_back(
        [
            Refund(
                hold.member,
                hold.reference,
                shop,
                share,
                f"hold:{hold.pk}:late:{shop}",
                ("hold", hold.pk),
                is_only=len(shares) == 1,
            )
            for shop, share in shares.items()
        ],
        actor=actor,
    )
