"""Who is chosen among the candidates a committee has judged. The tie-break is written down before."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Judged:
    """What the committee said to one candidate. `mean` is in hundredths, None without scores."""

    candidate: int
    is_approved: bool
    mean: int | None
    yes: int
    no: int
    nominated_at: datetime


def chosen(judged: Iterable[Judged]) -> int | None:
    """The approved candidate with the highest mean score; in a tie the larger share of yes among yes
    and no, then the earlier first nomination. None when nobody was approved."""
    approved = [one for one in judged if one.is_approved]
    best = min(
        approved,
        key=lambda one: (
            -(one.mean or 0),
            -Fraction(one.yes, one.yes + one.no),
            one.nominated_at,
            one.candidate,
        ),
        default=None,
    )
    return best.candidate if best else None
