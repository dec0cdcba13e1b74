"""What was told of orders so far, read at once for a whole batch: which are known, and how far each is."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from loyalty.campaigns.domain.order_states import FULFILLED, Course, Fact, pieces
from loyalty.campaigns.domain.orders import read_order
from loyalty.campaigns.domain.returns import left_of
from loyalty.campaigns.domain.told import Told
from loyalty.campaigns.models import Waiting
from loyalty.campaigns.operations.rates import worths_of
from loyalty.campaigns.operations.schemas import ORDERS
from members.domain import returned
from members.domain.returned import Turn
from members.models import Activity, Member
from members.shipped import AFTER_ORDERS

Status = Activity.Status
#: All orders of one member under one number; two shops may have given the same.
Number = tuple[int, str]
#: Which order: whose, told by which source, under which number.
Key = tuple[int, str, str]

_COLUMNS = (
    "pk",
    "member_id",
    "source",
    "external_id",
    "kind",
    "status",
    "occurred_at",
    "received_at",
    "payload",
    "worth",
    "evaluation",
)


@dataclass(frozen=True, slots=True)
class Row:
    """One stored telling about an order."""

    pk: int
    number: Number
    key: tuple[str, str]
    kind: str
    status: str
    at: datetime
    told_at: datetime
    payload: Mapping[str, Any]
    is_evaluated: bool
    worth: int | None

    def shop(self, shops: Collection[str]) -> str | None:
        """Whose order of its number it speaks of, when these told one."""
        return returned.shop_of(self.key[0], self.payload.get("order_source"), shops)

    @property
    def turn(self) -> Turn:
        """When it was told."""
        return self.told_at, self.pk

    def shop_then(self, shops: Mapping[str, Turn]) -> str | None:
        """The same of what counts already, when these told one since when."""
        return returned.shop_then(self.key[0], self.payload.get("order_source"), shops, self.turn)

    def as_fact(self) -> Fact:
        """As the order's course counts it."""
        return Fact.told(self.kind, self.at, self.payload)


