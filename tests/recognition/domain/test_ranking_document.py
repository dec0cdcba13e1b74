"""`docs/algorithms/ranking.md` says how places come about: its tables are done, line by line."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from recognition.domain.ranking import Score, Ties, ordered, places
from recognition.domain.windows import Kind, window
from tests.tables import rows_under

PAGE = Path(__file__).resolve().parents[3] / "docs" / "algorithms" / "ranking.md"


@pytest.mark.parametrize("kind, day, starts_on, ends_on", rows_under(PAGE, "Windows"))
def test_windows(kind, day, starts_on, ends_on):
    """A24."""
    found = window(Kind(kind), date.fromisoformat(day))
    assert (found.starts_on.isoformat(), found.ends_on.isoformat()) == (starts_on, ends_on)


@pytest.mark.parametrize("column, rule", [(3, Ties.COMPETITION), (4, Ties.DENSE), (5, Ties.UNIQUE)])
def test_places(column, rule):
    """A25: listed as the table lists them, numbered as it numbers them."""
    rows = rows_under(PAGE, "Places")
    scores = []
    for number, (member, points, reached, *_) in enumerate(rows):
        hour, minute = map(int, reached.split(":"))
        at = datetime(2026, 11, 1, hour, minute, tzinfo=UTC)
        scores.append(Score(number, int(points), at, member))
    found = places(ordered(reversed(scores)), rule=rule)
    assert [(place.score.opaque, str(place.rank)) for place in found] == [
        (row[0], row[column]) for row in rows
    ]
