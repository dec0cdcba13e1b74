"""What the rules say about one activity: pure, in memory, with a trace.

Rules are asked in order of priority, then age. First every rule earns, then multipliers add to what
was earned per money. Campaigns that stack give way to each other (`stacking`); limits, budgets and the
purses of those who pay cut what is due (`caps`); the trace names what stood in the way.
`docs/algorithms/evaluation.md` has a worked example.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from loyalty.audiences.domain.predicate import Seen, compact, judge
from loyalty.audiences.domain.sentence import said, shown
from loyalty.campaigns.domain import caps, stacking
from loyalty.campaigns.domain.caps import Cut, Uses, window_of
from loyalty.campaigns.domain.codes import FIELD
from loyalty.campaigns.domain.effects import Earn, Multiply
from loyalty.campaigns.domain.given import Given, done_before, draw, fitting, on_turn
from loyalty.campaigns.domain.holdout import is_held_out
from loyalty.campaigns.domain.orders import Order
from loyalty.campaigns.domain.rules import Rule
from members.domain.money import exponent
from members.domain.sentences import kept

#: So many facts may lead to one another: a badge to a tier, the tier to points, the points to a badge.
LONGEST_CHAIN = 5
#: How a sentence begins that names what was lacking.
NEEDED = "Needed: "
#: What a member reads who is held out: true, and no more than they need to know.
NOT_THIS_TIME = kept("It was not among your campaigns this time")


@dataclass(frozen=True, slots=True)
class Trace:
    """What one rule saw, whether it applied, and in words why not.

    `code` says what stood in the way: conditions, nothing (to earn on), lacking (there is none to give, or
    not this time), chain, group, category, holdout, or the cap that cut. `segments` are the segment budgets
    that what it gave counts in, `done` is what `given.done_before` said.
    """

    rule: Rule
    passed: bool
    seen: tuple[Seen, ...]
    why: str = ""
    code: str = ""
    cut: Cut | None = None
    segments: tuple[int, ...] = ()
    done: tuple[int, ...] = ()

    def compact(self) -> dict[str, Any]:
        """The trace as it is stored; what is not the case is left out."""
        told: dict[str, Any] = {
            "rule": self.rule.version_id,
            "campaign": self.rule.campaign,
            "passed": self.passed,
            "tests": [[s.test.key, s.test.op, compact(s.value), s.held] for s in self.seen],
            "why": self.why,
        }
        if self.code:
            told["code"] = self.code
        if self.cut is not None:
            told["cap"] = [self.cut.code, self.cut.left, self.cut.wanted]
        if self.segments:
            told["segments"] = list(self.segments)
        if self.done:
            told["done"] = list(self.done)
        return told


@dataclass(frozen=True, slots=True)
class Exposure:
    """That a rule with a holdout would have given the member something, and whether it did not have to
    because the member is held out."""

    rule: Rule
    is_held_out: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything the rules said about an activity."""

    given: tuple[Given, ...]
    traces: tuple[Trace, ...]
    exposures: tuple[Exposure, ...] = ()


@dataclass(frozen=True, slots=True)
class Gave:
    """What a rule gives, the cap that cut it, the segment budgets that it counts in, and in words why what
    else was due is not given just now."""

    given: list[Given]
    cut: Cut | None = None
    counted: tuple[int, ...] = ()
    lacking: str = ""


@dataclass(slots=True)
class Asking:
    """One walk through the rules that hold, in turn: each sees what those before it earned per money,
    and leaves less of limits, budgets and rewards to those behind it."""

    facts: Mapping[str, Any]
    order: Order | None
    at: datetime
    day: date
    uses: Uses
    belongs: Collection[int] = ()
    per_money: list[tuple[Earn, int]] = field(default_factory=list)

    def due(self, rule: Rule) -> tuple[list[Given], str]:
        """What the rule would give if nothing limited it, and why not the rest."""
        due, not_now = on_turn(due_of(rule, self.order, self.at, self.per_money), self.facts)
        due, lacking = fitting(due, self.uses.supply, self.uses.wallets)
        return due, lacking or not_now

    def give(self, rule: Rule) -> Gave:
        """What the rule gives within its caps; counted as gone."""
        due, lacking = self.due(rule)
        if not due:
            return Gave([], lacking=lacking)
        window = window_of(rule.limit, self.at, self.day) if rule.limit else ""
        cut = caps.tightest(rule, _wants(due), window, self.uses, self.belongs)
        if cut is not None:
            if not rule.pays_partly or cut.left <= 0:
                return Gave([], cut)
            due = _shrunk(due, cut.left)
        counted = caps.take(rule, _wants(due), window, self.uses, self.belongs)
        draw(due, self.uses.supply, self.uses.wallets)
        if rule.fund is not None:
            due = [_paid_by(self.uses.purses[rule.fund].payer, item) for item in due]
        self.per_money += [
            (effect, item.amount or 0)
            for item in due
            if isinstance(effect := rule.effects[item.place], Earn)
            and effect.per
            and not effect.wait
        ]
        return Gave(due, cut, counted, lacking)

    def trial(self, rules: Sequence[Rule]) -> dict[int, list[tuple[str, int]]]:
        """What these rules would give if they alone applied; nothing is used up."""
        scratch = self.uses.scratch()
        other = Asking(self.facts, self.order, self.at, self.day, scratch, self.belongs)
        found = ((rule, other.give(rule).given) for rule in rules)
        return {rule.version_id: _wants(given) for rule, given in found if given}


