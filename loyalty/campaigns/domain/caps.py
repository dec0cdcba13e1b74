"""How much of what is due a member's limit, the budgets and a fund leave: pure arithmetic.

Units are whole; money is an exact Decimal in minor units of the programme's currency, never rounded.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import ROUND_FLOOR, Decimal

from loyalty.campaigns.domain.given import Supply
from loyalty.campaigns.domain.rules import Limit, Rule, SegmentCap
from loyalty.rewards.domain.funds import Purse
from members.domain.sentences import kept

#: Points that are due, in order: the unit and how many.
Wants = Sequence[tuple[str, int]]


REACHED = {
    "hour": kept("The limit of %(times)s per hour has been reached"),
    "day": kept("The limit of %(times)s per day has been reached"),
    "week": kept("The limit of %(times)s per week has been reached"),
    "month": kept("The limit of %(times)s per month has been reached"),
    "year": kept("The limit of %(times)s per year has been reached"),
    "life": kept("The limit of %(times)s ever has been reached"),
}
LEAVES = {
    "hour": kept("The limit of %(most)s per hour leaves %(left)s"),
    "day": kept("The limit of %(most)s per day leaves %(left)s"),
    "week": kept("The limit of %(most)s per week leaves %(left)s"),
    "month": kept("The limit of %(most)s per month leaves %(left)s"),
    "year": kept("The limit of %(most)s per year leaves %(left)s"),
    "life": kept("The limit of %(most)s ever leaves %(left)s"),
}


@dataclass(slots=True)
class Spent:
    """What a campaign's budgets have used up: units, and their cost in minor units."""

    units: int = 0
    money: Decimal = Decimal(0)


@dataclass(slots=True)
class Uses:
    """What limits and budgets have used up so far, the purses that funded rules draw on (by fund), what
    there is to give, and what of which unit the member could spend; changes as the evaluation gives."""

    limits: dict[tuple[int, str], list[int]] = field(default_factory=dict)
    budgets: dict[int, Spent] = field(default_factory=dict)
    segments: dict[int, int] = field(default_factory=dict)
    purses: dict[int, Purse] = field(default_factory=dict)
    supply: Supply = field(default_factory=Supply)
    wallets: dict[str, int] = field(default_factory=dict)

    def of(self, rule: Rule, window: str) -> list[int]:
        """[times, units] of this member in this window."""
        return self.limits.setdefault((rule.campaign_id, window), [0, 0])

    def scratch(self) -> "Uses":
        """A copy to try things on."""
        return Uses(
            {key: list(used) for key, used in self.limits.items()},
            {key: replace(spent) for key, spent in self.budgets.items()},
            dict(self.segments),
            {key: replace(purse) for key, purse in self.purses.items()},
            replace(self.supply, left=dict(self.supply.left)),
            dict(self.wallets),
        )


@dataclass(frozen=True, slots=True)
class Cut:
    """The cap that leaves the least of `wanted` units: which, how many it leaves, and in words."""

    code: str
    left: int
    wanted: int
    why: str


def window_of(limit: Limit, at: datetime, day: date) -> str:
    """The name of the limit's window that an instant, in its local date, falls into."""
    return window_named(limit.per, at, day)


def window_named(per: str, at: datetime, day: date) -> str:
    """The name of the window that an instant, in its local date, falls into. Hours are those of UTC, for a
    local one may come twice."""
    year, week, _ = day.isocalendar()
    return {
        "hour": f"{at.astimezone(UTC):%Y%m%dT%H}",
        "day": day.isoformat(),
        "week": f"{year}-W{week:02}",
        "month": f"{day:%Y-%m}",
        "year": f"{day:%Y}",
        "life": "life",
    }[per]


def tightest(
    rule: Rule, wants: Wants, window: str, uses: Uses, belongs: Collection[int] = ()
) -> Cut | None:
    """What leaves the least of what is wanted, if anything leaves less than all of it; of equals the
    first: the member's limit, the campaign's budgets, those of the segments (by key) that the member
    `belongs` to, the fund."""
    wanted = sum(amount for _, amount in wants)
    limit = rule.limit
    if limit is not None and limit.times is not None and uses.of(rule, window)[0] >= limit.times:
        why = _over(limit.per, times=limit.times)
        return Cut("limit", 0, wanted, why)
    found = [
        *_limit(rule, wanted, window, uses),
        *_budget(rule, wants, wanted, uses),
        *_segments(rule, wanted, uses, belongs),
        *_fund(rule, wanted, uses),
    ]
    return min(
        (cut for cut in found if cut.left < wanted), key=lambda cut: max(cut.left, 0), default=None
    )


