"""What the rules say about one activity: pure, in memory, with a trace.

Rules are asked in order of priority, then age. First every rule earns, then multipliers add to what
was earned per money. Limits, budgets and the purses of those who pay cut what is due; the trace names
the one that cut.
`docs/algorithms/evaluation.md` has a worked example.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from loyalty.audiences.domain.predicate import Seen, compact, judge
from loyalty.audiences.domain.sentence import said, shown
from loyalty.campaigns.domain.codes import FIELD
from loyalty.campaigns.domain.effects import Earn, Multiply
from loyalty.campaigns.domain.given import Given, Supply, draw, fitting, on_turn
from loyalty.campaigns.domain.orders import Order
from loyalty.campaigns.domain.rules import Limit, Rule
from loyalty.rewards.domain.funds import Purse
from members.domain.money import exponent

#: So many facts may lead to one another: a badge to a tier, the tier to points, the points to a badge.
LONGEST_CHAIN = 5


@dataclass(frozen=True, slots=True)
class Trace:
    """What one rule saw, whether it applied, and in words why not."""

    rule: Rule
    passed: bool
    seen: tuple[Seen, ...]
    why: str = ""

    def compact(self) -> dict[str, Any]:
        """The trace as it is stored."""
        return {
            "rule": self.rule.version_id,
            "campaign": self.rule.campaign,
            "passed": self.passed,
            "tests": [[s.test.field.name, s.test.op, compact(s.value), s.held] for s in self.seen],
            "why": self.why,
        }


@dataclass(slots=True)
class Uses:
    """What limits and budgets have used up so far, the purses that funded rules draw on (by fund), what
    there is to give, and what of which unit the member could spend; changes as the evaluation gives."""

    limits: dict[tuple[int, str], list[int]] = field(default_factory=dict)
    budgets: dict[int, int] = field(default_factory=dict)
    purses: dict[int, Purse] = field(default_factory=dict)
    supply: Supply = field(default_factory=Supply)
    wallets: dict[str, int] = field(default_factory=dict)

    def of(self, rule: Rule, window: str) -> list[int]:
        """[times, units] of this member in this window."""
        return self.limits.setdefault((rule.campaign_id, window), [0, 0])


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything the rules said about an activity."""

    given: tuple[Given, ...]
    traces: tuple[Trace, ...]


def window_of(limit: Limit, at: datetime, day: date) -> str:
    """The name of the limit's window that an instant, in its local date, falls into. Hours are those of UTC,
    for a local one may come twice."""
    year, week, _ = day.isocalendar()
    return {
        "hour": f"{at.astimezone(UTC):%Y%m%dT%H}",
        "day": day.isoformat(),
        "week": f"{year}-W{week:02}",
        "month": f"{day:%Y-%m}",
        "year": f"{day:%Y}",
        "life": "life",
    }[limit.per]


def evaluate(
    rules: Iterable[Rule],
    *,
    facts: Mapping[str, Any],
    order: Order | None,
    at: datetime,
    day: date,
    uses: Uses,
) -> Outcome:
    """Ask every rule about one activity that happened at `at` (local date `day`).

    `uses` is changed to include what is given, so that the next activity of the same batch sees it.
    """
    given: list[Given] = []
    traces: list[Trace] = []
    per_money: list[tuple[Earn, int]] = []
    for rule in sorted(rules, key=turn):
        passed, seen = judge(rule.condition, facts)
        if not passed:
            traces.append(Trace(rule, False, tuple(seen), _missed(seen)))
            continue
        window = window_of(rule.limit, at, day) if rule.limit else ""
        due, not_now = on_turn(due_of(rule, order, at, per_money), facts)
        due, lacking = fitting(due, uses.supply, uses.wallets)
        cut, why = _within(rule, due, window, uses)
        draw(cut, uses.supply, uses.wallets)
        if not why:
            why = lacking or not_now or ("" if cut else "there was nothing to earn on")
        given += cut
        per_money += [
            (effect, item.amount or 0)
            for item in cut
            if isinstance(effect := rule.effects[item.place], Earn)
            and effect.per
            and not effect.wait
        ]
        traces.append(Trace(rule, bool(cut), tuple(seen), why))
    return Outcome(tuple(given), tuple(traces))


def stopped(rules: Iterable[Rule]) -> Outcome:
    """Nothing, for what follows from too long a chain of facts: so rules that set one another off end."""
    why = f"It follows from {LONGEST_CHAIN} facts that led to one another; rules stop there"
    return Outcome((), tuple(Trace(rule, False, (), why) for rule in sorted(rules, key=turn)))


def turn(rule: Rule) -> tuple[bool, int, int]:
    """Multipliers after everything that earns, then by priority, then by age."""
    multiplies = any(isinstance(effect, Multiply) for effect in rule.effects)
    return multiplies, rule.priority, rule.version_id