def evaluate(
    rules: Iterable[Rule],
    *,
    facts: Mapping[str, Any],
    order: Order | None,
    at: datetime,
    day: date,
    uses: Uses,
    member_id: int = 0,
    belongs: Collection[int] = (),
) -> Outcome:
    """Ask every rule about one activity that happened at `at` (local date `day`).

    `belongs` are the segments with a budget that the member belongs to. `uses` is changed to include
    what is given, so that the next activity of the same batch sees it.
    """
    asked = [(rule, *judge(rule.condition, facts)) for rule in sorted(rules, key=turn)]
    out = {
        rule.version_id
        for rule, *_ in asked
        if is_held_out(rule.campaign_id, member_id, rule.holdout)
    }
    asking = Asking(facts, order, at, day, uses, belongs)
    held = [rule for rule, passed, _ in asked if passed and rule.version_id not in out]
    lost = stacking.losers(held, asking.trial)
    given: list[Given] = []
    traces: list[Trace] = []
    exposures: list[Exposure] = []
    for rule, passed, seen in asked:
        if not passed:
            traces.append(Trace(rule, False, tuple(seen), in_words(seen), "conditions"))
            continue
        if rule.holdout and asking.due(rule)[0]:
            exposures.append(Exposure(rule, rule.version_id in out))
        if rule.version_id in out:
            traces.append(Trace(rule, False, tuple(seen), NOT_THIS_TIME, "holdout"))
        elif (beaten := lost.get(rule.version_id)) is not None:
            traces.append(Trace(rule, False, tuple(seen), beaten.why, beaten.code))
        else:
            gave = asking.give(rule)
            given += gave.given
            traces.append(replace(_traced(rule, seen, gave), done=done_before(rule, facts)))
    return Outcome(tuple(given), tuple(traces), tuple(exposures))


def _traced(rule: Rule, seen: list[Seen], gave: Gave) -> Trace:
    if (cut := gave.cut) is not None:
        return Trace(rule, bool(gave.given), tuple(seen), cut.why, cut.code, cut, gave.counted)
    if gave.given:
        return Trace(rule, True, tuple(seen), gave.lacking, segments=gave.counted)
    code = "lacking" if gave.lacking else "nothing"
    return Trace(
        rule, False, tuple(seen), gave.lacking or kept("there was nothing to earn on"), code
    )


def stopped(rules: Iterable[Rule]) -> Outcome:
    """Nothing, for what follows from too long a chain of facts: so rules that set one another off end."""
    why = kept("It follows from %(facts)s facts that led to one another; rules stop there") % {
        "facts": LONGEST_CHAIN
    }
    return Outcome(
        (), tuple(Trace(rule, False, (), why, "chain") for rule in sorted(rules, key=turn))
    )


def turn(rule: Rule) -> tuple[bool, int, int]:
    """Multipliers after everything that earns, then by priority, then by age."""
    multiplies = any(isinstance(effect, Multiply) for effect in rule.effects)
    return multiplies, rule.priority, rule.version_id


def in_words(seen: Iterable[Seen]) -> str:
    """What failed of these tests, with the values found, as members read it."""
    failed = [
        # A code that was not entered stays a secret.
        kept("another code")
        if s.test.field.name == FIELD
        else f"{said(s.test)} (it was {shown(s.value)})"
        for s in seen
        if not s.held
    ]
    return NEEDED + "; ".join(failed) if failed else kept("The conditions were not met")


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
        return effect.amount, kept("%(amount)s for doing it") % {"amount": effect.amount}
    if order is None or effect.per is None:
        return 0, ""
    worth = order.worth_of(effect.categories)
    paid = f"{worth:.{exponent(order.money)}f} {order.money}"
    if order.rate is not None:
        paid += f" ({order.currency} at {order.rate.factor.normalize():f})"
    return _per(effect, worth), kept("%(points)s for each whole %(per)s of %(paid)s") % {
        "points": effect.points,
        "per": effect.per,
        "paid": paid,
    }


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
    return extra, kept("%(factor)s times the points") % {"factor": shown(effect.factor)}


def _wants(due: Iterable[Given]) -> list[tuple[str, int]]:
    return [(item.unit, item.amount or 0) for item in due if item.kind == "points"]


def _paid_by(payer: str, item: Given) -> Given:
    """Points that say who pays for them."""
    return (
        replace(item, why=kept("%(why)s, paid by %(payer)s") % {"why": item.why, "payer": payer})
        if item.kind == "points"
        else item
    )


def _shrunk(due: list[Given], allowed: int) -> list[Given]:
    """The effects in order, until the allowed units are used up."""
    amounts = iter(caps.shrink([amount for _, amount in _wants(due)], allowed))
    kept = [replace(item, amount=next(amounts)) if item.kind == "points" else item for item in due]
    return [item for item in kept if item.kind != "points" or item.amount]
