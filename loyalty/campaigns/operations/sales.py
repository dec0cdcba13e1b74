"""Orders that were placed, with what they brought and what has come back of them so far."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db.models import F, Sum

from loyalty.campaigns.domain import order_states
from loyalty.campaigns.domain.order_states import FULFILLED
from loyalty.campaigns.domain.orders import Order, Rate, read_order
from loyalty.campaigns.domain.told import Told
from loyalty.campaigns.models import Effect, MergedBonus
from loyalty.campaigns.operations.order_facts import Key, Number
from loyalty.campaigns.operations.schemas import ORDERS
from members.domain import returned
from members.models import Activity, Entry
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
    What other acts about the order promised is in `later` as well when a return is to end it, and `ended_by`
    says which kind of one, by effect.
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
    ended_by: dict[int, str] = field(default_factory=dict)
    acts: dict[int, Activity] = field(default_factory=dict)

    @property
    def is_back(self) -> bool:
        """Whether nothing is left of it."""
        return self.returned == Counter(self.order.quantities)

    @property
    def held(self) -> dict[int, tuple[bool, ...]]:
        """How each test of each rule version went when the order was placed."""
        return {
            trace["rule"]: tuple(test[3] for test in trace["tests"])
            for trace in self.activity.evaluation.trace
        }

    def act_of(self, effect: Effect) -> Activity:
        """What brought an effect: the order itself, that it went out, or another act about it."""
        own = self.sent.get(effect.activity_id, self.activity)
        return self.acts.get(effect.activity_id, own)

    def take_in(self, payload: Mapping[str, Any]) -> None:
        """Count what a return brings back; never more than was ordered."""
        ordered = self.order.quantities
        for line_id, quantity in pieces(payload, ordered).items():
            self.returned[line_id] = min(self.returned[line_id] + quantity, ordered[line_id])


def pieces(payload: Mapping[str, Any], ordered: Mapping[str, int]) -> dict[str, int]:
    """How many pieces of which line a return names; no lines means the whole order."""
    return dict(order_states.pieces(payload) or ordered)


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
        orders[number_of(row)][row.source] = row
    return orders


def shop_of(said: Told | Activity, shops: Collection[str]) -> str | None:
    """Whose order a return speaks of, among those who told one of its number; None: nobody's (yet), or
    several are as likely."""
    return returned.shop_of(said.source, said.payload.get("order_source"), shops)


def known_to(said: Told | Activity, known: Collection[str], coming: Sequence[str]) -> set[str]:
    """Among whose orders of its number a return finds its own."""
    return returned.known_to(said.source, said.payload.get("order_source"), known, coming)


def number_of(row: Activity) -> Number:
    """Under which number, and whose, is the order that a row speaks of."""
    return row.member_id or 0, str(row.payload["order_id"])


def sales_of(keys: Collection[Key], *, ending: Collection[str] = ()) -> dict[Key, Sale]:
    """The evaluated sales under these keys, in eight queries at most however many they are; with one more for
    what other acts promised until a return of these kinds is told."""
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
    effects = effects.exclude(state=Effect.State.CANCELLED).order_by("pk")
    for effect in effects.select_related("rule_version__campaign", "entry__unit", "entry__credit"):
        sale = by_activity[effect.activity_id]
        points = sale.later if effect.activity_id in sale.sent else sale.effects
        (points if effect.kind == "points" else sale.things).append(effect)
    for sale, effect in _promised(sales, orders, ending):
        sale.later.append(effect)
        sale.acts[effect.activity_id] = effect.activity
        by_activity[effect.activity_id] = sale
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


def _promised(
    sales: Mapping[Key, Sale],
    orders: Mapping[Number, Mapping[str, Activity]],
    ending: Collection[str],
) -> Iterator[tuple[Sale, Effect]]:
    """What acts about these orders promised, besides the orders themselves, that returns of these kinds end,
    paid or not: then it does not matter whether that or the confirmation is told first."""
    if not ending:
        return
    about = Effect.objects.filter(
        kind="points",
        state=Effect.State.PENDING,
        activity__member_id__in={member_id for member_id, *_ in sales},
        activity__payload__order_id__in=[order_id for *_, order_id in sales],
    ).exclude(activity__kind__in=ORDERS | AFTER_ORDERS)
    related = "rule_version__campaign", "entry__unit", "entry__credit", "activity__evaluation"
    for effect in about.select_related(*related).order_by("pk"):
        kind = effect.rule_version.effects[effect.place]["pending"].get("cancelled_by")
        key = key_then(effect.activity, orders)
        if kind in ending and key is not None and key in sales:
            sales[key].ended_by[effect.pk] = kind
            yield sales[key], effect


def _read_backs(sales: Mapping[Key, Sale], orders: Mapping[Number, Mapping[str, Activity]]) -> None:
    """What has come back of these so far."""
    for sale, row in _told_of(sales, orders, RETURNS):
        sale.take_in(row.payload)
        sale.backs.append(row)


def key_then(row: Activity, orders: Mapping[Number, Mapping[str, Activity]]) -> Key | None:
    """Which of these orders something speaks of that counts already; None: of none, or it does not say."""
    number, named = number_of(row), row.payload.get("order_source")
    since = {
        shop: (placed.received_at, placed.pk) for shop, placed in orders.get(number, {}).items()
    }
    shop = returned.shop_then(row.source, named, since, (row.received_at, row.pk))
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
        key = key_then(row, orders)
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
