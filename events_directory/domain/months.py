"""A month as a sheet of weeks."""

from calendar import Calendar
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Month:
    """The month in which `first` is its first day."""

    first: date

    @classmethod
    def of(cls, day: date) -> "Month":
        """The month of a day."""
        return cls(day.replace(day=1))

    @classmethod
    def read(cls, text: str) -> "Month | None":
        """`2026-11` as a month of this millennium; None for anything else."""
        try:
            found = cls(date.fromisoformat(f"{text}-01")) if len(text) == 7 else None
        except ValueError:
            return None
        return found if found and 2000 <= found.first.year < 3000 else None

    @property
    def following(self) -> "Month":
        """The month after."""
        return Month.of(self.first + timedelta(days=31))

    @property
    def before(self) -> "Month":
        """The month before."""
        return Month.of(self.first - timedelta(days=1))

    @property
    def name(self) -> str:
        """As an address names it."""
        return f"{self.first:%Y-%m}"

    def weeks(self, *, starts_on: int) -> list[list[date | None]]:
        """Its days by weeks that begin on a weekday (0 is Sunday, as Django counts); None where another
        month's day would stand."""
        weeks = Calendar((starts_on - 1) % 7).monthdatescalendar(self.first.year, self.first.month)
        return [[day if day.month == self.first.month else None for day in week] for week in weeks]
