"""Bars over time: which spans, how high."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

#: The drawing's size, in its own units.
WIDTH, HEIGHT = 720, 200
#: Up to so many days each is a bar; up to so many each week; else each month.
DAYS, WEEKS = 31, 200


@dataclass(frozen=True, slots=True)
class Bar:
    """A span that starts on a day, the values in it, and where their bars stand: (x, y, width, height)."""

    starts_on: date
    values: tuple[int, ...]
    rects: tuple[tuple[float, float, float, float], ...]


def bars(series: tuple[Mapping[str, int], ...], since: date, until: date) -> list[Bar]:
    """Bars for values by ISO day, side by side where there are several, from one day to another."""
    spans = _spans(since, until)
    sums = [Counter[date]() for _ in series]
    for values, sum in zip(series, sums, strict=True):
        for day, value in values.items():
            sum[_start_of(date.fromisoformat(day), spans)] += value
    top = max((value for sum in sums for value in sum.values()), default=0) or 1
    room = WIDTH / len(spans)
    width = room * 0.8 / max(len(series), 1)
    return [
        Bar(
            span,
            tuple(sum[span] for sum in sums),
            tuple(
                _rect(place * room + room * 0.1 + which * width, width, sum[span] / top)
                for which, sum in enumerate(sums)
            ),
        )
        for place, span in enumerate(spans)
    ]


def _rect(x: float, width: float, share: float) -> tuple[float, float, float, float]:
    height = round(HEIGHT * share, 1)
    return round(x, 1), round(HEIGHT - height, 1), round(width, 1), height


def _spans(since: date, until: date) -> list[date]:
    """The first days of the spans that cover both days."""
    length = (until - since).days + 1
    step = 1 if length <= DAYS else 7
    if length <= WEEKS:
        return [since + timedelta(days=n) for n in range(0, max(length, 1), step)]
    spans = [since]
    while True:
        last = spans[-1]
        following = date(last.year + last.month // 12, last.month % 12 + 1, 1)
        if following > until:
            return spans
        spans.append(following)


def _start_of(day: date, spans: list[date]) -> date:
    """The span that a day falls into; the first or the last, when it lies outside."""
    return max((span for span in spans if span <= day), default=spans[0])
