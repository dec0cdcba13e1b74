"""Which order a return speaks of, and when points that several returns took back were taken back."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

#: When something was told: its instant, and among what came in one batch, its number.
Turn = tuple[datetime, int]


@dataclass(frozen=True, slots=True)
class Return:
    """What came back when; no lines means everything that was left."""

    at: datetime
    lines: Sequence[Mapping[str, Any]]


def shop_of(told_by: str, named: str | None, shops: Collection[str]) -> str | None:
    """Whose order a return speaks of, among the sources that told an order of its number: the one it
    names, else its own, else the only one there is. None when none of them is meant (or not yet), or
    when several are as likely."""
    if named or told_by in shops:
        return next((shop for shop in shops if shop == (named or told_by)), None)
    return next(iter(shops)) if len(shops) == 1 else None


def known_to(
    told_by: str, named: str | None, known: Collection[str], coming: Sequence[str]
) -> set[str]:
    """Among whose orders a return finds its own when these are known as it is told, and those come with it
    or after it. One that names its shop, or whose own shop tells one, among all of them. A desk's, that
    tells no orders: among the known, or else in the next."""
    every = {*known, *coming}
    if named or told_by in every:
        return every
    return set(known or coming[:1])


def shop_then(told_by: str, named: str | None, shops: Mapping[str, Turn], at: Turn) -> str | None:
    """The same of a return that counts already, which was told in turn `at`: among those who had told theirs
    by then, or else were the first to. Who tells an order of that number afterwards changes nothing."""
    if named:
        return shop_of(told_by, named, shops)
    last = max(at, min(shops.values(), default=at))
    if told_by in shops and shops[told_by][0] <= last[0]:
        return told_by
    return shop_of(told_by, None, [shop for shop in shops if shops[shop] <= last])


def spread(
    amount: int, ordered: Sequence[Mapping[str, Any]], returns: Iterable[Return]
) -> list[tuple[datetime, int]]:
    """Divide what was taken back over the returns, by the value of what each brought back.

    The ledger gives it to whichever return was told first; this goes by when they happened, so the
    order of arrival does not matter. The parts sum to `amount`.
    """
    left: Counter[str] = Counter()
    price: dict[str, Decimal] = {}
    for line in ordered:
        left[line["line_id"]] += int(line["quantity"])
        price[line["line_id"]] = Decimal(line["unit_price"])
    values: list[tuple[datetime, Decimal]] = []
    for each in sorted(returns, key=lambda each: (each.at, str(each.lines))):
        named: Counter[str] = Counter()
        for line in each.lines:
            named[line["line_id"]] += int(line["quantity"])
        back = {key: min(named[key], left[key]) if named else left[key] for key in left}
        left.subtract(back)
        values.append((each.at, sum((price[key] * back[key] for key in back), Decimal(0))))
    whole = sum((value for _, value in values), Decimal(0))
    if not whole:
        return [(max(at for at, _ in values), amount)]
    parts: list[tuple[datetime, int]] = []
    given, so_far = 0, Decimal(0)
    for at, value in values:
        so_far += value
        upto = int(amount * so_far / whole)
        if upto > given:
            parts.append((at, upto - given))
            given = upto
    return parts
