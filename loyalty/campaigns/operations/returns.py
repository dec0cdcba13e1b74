"""Orders that come back: what they brought is taken back, what they were paid with is given back."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from django.conf import settings
from django.db.models import Sum
from django.utils.translation import gettext as _

from loyalty.campaigns.domain import returns
from loyalty.campaigns.domain.evaluate import window_of
from loyalty.campaigns.domain.orders import Order, Rate, read_order
from loyalty.campaigns.domain.returns import Paid
from loyalty.campaigns.domain.told import Told
from loyalty.campaigns.models import Campaign, Effect, MergedBonus, Waiting
from loyalty.campaigns.operations.people import Company, Person
from loyalty.campaigns.operations.rulebook import Rulebook
from loyalty.campaigns.operations.schemas import ORDERS
from loyalty.campaigns.operations.storing import NewEffect
from loyalty.rewards.operations import order_returns
from members.domain.actors import Actor
from members.models import Activity, Entry, Hold, OpenLot
from members.operations import corrections
from members.shipped import RETURNS

Status = Activity.Status
#: Which order, of whom.
Key = tuple[int, str]


@dataclass(slots=True)
class Sale:
    """An order that was placed: what it brought, and what has come back of it so far."""

    activity: Activity
    order: Order
    effects: list[Effect] = field(default_factory=list)
    asked: dict[int, int] = field(default_factory=dict)
    returned: Counter[str] = field(default_factory=Counter)

    @property
    def held(self) -> dict[int, tuple[bool, ...]]:
        """How each test of each rule version went when the order was placed."""
        return {
            trace["rule"]: tuple(test[3] for test in trace["tests"])
            for trace in self.activity.evaluation.trace
        }

    def take_in(self, payload: Mapping[str, Any]) -> None:
        """Count what a return brings back; never more than was ordered."""
        ordered: Counter[str] = Counter()
        for line in self.order.lines:
            ordered[line.line_id] += line.quantity
        for line_id, quantity in pieces(payload, ordered).items():
            self.returned[line_id] = min(self.returned[line_id] + quantity, ordered[line_id])


def pieces(payload: Mapping[str, Any], ordered: Mapping[str, int]) -> dict[str, int]:
    """How many pieces of which line a return names; no lines means the whole order."""
    named: Counter[str] = Counter()
    for line in payload.get("lines") or ():
        named[line["line_id"]] += int(line["quantity"])
    return dict(named) if named else dict(ordered)


def placed(keys: Collection[Key]) -> dict[Key, Activity]:
    """The orders under these keys that were evaluated; the first told, should there be two."""
    found = (
        Activity.objects.filter(
            member_id__in={member_id for member_id, _ in keys},
            kind__in=ORDERS,
            status=Status.ACCEPTED,
            evaluation__isnull=False,
            payload__order_id__in=list({order_id for _, order_id in keys}),
        )
        .select_related("evaluation")
        .order_by("-pk")
    )
    return {(row.member_id or 0, str(row.payload["order_id"])): row for row in found}


def sales_of(keys: Collection[Key]) -> dict[Key, Sale]:
    """The evaluated sales under these keys, in six queries however many they are."""
    sales = {
        key: Sale(row, read_order(row.payload, _rate_of(row)))
        for key, row in placed(keys).items()
        if key in keys
    }
    by_activity = {sale.activity.pk: sale for sale in sales.values()}
    effects = Effect.objects.filter(activity__in=by_activity, kind="points")
    for effect in effects.select_related("rule_version__campaign", "entry__unit", "entry__credit"):
        by_activity[effect.activity_id].effects.append(effect)
    asked = Effect.objects.filter(reverses__activity__in=by_activity).values_list(
        "reverses__activity", "reverses"
    )
    for activity_id, effect_id, amount in asked.annotate(sum=Sum("amount")):
        by_activity[activity_id].asked[effect_id] = -amount
    merged = MergedBonus.objects.filter(effect__activity__in=by_activity, given_again_at=None)
    for activity_id, effect_id, amount in merged.values_list(
        "effect__activity", "effect", "amount"
    ):
        asked_of = by_activity[activity_id].asked
        asked_of[effect_id] = asked_of.get(effect_id, 0) + amount
    earlier = Activity.objects.filter(
        member_id__in={member_id for member_id, _ in sales},
        kind__in=RETURNS,
        status=Status.ACCEPTED,
        evaluation__isnull=False,
        payload__order_id__in=[order_id for _, order_id in sales],
    )
    for row in earlier.order_by("pk"):
        sale = sales.get((row.member_id or 0, str(row.payload["order_id"])))
        if sale is not None:
            sale.take_in(row.payload)
    return sales


def _rate_of(row: Activity) -> Rate | None:
    """The rate that the sale was evaluated with."""
    factor = row.evaluation.rate
    return None if factor is None else Rate(settings.PROGRAMME_CURRENCY, factor)


def budgets_drawn(tolds: Iterable[Told]) -> set[int]:
    """The campaigns with a budget that paid for the orders that these returns take back."""
    told = [told for told in tolds if told.kind in RETURNS]
    if not told:
        return set()
    paid = Effect.objects.filter(
        activity__kind__in=ORDERS,
        activity__member__ref__in={one.ref for one in told},
        activity__payload__order_id__in=list({one.order_id for one in told}),
        campaign__budget_units__isnull=False,
    )
    return set(paid.values_list("campaign_id", flat=True).distinct())


def fault_of(told: Told, payload: Mapping[str, Any]) -> str:
    """Why a return cannot be of the order in `payload`; empty when it can."""
    known = {line["line_id"] for line in payload["lines"]}
    unknown = [
        line["line_id"] for line in told.payload.get("lines") or () if line["line_id"] not in known
    ]
    return f"The order has no line {unknown[0]!r}."[:200] if unknown else ""


@dataclass(slots=True)
class Reckoning:
    """Takes back, for one return, what its sale brought."""

    book: Rulebook
    company: Company
    actor: Actor
    activity_id: int
    told: Told
    person: Person
    sale: Sale

    def settle(self) -> list[NewEffect]:
        """Post the reversals and what is given back; answers the effects, not yet written."""
        self.sale.take_in(self.told.payload)
        left = returns.left_of(self.sale.order, self.sale.returned)
        share = returns.share_returned(self.sale.order, left)
        due = self._due(left, share)
        found = []
        for effect in self.sale.effects:
            given = effect.amount or 0
            keeps = due.get((effect.rule_version_id, effect.place), 0)
            ask = given - keeps - self.sale.asked.get(effect.pk, 0)
            if ask > 0:
                found.append(self._reverse(effect, ask, gone=not keeps))
        self._give_back(share)
        return found

    def _due(self, left: Order, share: Fraction) -> dict[tuple[int, int], int]:
        """What each effect would still give, by its campaign's policy."""
        given: dict[int, dict[int, int]] = defaultdict(dict)
        versions = {}
        for effect in self.sale.effects:
            versions[effect.rule_version_id] = effect.rule_version
            given[effect.rule_version_id][effect.place] = effect.amount or 0
        held = self.sale.held
        paid = [
            Paid(self.book.rule(version), held.get(pk, ()), given[pk])
            for pk, version in versions.items()
        ]
        by_share = [
            part
            for part in paid
            if versions[part.rule.version_id].campaign.returns == Campaign.Returns.SHARE
        ]
        facts = left.facts() | {
            "order.channel": self.sale.activity.payload.get("channel"),
            "order.store": self.sale.activity.payload.get("store"),
        }
        return returns.still_due(
            paid, left, facts, at=self.sale.activity.occurred_at
        ) | returns.due_by_share(by_share, share)

    def _reverse(self, effect: Effect, ask: int, *, gone: bool) -> NewEffect:
        entry, campaign = effect.entry, effect.rule_version.campaign
        assert entry is not None  # points have an entry
        why = _("%(campaign)s: order %(order)s came back, %(part)s of %(whole)s points with it") % {
            "campaign": campaign.name,
            "order": self.told.order_id,
            "part": ask,
            "whole": effect.amount,
        }
        entries = corrections.reverse(
            entry,
            amount=ask,
            asked_before=self.sale.asked.get(effect.pk, 0),
            key=f"a{self.activity_id}:back:{effect.pk}",
            reason=why[:300],
            actor=self.actor,
            cause=("activity", self.activity_id),
        )
        if not OpenLot.objects.filter(entry=entry).exists():
            Waiting.objects.filter(pk=effect.pk).delete()
        self._free(effect, ask, gone=gone)
        return NewEffect(
            activity_id=self.activity_id,
            rule_version=effect.rule_version,
            place=effect.place,
            kind="reversal",
            unit_code=effect.unit_code,
            amount=-ask,
            state=Effect.State.ACTIVE,
            why=why[:300],
            entry_id=entries[0].pk if entries else None,
            reverses_id=effect.pk,
        )

    def _free(self, effect: Effect, ask: int, *, gone: bool) -> None:
        """Give back to the limit of the window the sale fell into, and to the budget."""
        campaign_id = effect.rule_version.campaign_id
        rule = self.book.rule(effect.rule_version)
        if rule.limit is not None:
            day = self.person.day(self.sale.activity.occurred_at)
            used = self.person.uses.of(rule, window_of(rule.limit.per, day))
            first = effect.place == min(
                other.place
                for other in self.sale.effects
                if other.rule_version_id == effect.rule_version_id
            )
            used[0] = max(used[0] - (1 if gone and first else 0), 0)
            used[1] = max(used[1] - ask, 0)
        if campaign_id in self.company.budgets:
            left = self.company.budgets[campaign_id] - ask
            self.company.budgets[campaign_id] = max(left, 0)

    def _give_back(self, share: Fraction) -> None:
        """Restore, in proportion, the points that the order was paid with; with its last part, those
        of the rewards it used. What was captured for no order in particular belongs to none."""
        if not self.told.order_id:
            return
        captured = Hold.objects.filter(
            member=self.person.member,
            reference=self.told.order_id,
            state=Hold.State.CAPTURED,
        )
        for hold in captured.select_related("entry").order_by("pk"):
            spent = (
                Entry.objects.filter(parent=hold.entry, kind=Entry.Kind.REDEMPTION)
                .select_related("parent__debit__member", "parent__debit__unit", "debit")
                .get()
            )
            restored = Entry.objects.filter(reverses=spent).aggregate(sum=Sum("amount"))["sum"] or 0
            back = int(hold.captured * share + Fraction(1, 2)) - restored
            if back > 0:
                corrections.restore(
                    spent,
                    amount=back,
                    key=f"a{self.activity_id}:paid:{hold.pk}",
                    reason=_("Order %(order)s came back: what you paid in points")
                    % {"order": self.told.order_id},
                    actor=self.actor,
                    cause=("activity", self.activity_id),
                )
        if share == 1:
            order_returns.give_back(
                self.person.member,
                order_id=self.told.order_id,
                actor=self.actor,
                cause=("activity", self.activity_id),
            )


def waiting_for(keys: Sequence[Key]) -> list[Activity]:
    """The returns that were told before their orders, which have come now; oldest first."""
    if not keys:
        return []
    parked = (
        Activity.objects.filter(
            member_id__in={member_id for member_id, _ in keys},
            kind__in=RETURNS,
            status=Status.PARKED,
            payload__order_id__in=list({order_id for _, order_id in keys}),
        )
        .select_related("member")
        .order_by("occurred_at", "pk")
    )
    wanted = set(keys)
    return [row for row in parked if (row.member_id, str(row.payload["order_id"])) in wanted]