def budget_left(rule: Rule, wants: Wants, uses: Uses) -> int:
    """How many of these units the campaign's own budgets leave."""
    wanted = sum(amount for _, amount in wants)
    return min([cut.left for cut in _budget(rule, wants, wanted, uses)], default=wanted)


def take(
    rule: Rule, gives: Wants, window: str, uses: Uses, belongs: Collection[int] = ()
) -> tuple[int, ...]:
    """Count what is given; answers the segment budgets that it counts in."""
    units = sum(amount for _, amount in gives)
    if rule.limit is not None:
        used = uses.of(rule, window)
        used[0] += 1
        used[1] += units
    if rule.is_capped:
        spent = uses.budgets.setdefault(rule.campaign_id, Spent())
        spent.units += units
        spent.money += cost_of(rule, gives)
    counted = tuple(cap.id for cap in _caps_of(rule, belongs)) if units else ()
    for cap_id in counted:
        uses.segments[cap_id] = uses.segments.get(cap_id, 0) + units
    if rule.fund is not None:
        uses.purses[rule.fund].take(units)
    return counted


def cost_of(rule: Rule, gives: Wants) -> Decimal:
    """What these units cost, in minor units; a unit without a stated cost costs nothing."""
    return sum((amount * rule.costs.get(unit, Decimal(0)) for unit, amount in gives), Decimal(0))


def shrink(amounts: Sequence[int], allowed: int) -> list[int]:
    """The amounts in order, until the allowed units are used up."""
    kept = []
    for amount in amounts:
        kept.append(min(amount, max(allowed, 0)))
        allowed -= kept[-1]
    return kept


def _limit(rule: Rule, wanted: int, window: str, uses: Uses) -> list[Cut]:
    if rule.limit is None or rule.limit.units is None:
        return []
    left = rule.limit.units - uses.of(rule, window)[1]
    why = _left(rule.limit.per, most=rule.limit.units, left=left)
    return [Cut("limit", left, wanted, why)]


def _budget(rule: Rule, wants: Wants, wanted: int, uses: Uses) -> list[Cut]:
    spent, found = uses.budgets.get(rule.campaign_id, Spent()), []
    if rule.budget is not None:
        left = rule.budget - spent.units
        why = kept("The campaign's budget has %(left)s left, %(wanted)s were due") % {
            "left": left,
            "wanted": wanted,
        }
        found.append(Cut("budget", left, wanted, why))
    if rule.budget_money is not None:
        left = _payable(rule, wants, rule.budget_money - spent.money)
        why = kept("The campaign's budget in money pays for %(left)s more, %(wanted)s were due") % {
            "left": left,
            "wanted": wanted,
        }
        found.append(Cut("budget_money", left, wanted, why))
    return found


def _payable(rule: Rule, wants: Wants, money: Decimal) -> int:
    """How many of the units, in order, an amount of money pays for."""
    units = 0
    for unit, amount in wants:
        cost = rule.costs.get(unit, Decimal(0))
        fits = amount
        if cost:
            fits = min(amount, int((max(money, Decimal(0)) / cost).to_integral_value(ROUND_FLOOR)))
        units += fits
        money -= fits * cost
        if fits < amount:
            break
    return units


def _segments(rule: Rule, wanted: int, uses: Uses, belongs: Collection[int]) -> list[Cut]:
    return [
        Cut(
            "segment_budget",
            left := cap.units - uses.segments.get(cap.id, 0),
            wanted,
            kept(
                "The campaign's budget for a group of members has %(left)s left, %(wanted)s were due"
            )
            % {"left": left, "wanted": wanted},
        )
        for cap in _caps_of(rule, belongs)
    ]


def _caps_of(rule: Rule, belongs: Collection[int]) -> list[SegmentCap]:
    return [cap for cap in rule.segments if cap.segment_id in belongs]


def _fund(rule: Rule, wanted: int, uses: Uses) -> list[Cut]:
    if rule.fund is None:
        return []
    left, missing = uses.purses[rule.fund].cut(wanted)
    return [Cut("fund", left, wanted, missing)]


def _over(per: str, *, times: int) -> str:
    """That a limit of times is reached."""
    return REACHED[per] % {"times": times}


def _left(per: str, *, most: int, left: int) -> str:
    """What a limit of points leaves."""
    return LEAVES[per] % {"most": most, "left": left}
