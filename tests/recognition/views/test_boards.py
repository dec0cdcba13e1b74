"""Windows and pages of a board over HTTP."""

from datetime import timedelta

import pytest
from django.urls import reverse

from members.operations import members
from recognition.operations import leaderboards
from tests.conftest import SYSTEM
from tests.recognition.conftest import NOON, earn

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


@pytest.fixture
def read(client, board, six, bo):
    """Bo, who earned nothing, reads a board of six; answers the points of the rows."""
    leaderboards.refresh()
    client.force_login(bo.user)
    path = reverse("leaderboards:board", args=[board.slug])
    return lambda query="": client.get(path + query)


def points_of(response):
    return [row.points for row in response.context["rows"]]


@pytest.mark.parametrize("kind", ["day", "week", "month", "quarter", "year", "all"])
def test_every_window_can_be_chosen(read, kind):
    """A24."""
    response = read(f"?window={kind}")
    assert response.status_code == 200
    expected = [] if kind in ("day", "week") else [60, 50, 50, 30, 20, 10]
    assert points_of(response) == expected


@pytest.mark.parametrize("kind", ["day", "week", "month", "quarter", "year", "all"])
@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_days_at_the_end_of_the_calendar_have_no_window(read, kind, day):
    """A24: an address that no window can answer is not found, and no fault of ours."""
    assert read(f"?window={kind}&on={day}").status_code == 404


def test_own_dates(read, board):
    """A24: half-open; a board of three is shown when three are enough."""
    leaderboards.edit(board, minimum_visible=2, actor=SYSTEM)
    assert points_of(read("?window=custom&from=2026-06-05&until=2026-06-07")) == [60, 50]
    for wrong in ("&from=2026-06-05", "&from=2026-06-05&until=2026-06-05", "&from=x&until=y"):
        assert read(f"?window=custom{wrong}").status_code == 404


def test_the_window_before(read, six, points):
    """A24: `on` names a day of the window."""
    for member in six:
        earn(member, points, 7, NOON - timedelta(days=31))
    leaderboards.refresh()
    response = read()
    assert "?window=month&amp;on=2026-05-01" in response.content.decode()
    assert points_of(read("?window=month&on=2026-05-20")) == [7] * 6


def test_pages_go_on_where_the_last_one_ended(read, points):
    """A25: 25 people, nobody twice, nobody missed, ranks as on one page."""
    for number in range(19):
        earn(
            members.enrol(f"x{number}", is_ranked=True, actor=SYSTEM),
            points,
            5,
            NOON - timedelta(days=2),
        )
    leaderboards.refresh()
    first = read()
    assert len(first.context["rows"]) == 10
    second = read(f"?after={first.context['next']}")
    assert len(second.context["rows"]) == 15
    assert second.context["next"] is None
    rows = first.context["rows"] + second.context["rows"]
    assert len({row.opaque for row in rows}) == 25
    assert [row.rank for row in rows] == [1, 2, 2, 4, 5, 6, *[7] * 19]


@pytest.mark.parametrize("after", ["1", "1.2.x", "-1.2.0123456789abcdef", "%00", "1.2.3.4"])
def test_a_forged_place_is_not_found(read, after):
    assert read(f"?after={after}").status_code == 404


def test_a_draft_board_is_not_found(read, board):
    leaderboards.archive(board, actor=SYSTEM)
    assert "No board is open" in read().content.decode()