def _missed(seen: list[Seen]) -> str:
    failed = [
        # A code that was not entered stays a secret.
        "another code"
        if s.test.field.name == FIELD
        else f"{said(s.test)} (it was {shown(s.value)})"
        for s in seen
        if not s.held
    ]
    return "Needed: " + "; ".join(failed) if failed else "The conditions were not met"


def due_of(
    rule: Rule, order: Order | None, at: datetime, per_money: list[tuple[Earn, int]]
) -> list[Given]:
    """What the rule would give if nothing limited it."""
    found: list[Given] = []
    for place, effect in enumerate(rule.effects):
        if not isinstance(effect, Earn | Multiply):
            found.append(Given(rule, place, **effect.promised(rule.title, at)))
        else:
            amount, why = (
                _earned(effect, order)
                if isinstance(effect, Earn)
                else _multiplied(effect, order, per_money)
            )
            if amount:
                wait = effect.wait if isinstance(effect, Earn) else None
                found.append(
                    Given(
                        rule,
                        place,
                        "points",
                        f"{rule.title}: {why}",
                        effect.unit,
                        amount,
                        wait=wait,
                    )
                )
    return found


def _earned(effect: Earn, order: Order | None) -> tuple[int, str]:
    if effect.amount is not None:
        return effect.amount, f"{effect.amount} for doing it"
    if order is None or effect.per is None:
        return 0, ""
    worth = order.worth_of(effect.categories)
    paid = f"{worth:.{exponent(order.money)}f} {order.money}"
    if order.rate is not None:
        paid += f" ({order.currency} at {order.rate.factor.normalize():f})"
    return _per(effect, worth), f"{effect.points} for each whole {effect.per} of {paid}"


def _per(earn: Earn, worth: Decimal) -> int:
    """The points for each whole `per` of an amount, rounded down once."""
    return earn.points * int(worth // Decimal(earn.per or 1))


def _multiplied(
    effect: Multiply, order: Order | None, per_money: list[tuple[Earn, int]]
) -> tuple[int, str]:
    if order is None:
        return 0, ""
    extra = 0
    for earn, amount in per_money:
        if earn.unit != effect.unit or earn.per is None:
            continue
        if effect.categories:
            amount = _per(earn, order.worth_of(effect.categories))
        extra += int(amount * (effect.factor - 1))
    return extra, f"{shown(effect.factor)} times the points"


def _within(rule: Rule, due: list[Given], window: str, uses: Uses) -> tuple[list[Given], str]:
    """What of `due` the member's limit and the budget allow, and what cut it."""
    if not due:
        return due, ""
    wanted = sum(item.amount or 0 for item in due if item.kind == "points")
    if rule.limit is not None and rule.limit.times is not None:
        times = uses.of(rule, window)[0]
        if times >= rule.limit.times:
            return [], f"The limit of {rule.limit.times} {_span(rule.limit)} has been reached"
    allowed, why = _allowed(rule, wanted, window, uses)
    if allowed < wanted:
        if not rule.pays_partly or allowed <= 0:
            return [], why
        due = _shrunk(due, allowed)
    if rule.limit is not None:
        used = uses.of(rule, window)
        used[0] += 1
        used[1] += allowed
    if rule.budget is not None:
        uses.budgets[rule.campaign_id] = uses.budgets.get(rule.campaign_id, 0) + allowed
    if rule.fund is not None:
        purse = uses.purses[rule.fund]
        purse.take(allowed)
        due = [_paid_by(purse.payer, item) for item in due]
    return due, why


def _allowed(rule: Rule, wanted: int, window: str, uses: Uses) -> tuple[int, str]:
    """How many of the `wanted` points limit, budget and fund leave; in words, what leaves the least."""
    allowed, why = wanted, ""
    if rule.limit is not None and rule.limit.units is not None:
        left = rule.limit.units - uses.of(rule, window)[1]
        if left < allowed:
            allowed = left
            why = f"The limit of {rule.limit.units} {_span(rule.limit)} leaves {left}"
    if rule.budget is not None:
        left = rule.budget - uses.budgets.get(rule.campaign_id, 0)
        if left < allowed:
            allowed, why = left, f"The campaign's budget has {left} left, {wanted} were due"
    if rule.fund is not None:
        left, missing = uses.purses[rule.fund].cut(wanted)
        if left < allowed:
            allowed, why = left, missing
    return allowed, why


def _span(limit: Limit) -> str:
    return "ever" if limit.per == "life" else f"per {limit.per}"


def _paid_by(payer: str, item: Given) -> Given:
    """Points that say who pays for them."""
    return replace(item, why=f"{item.why}, paid by {payer}") if item.kind == "points" else item


def _shrunk(due: list[Given], allowed: int) -> list[Given]:
    """The effects in order, until the allowed units are used up."""
    kept: list[Given] = []
    for item in due:
        if item.kind == "points":
            amount = min(item.amount or 0, allowed)
            allowed -= amount
            if amount:
                kept.append(replace(item, amount=amount))
        else:
            kept.append(item)
    return kept
