"""A chart as plain figures: where each mark stands, in hundredths of the picture's width and height.

The picture has no size of its own and holds no text that would shrink with it; `<c-chart>` draws it and
puts the same figures into a table beside it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import floor, log10

#: At most so many columns are named under the picture; a phone has no room for more.
MOST_NAMES = 6
_STEPS = (1, 2, 2.5, 5, 10)
_GAP = 0.28  # of a column's width, left free between it and the next


@dataclass(frozen=True, slots=True)
class Series:
    """One row of figures; None where there is none."""

    name: str
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Mark:
    """A bar (`width`, `height`), or a piece of a line from (x, y) to (x2, y2); all in per cent."""

    series: int
    x: float
    y: float
    width: float = 0
    height: float = 0
    x2: float = 0
    y2: float = 0


@dataclass(frozen=True, slots=True)
class Chart:
    """Columns from left to right, and a figure of each series in each. At most three series."""

    label: str
    columns: Sequence[str]
    series: Sequence[Series]
    unit: str = ""

    def __post_init__(self) -> None:
        if not self.columns or not 1 <= len(self.series) <= 3:
            raise ValueError("A chart has columns, and one to three series.")
        if any(len(each.values) != len(self.columns) for each in self.series):
            raise ValueError("Every series has a figure, or None, for every column.")

    @property
    def step(self) -> float:
        """Between two lines of the grid: 1, 2, 2.5 or 5 of some power of ten, four or five in all."""
        reach = max(self._highest, 0) - min(self._lowest, 0)
        if not reach:
            return 1
        rough = reach / 4
        power = 10 ** floor(log10(rough))
        return next(factor * power for factor in _STEPS if factor * power >= rough)

    @property
    def ticks(self) -> list[tuple[float, float]]:
        """The grid's lines from the top down: the figure, and how far down it stands."""
        count = round((self._top - self._bottom) / self.step)
        figures = [self._bottom + number * self.step for number in range(count + 1)]
        return [(figure, self._down(figure)) for figure in reversed(figures)]

    @property
    def is_large(self) -> bool:
        """Whether the figures beside the grid need more room than usual."""
        return max(abs(figure) for figure, _down in self.ticks) >= 10_000

    @property
    def zero(self) -> float:
        """How far down nought stands."""
        return self._down(0)

    @property
    def bars(self) -> list[Mark]:
        """A bar for each figure, those of one column side by side, from nought up or down."""
        column = 100 / len(self.columns)
        width = column * (1 - _GAP) / len(self.series)
        return [
            Mark(
                number,
                x=round(at * column + column * _GAP / 2 + number * width, 3),
                y=round(min(self._down(value), self.zero), 3),
                width=round(width, 3),
                height=round(abs(self._down(value) - self.zero), 3),
            )
            for number, each in enumerate(self.series)
            for at, value in enumerate(each.values)
            if value is not None
        ]

    @property
    def lines(self) -> list[Mark]:
        """The pieces between neighbouring figures; a missing one leaves a gap."""
        return [
            Mark(number, self._across(at), self._down(here), x2=self._across(at + 1), y2=self._down(there))
            for number, each in enumerate(self.series)
            for at, (here, there) in enumerate(zip(each.values, each.values[1:], strict=False))
            if here is not None and there is not None
        ]  # fmt: skip

    @property
    def points(self) -> list[Mark]:
        """Each figure of a line as a point."""
        return [
            Mark(number, self._across(at), self._down(value))
            for number, each in enumerate(self.series)
            for at, value in enumerate(each.values)
            if value is not None
        ]

    @property
    def names(self) -> list[tuple[str, float]]:
        """The columns named under the picture, evenly chosen, each with where its middle stands."""
        every = -(-len(self.columns) // MOST_NAMES)
        return [(self.columns[at], self._across(at)) for at in range(0, len(self.columns), every)]

    @property
    def rows(self) -> Iterator[tuple[str, list[float | None]]]:
        """The same as a table."""
        for at, column in enumerate(self.columns):
            yield column, [each.values[at] for each in self.series]

    @property
    def _figures(self) -> list[float]:
        return [value for each in self.series for value in each.values if value is not None]

    @property
    def _highest(self) -> float:
        return max(self._figures, default=0)

    @property
    def _lowest(self) -> float:
        return min(self._figures, default=0)

    @property
    def _top(self) -> float:
        steps = -(-max(self._highest, 0) // self.step)
        return (steps or (0 if self._lowest < 0 else 1)) * self.step

    @property
    def _bottom(self) -> float:
        return (min(self._lowest, 0) // self.step) * self.step

    def _down(self, figure: float) -> float:
        return round(100 * (self._top - figure) / (self._top - self._bottom), 3)

    def _across(self, at: int) -> float:
        return round(100 * (at + 0.5) / len(self.columns), 3)
