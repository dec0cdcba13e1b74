"""Values by day, summed over spans of time that a chart has room for."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

#: Up to so many days each is a span; up to so many each week; else each month.
DAYS, WEEKS = 31, 200


@dataclass(frozen=True, slots=True)
class Span:
    """A span that starts on a day, and the sum of each series in it."""

    starts_on: date
    values: tuple[int, ...]


def summed(series: Sequence[Mapping[str, int]], since: date, until: date) -> list[Span]:
    """The spans from one day to another, with the sums of values by ISO day."""
    spans = _spans(since, until)
    sums = [Counter[date]() for _ in series]
    for values, sum in zip(series, sums, strict=True):
        for day, value in values.items():
            sum[_start_of(date.fromisoformat(day), spans)] += value
    return [Span(span, tuple(sum[span] for sum in sums)) for span in spans]


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
