"""What members read of their achievements and streaks, on the wall and over the API."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from loyalty.connectors.operations import keys
from recognition.operations import progress, streak_days
from recognition.operations.streak_days import Kept
from tests.campaigns.effects import achievement, streak
from tests.conftest import SYSTEM

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)


@pytest.fixture
def busy(bo):
    """Bo has 3 of 10 refills this month, and a streak of two days with a day missed before."""
    achievement(name="Refiller", target=10, period="month", recurrence="each_period")
    streak(name="Every day", freezes=2, milestones=[7])
    at = NOON - timedelta(days=2)
    progress.take_steps([progress.Step(bo.pk, "ten-refills", "k", 3, at, at.date())], actor=SYSTEM)
    for days_ago in (1, 2, 4):
        at = NOON - timedelta(days=days_ago)
        streak_days.keep([Kept(bo.pk, "daily", f"d{days_ago}", at, at.date())], actor=SYSTEM)
    return bo


def test_the_wall_says_how_far_and_until_when(client, busy):
    """E55, E56: in words and as a bar; without a script."""
    client.force_login(busy.user)
    page = client.get("/badges/").content.decode()
    assert "3 of 10 refills" in page
    assert re.search(r"Until [^<]*30[^<]*2026\.", page)
    assert "3 days" in page
    assert "Next: 7 days in a row." in page
    assert "Today is still open." in page
    assert "1 day off is in hand." in page


#: Words that would make somebody feel at fault for a day that was not kept.
BLAMING = (
    *(
        "lost",
        "lose",
        "miss",
        "fail",
        "broke",
        "guilt",
        "shame",
        "sorry",
        "forgive",
        "only ",
        "unfortunately",
    ),
    *("verloren", "verpasst", "versäumt", "gescheitert", "schuld", "schade", "leider", "verzeih"),
)


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_streak_that_goes_on_by_a_freeze_and_one_that_is_over_never_blame(
    client, busy, language, at_noon
):
    """UM14: a day off with a freeze keeps it; over, the page looks ahead. No word of blame in either."""
    client.force_login(busy.user)
    client.cookies["django_language"] = language
    section = re.compile(r'<div>\s*<div class="meter">.*?</p>\s*</div>', re.DOTALL)
    going_on = section.findall(client.get("/badges/").content.decode())
    assert len(going_on) == 2 and re.search(r"3 (days|Tage)", going_on[1])
    at_noon.shift(timedelta(days=20))
    client.force_login(busy.user)
    over = section.findall(client.get("/badges/").content.decode())
    assert re.search(r"0 (days|Tage)", over[1])
    for text in (*going_on, *over):
        assert [word for word in BLAMING if word in text.lower()] == []


def test_a_wall_with_nothing_on_the_way_has_no_empty_section(client, bo):
    client.force_login(bo.user)
    assert "On the way" not in client.get("/badges/").content.decode()


def test_the_wall_costs_the_same_however_many_goals(client, busy, django_assert_max_num_queries):
    """A page's budget: twenty more achievements cost nothing more."""
    for number in range(20):
        achievement(f"more-{number}")
        streak(f"more-{number}")
    client.force_login(busy.user)
    with django_assert_max_num_queries(14):
        client.get("/badges/")


def test_the_api_says_the_same(client, busy):
    """E55: one answer with both; a key without the scope hears nothing."""
    _, text = keys.create("shop", scopes=["badges:read"], actor=SYSTEM)
    path = "/api/v1/members/bo/achievements"
    answer = client.get(path, headers={"Authorization": f"Bearer {text}"})
    assert answer.json() == {
        "achievements": [
            {
                "achievement": "ten-refills",
                "name": "Refiller",
                "criteria": "Refill.",
                "steps": 3,
                "target": 10,
                "period": "month",
                "until": "2026-06-30",
                "times_reached": 0,
            }
        ],
        "streaks": [
            {
                "streak": "daily",
                "name": "Every day",
                "criteria": "Come by every day.",
                "days": 3,
                "since": "2026-06-11",
                "is_kept_today": False,
                "freezes_left": 1,
                "longest": 3,
                "next_milestone": 7,
            }
        ],
    }
    _, other = keys.create("till", scopes=["rewards:read"], actor=SYSTEM)
    assert client.get(path, headers={"Authorization": f"Bearer {other}"}).status_code == 403
