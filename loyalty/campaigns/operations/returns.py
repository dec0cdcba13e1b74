"""Orders that come back: what they brought is taken back, what they were paid with is given back."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from loyalty.campaigns.domain import returns
from loyalty.campaigns.domain.effects import MOST_EFFECTS
from loyalty.campaigns.domain.order_states import FULFILLED, NO_LINE
from loyalty.campaigns.domain.orders import Order, Rate, read_order
from loyalty.campaigns.domain.returns import Paid
from loyalty.campaigns.domain.told import Told
from loyalty.campaigns.models import Campaign, Effect, MergedBonus, ReviewCase
from loyalty.campaigns.operations import people, refunds
from loyalty.campaigns.operations.order_facts import Key, Number
from loyalty.campaigns.operations.refunds import Refund
from loyalty.campaigns.operations.rulebook import Rulebook, capped
from loyalty.campaigns.operations.schemas import ORDERS
from members.domain import returned
from members.domain.actors import Actor
from members.models import Activity, Entry, Hold, Member
from members.shipped import AFTER_ORDERS, RETURNS

Status = Activity.Status
#: What else a return takes back, or marks as not supported any more; messages are said, and longer lives
#: are kept.
THINGS = (
    "deduction",
    "badge",
    "step",
    "streak",
    "reward",
    "access",
    "tier",
    "tag",
    "attribute",
)


@dataclass(slots=True)
class Sale:
    """An order that was placed: what it brought (points in `effects`, the rest in `things`), what its going
    out brought (points in `later`, the rest in `things` too), and what has come back of it so far, by which
    returns (`backs`, with `settled_at`). `cancelled` are the entries that ended what was promised, which is
    in `asked` too: nobody takes that back again. `is_only`: no other shop told an order of that number.
    """

    activity: Activity
    order: Order
    is_only: bool = True
    effects: list[Effect] = field(default_factory=list)
    later: list[Effect] = field(default_factory=list)
    things: list[Effect] = field(default_factory=list)
    sent: dict[int, Activity] = field(default_factory=dict)
    asked: dict[int, int] = field(default_factory=dict)
    returned: Counter[str] = field(default_factory=Counter)
    backs: list[Activity] = field(default_factory=list)
    cancelled: dict[int, Entry] = field(default_factory=dict)

    @property
    def held(self) -> dict[int, tuple[bool, ...]]:
        """How each test of each rule version went when the order was placed."""
        return {
            trace["rule"]: tuple(test[3] for test in trace["tests"])
            for trace in self.activity.evaluation.trace
        }

    def act_of(self, effect: Effect) -> Activity:
        """What brought an effect: the order itself, or that it went out."""
        return self.sent.get(effect.activity_id, self.activity)

    def place_of(self, effect: Effect) -> int:
        """The place of what takes an effect back: its own, and behind all of those for what went out, parcel
        by parcel."""
        if effect.activity_id not in self.sent:
            return effect.place
        return effect.place + MOST_EFFECTS * (1 + sorted(self.sent).index(effect.activity_id))

    def take_in(self, payload: Mapping[str, Any]) -> None:
        """Count what a return brings back; never more than was ordered."""
        ordered = self.order.quantities
        for line_id, quantity in pieces(payload, ordered).items():
            self.returned[line_id] = min(self.returned[line_id] + quantity, ordered[line_id])


def pieces(payload: Mapping[str, Any], ordered: Mapping[str, int]) -> dict[str, int]:
    """How many pieces of which line a return names; no lines means the whole order."""
    named: Counter[str] = Counter()
    for line in payload.get("lines") or ():
        named[line["line_id"]] += int(line["quantity"])
    return dict(named) if named else dict(ordered)


def placed(numbers: Collection[Number]) -> dict[Number, dict[str, Activity]]:
    """The orders under these numbers that were evaluated, by who told them; the first told, should one
    source have told two."""
    found = (
        Activity.objects.filter(
            member_id__in={member_id for member_id, _ in numbers},
            kind__in=ORDERS,
            status=Status.ACCEPTED,
            evaluation__isnull=False,
            payload__order_id__in=list({order_id for _, order_id in numbers}),
        )
        .select_related("evaluation")
        .order_by("-pk")
    )
    orders: dict[Number, dict[str, Activity]] = defaultdict(dict)
    for row in found:
        orders[_number(row)][row.source] = row
    return orders


def shop_of(said: Told | Activity, shops: Collection[str]) -> str | None:
    """Whose order a return speaks of, among those who told one of its number; None: nobody's (yet), or
    several are as likely."""
    return returned.shop_of(said.source, said.payload.get("order_source"), shops)


def _number(row: Activity) -> Number:
    return row.member_id or 0, str(row.payload["order_id"])


def _key_of(row: Activity, shops: Mapping[Number, Collection[str]]) -> Key | None:
    """Which order a stored return speaks of, when these shops told those of its number."""
    number = _number(row)
    shop = shop_of(row, shops.get(number, ()))
    return None if shop is None else (number[0], shop, number[1])


def sales_of(keys: Collection[Key]) -> dict[Key, Sale]:
    """The evaluated sales under these keys, in eight queries at most however many they are."""
    orders = placed({(member_id, order_id) for member_id, _, order_id in keys})
    sales = {
        (member_id, shop, order_id): Sale(
            row, read_order(row.payload, _rate_of(row)), is_only=len(told) == 1
        )
        for (member_id, order_id), told in orders.items()
        for shop, row in told.items()
        if (member_id, shop, order_id) in keys
    }
    for sale, row in _told_of(sales, orders, {FULFILLED}):
        sale.sent[row.pk] = row
    by_activity = {sale.activity.pk: sale for sale in sales.values()}
    by_activity |= {pk: sale for sale in sales.values() for pk in sale.sent}
    effects = Effect.objects.filter(activity__in=by_activity, kind__in=["points", *THINGS])
    effects = effects.exclude(state=Effect.State.CANCELLED)
    for effect in effects.select_related("rule_version__campaign", "entry__unit", "entry__credit"):
        sale = by_activity[effect.activity_id]
        points = sale.later if effect.activity_id in sale.sent else sale.effects
        (points if effect.kind == "points" else sale.things).append(effect)
    asked = Effect.objects.filter(reverses__activity__in=by_activity).values_list(
        "reverses__activity", "reverses"
    )
    for activity_id, effect_id, amount in asked.annotate(sum=Sum("amount")):
        by_activity[activity_id].asked[effect_id] = -(amount or 0)
    _read_cancelled(sales.values())
    merged = MergedBonus.objects.filter(effect__activity__in=by_activity, given_again_at=None)
    for activity_id, effect_id, amount in merged.values_list(
        "effect__activity", "effect", "amount"
    ):
        asked_of = by_activity[activity_id].asked
        asked_of[effect_id] = asked_of.get(effect_id, 0) + amount
    _read_backs(sales, orders)
    return sales


def _read_backs(sales: Mapping[Key, Sale], orders: Mapping[Number, Mapping[str, Activity]]) -> None:
    """What has come back of these so far."""
    for sale, row in _told_of(sales, orders, RETURNS):
        sale.take_in(row.payload)
        sale.backs.append(row)


def _key_then(row: Activity, orders: Mapping[Number, Mapping[str, Activity]]) -> Key | None:
    """Which order something speaks of that counts already."""
    number, named = _number(row), row.payload.get("order_source")
    since = {shop: placed.received_at for shop, placed in orders.get(number, {}).items()}
    shop = returned.shop_then(row.source, named, since, row.received_at)
    return None if shop is None else (number[0], shop, number[1])


def _told_of(
    sales: Mapping[Key, Sale],
    orders: Mapping[Number, Mapping[str, Activity]],
    kinds: Collection[str],
) -> Iterator[tuple[Sale, Activity]]:
    """What of these kinds was told of the sales and counts, as it was told; with `settled_at`."""
    told = Activity.objects.filter(
        member_id__in={member_id for member_id, *_ in sales},
        kind__in=kinds,
        status=Status.ACCEPTED,
        evaluation__isnull=False,
        payload__order_id__in=[order_id for *_, order_id in sales],
    )
    told = told.select_related("member", "evaluation").order_by("pk")
    for row in told.annotate(settled_at=F("evaluation__evaluated_at")):
        key = _key_then(row, orders)
        if key is not None and key in sales:
            yield sales[key], row


def _read_cancelled(sales: Iterable[Sale]) -> None:
    """What these had promised and was cancelled."""
    promised = {
        effect.pk: sale
        for sale in sales
        for effect in (*sale.effects, *sale.later)
        if effect.state == Effect.State.PENDING
    }
    for effect_id, entry in cancelled(promised).items():
        sale = promised[effect_id]
        sale.cancelled[effect_id] = entry
        sale.asked[effect_id] = sale.asked.get(effect_id, 0) + entry.amount


def cancelled(effects: Collection[int]) -> dict[int, Entry]:
    """The entries that cancelled what these effects promised, by effect. Budgets, funds and limits have had
    it back with them."""
    if not effects:
        return {}
    rows = Entry.objects.filter(effect__kind="cancellation", reverses__effect__in=effects)
    return {row.promise: row for row in rows.annotate(promise=F("reverses__effect"))}


def _rate_of(row: Activity) -> Rate | None:
    """The rate that the sale was evaluated with."""
    factor = row.evaluation.rate
    return None if factor is None else Rate(settings.PROGRAMME_CURRENCY, factor)


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
        activity__kind__in=ORDERS | {FULFILLED},
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


def waiting_for(keys: Collection[Key]) -> list[tuple[Activity, Key]]:
    """What was told of orders before they were known, which have come now, each with the order it
    speaks of; oldest first. What a person is looking at waits for them."""
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
    for number, told in placed({_number(row) for row in parked}).items():
        shops[number].update(told)
    for member_id, shop, order_id in keys:
        shops[member_id, order_id].add(shop)
    spoken = ((row, _key_of(row, shops)) for row in parked)
    return [(row, key) for row, key in spoken if key is not None and key in keys]


@transaction.atomic
def settle_late(hold_id: int, *, actor: Actor) -> None:
    """Give back what a hold paid for an order of which something had come back when it was captured."""
    hold = Hold.objects.select_related("member").get(pk=hold_id)
    people.lock_people([hold.member.ref])
    # While we waited, a merge may have handed it over, and the order with it.
    hold = Hold.objects.select_related("member").get(pk=hold_id)
    number = hold.member_id, hold.reference
    shops = placed({number}).get(number, {})
    sales = sales_of({(number[0], shop, number[1]) for shop in shops})
    shares = {
        shop: returns.share_returned(sale.order, returns.left_of(sale.order, sale.returned))
        for (_member, shop, _order), sale in sales.items()
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