@dataclass(slots=True)
class Orders:
    """The orders under some numbers. `known` are those that returns may speak of, by who told them, with
    what was ordered; `placed` says under which id each was told first, `declined` whose never counts. What
    `fresh` ones are worth is reckoned when it is asked."""

    rows: dict[Number, list[Row]] = field(default_factory=lambda: defaultdict(list))
    known: dict[Number, dict[str, Mapping[str, Any]]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    placed: dict[Key, tuple[str, str]] = field(default_factory=dict)
    declined: dict[Number, set[str]] = field(default_factory=lambda: defaultdict(set))
    courses: dict[Key, Course] = field(default_factory=dict)
    worths: dict[Key, int | None] = field(default_factory=dict)
    fresh: dict[Key, Told] = field(default_factory=dict)

    def add(self, row: Row) -> None:
        """Something that was told before."""
        self.rows[row.number].append(row)
        if row.kind not in ORDERS:
            return
        (member_id, order_id), shop = row.number, row.key[0]
        if row.status == Status.DECLINED:
            self.declined[row.number].add(shop)
        elif row.status == Status.ACCEPTED:
            self.placed.setdefault((member_id, shop, order_id), row.key)
            if row.is_evaluated:
                self.known[row.number].setdefault(shop, row.payload)
                self.worths.setdefault((member_id, shop, order_id), row.worth)

    def place(self, number: Number, told: Told) -> None:
        """An order that is new, or was told and is known."""
        order = number[0], told.source, number[1]
        self.placed.setdefault(order, told.key)
        if told.source not in self.known[number]:
            self.known[number][told.source] = told.payload
            self.fresh[order] = told

    def left(self, order: Key) -> int | None:
        """What is left of a known order's worth, in proportion to its earning base, rounded down."""
        if order in self.fresh:
            told = self.fresh.pop(order)
            self.worths[order] = worths_of([told]).get(told.key)
        worth = self.worths.get(order)
        if not worth:
            return worth
        whole = read_order(self.known[order[0], order[2]][order[1]])
        left = left_of(whole, self.course(order).gone)
        return worth * left.base // whole.base if whole.base else worth

    def shops(self, number: Number) -> set[str]:
        """Whose orders of this number are known, or never count."""
        return {*self.known.get(number, ()), *self.declined.get(number, ())}

    def shop_of(self, row: Row) -> str | None:
        """Whose order a telling speaks of, among those known now; of what counts, among those known then."""
        known = self.known.get(row.number, {})
        if row.status != Status.ACCEPTED:
            return row.shop(known)
        since = {
            each.key[0]: each.turn
            for each in reversed(self.rows.get(row.number, ()))
            if each.kind in ORDERS and each.status == Status.ACCEPTED and each.key[0] in known
        }
        return row.shop_then(since) if since else row.shop(known)

    def course(self, order: Key) -> Course:
        """How far a known order is, by what counts; what is told from now on is taken into the same one."""
        if order not in self.courses:
            member_id, shop, order_id = order
            number = member_id, order_id
            course = Course(ordered(self.known[number][shop]))
            for row in self.rows.get(number, ()):
                counts = row.kind in AFTER_ORDERS and row.status == Status.ACCEPTED
                if counts and self.shop_of(row) == shop:
                    course.take(row.as_fact())
            self.courses[order] = course
        return self.courses[order]

    def out_at(self, pk: int, number: Number) -> datetime | None:
        """When the last of the order that this row speaks of went out; of no known one, when it says so."""
        row = next(row for row in self.rows[number] if row.pk == pk)
        shop = self.shop_of(row)
        return row.at if shop is None else self.course((number[0], shop, number[1])).out_at

    def is_awaited(self, number: Number) -> bool:
        """Whether something waits for an order of this number."""
        return any(
            row.kind in AFTER_ORDERS and row.status == Status.PARKED
            for row in self.rows.get(number, ())
        )

    def is_told(self, number: Number, key: tuple[str, str]) -> bool:
        """Whether something was told under this id before."""
        return any(row.key == key for row in self.rows.get(number, ()))


def ordered(payload: Mapping[str, Any]) -> dict[str, int]:
    """How many pieces of which line an order has."""
    return dict(pieces(payload))


def read(numbers: Collection[Number], *, besides: Collection[int] = ()) -> Orders:
    """Everything told under these numbers, but for the activities `besides`; one query, or none. An order is
    known once it was evaluated."""
    found = Orders()
    if not numbers:
        return found
    told = Activity.objects.filter(
        member_id__in={member_id for member_id, _ in numbers},
        kind__in=[*ORDERS, *AFTER_ORDERS],
        payload__order_id__in=list({order_id for _, order_id in numbers}),
    )
    for pk, member_id, source, external_id, *rest in (
        told.exclude(pk__in=besides).order_by("pk").values_list(*_COLUMNS)
    ):
        kind, status, at, told_at, payload, worth, evaluation = rest
        number, key = (member_id or 0, str(payload["order_id"])), (source, external_id)
        is_evaluated = evaluation is not None
        found.add(Row(pk, number, key, kind, status, at, told_at, payload, is_evaluated, worth))
    return found


def awaited(numbers: Iterable[Number]) -> set[Number]:
    """Under which of these something else than an order waits until it has gone out; one query, or none."""
    asked = set(numbers)
    if not asked:
        return set()
    waiting = Waiting.objects.filter(
        member__in={member_id for member_id, _ in asked},
        key__in={order_id for _, order_id in asked},
        confirmed_by=FULFILLED,
    )
    return asked & set(waiting.values_list("member_id", "key"))


def key_of(placed: Activity) -> Key:
    """Which order an activity places."""
    return placed.member_id or 0, placed.source, str(placed.payload["order_id"])


def states(keys: Collection[Key]) -> dict[Key, str]:
    """How far those of these orders are that are known; one query, or none."""
    orders = read({(member_id, order_id) for member_id, _, order_id in keys})
    return {
        (member_id, shop, order_id): orders.course((member_id, shop, order_id)).state
        for member_id, shop, order_id in keys
        if shop in orders.known.get((member_id, order_id), ())
    }


@dataclass(frozen=True, slots=True)
class Standing:
    """An order as people read it: who told it, the row of its placing, its state, and what was told of it
    since, as it happened, also what does not count."""

    order_id: str
    source: str
    placed: Row
    state: str
    facts: list[Row]


def latest(member: Member, *, most: int) -> list[Standing]:
    """The last orders of a member, newest first; two queries."""
    placed = Activity.objects.filter(member=member, kind__in=ORDERS, status=Status.ACCEPTED)
    found = [(row.pk, key_of(row)) for row in placed.order_by("-occurred_at", "-pk")[:most]]
    orders = read({(key[0], key[2]) for _, key in found})
    standings = ((pk, _standing(orders, key)) for pk, key in found)
    return [each for pk, each in standings if each is not None and each.placed.pk == pk]


def of(activity: Activity) -> Standing | None:
    """The order that an activity places or speaks of; None when it is known to speak of none. A query."""
    if activity.kind not in ORDERS | AFTER_ORDERS or activity.member_id is None:
        return None
    number = activity.member_id, str(activity.payload["order_id"])
    orders = read({number})
    if activity.kind in ORDERS:
        return _standing(orders, key_of(activity))
    own = [row for row in orders.rows[number] if row.pk == activity.pk]
    shop = orders.shop_of(own[0]) if own else None
    return None if shop is None else _standing(orders, (number[0], shop, number[1]))


def _standing(orders: Orders, order: Key) -> Standing | None:
    member_id, shop, order_id = order
    rows = orders.rows.get((member_id, order_id), [])
    shops = orders.known.get((member_id, order_id), {})
    if shop not in shops:
        return None
    first = orders.placed[order]
    speaking = (
        row
        for row in rows
        if (row.key[0] if row.kind in ORDERS else orders.shop_of(row)) == shop and row.key != first
    )
    return Standing(
        order_id,
        shop,
        next(row for row in rows if row.key == first),
        orders.course(order).state,
        sorted(speaking, key=lambda row: (row.at, row.pk)),
    )
