"""When points that several returns of one order took back were taken back."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Return:
    """What came back when; no lines means everything that was left."""

    at: datetime
    lines: Sequence[Mapping[str, Any]]


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
