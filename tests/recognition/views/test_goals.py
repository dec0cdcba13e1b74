"""What members read of their achievements and streaks, on the wall and over the API."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from loyalty.connectors.operations import keys
from members.domain.calendar import local_date
from members.models import Activity
from members.operations import members
from recognition.models import Streak
from recognition.operations import goals, progress, streak_days
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


def keep(member, slug: str, at: datetime) -> None:
    """A day of a streak, on the member's own date."""
    day = local_date(at, member.time_zone)
    streak_days.keep([Kept(member.pk, slug, at.isoformat(), at, day)], actor=SYSTEM)


def test_weeks_are_the_default(bo):
    """UM14: a new streak counts weeks, and its milestone is told with their number."""
    goal = goals.define(Streak, slug="w", name="W", criteria="C.", milestones=[2], actor=SYSTEM)
    goals.activate(goal, actor=SYSTEM)
    for days_ago in (15, 14, 9, 1):
        keep(bo, "w", NOON - timedelta(days=days_ago))
    told = Activity.objects.get(kind="streak.milestone")
    assert told.payload == {"streak": "w", "days": 2}
    assert told.occurred_at == NOON - timedelta(days=14), "when the second week was first kept"


@pytest.mark.parametrize(
    ("zone", "words"),
    [("Pacific/Auckland", "2 weeks"), ("America/Los_Angeles", "Your longest was 1 week.")],
)
def test_a_week_is_the_members_own(client, bo, zone, words):
    """UM14: 8 June 2026, 3:00 UTC is Monday in Auckland and still Sunday in Los Angeles."""
    streak("w", every="week", milestones=[4])
    bo = members.update(bo, time_zone=zone, actor=SYSTEM)
    keep(bo, "w", datetime(2026, 6, 3, 12, tzinfo=UTC))
    keep(bo, "w", datetime(2026, 6, 8, 3, tzinfo=UTC))
    client.force_login(bo.user)
    assert words in client.get("/badges/").content.decode()


@pytest.mark.parametrize("language", ["en", "de"])
def test_no_sentence_about_weeks_blames(client, bo, language, at_noon):
    """UM14: kept, open, bridged by a freeze, over; with freezes left and without."""
    streak("w", name="W", criteria="C.", every="week", freezes=1, milestones=[4])
    client.cookies["django_language"] = language
    section = re.compile(r'<div>\s*<div class="meter">.*?</p>\s*</div>', re.DOTALL)
    read = []

    def look() -> str:
        client.force_login(bo.user)
        [found] = section.findall(client.get("/badges/").content.decode())
        read.append(found.lower())
        return found

    for days_ago in (21, 7):
        keep(bo, "w", NOON - timedelta(days=days_ago))
    still_open = look()
    keep(bo, "w", NOON)
    done = look()
    at_noon.shift(timedelta(days=28))
    over = look()
    if language == "en":
        assert "2 weeks" in still_open and "This week is still open." in still_open
        assert "A week off counts as a rest, and the row goes on." in still_open
        assert "0 weeks off are in hand." in still_open
        assert "3 weeks" in done and "This week is done." in done
        assert "Your longest was 3 weeks. Any week is a good week to begin." in over
    assert [(word, text) for text in read for word in BLAMING if word in text] == []


def test_a_week_that_any_freeze_would_bridge_is_refused(units):
    """A freeze in each week would keep a weekly streak for ever."""
    fields = {"slug": "w", "name": "W", "criteria": "C.", "freezes": 1, "freeze_period": "week"}
    with pytest.raises(ValidationError, match="Weeks have their freezes"):
        goals.define(Streak, actor=SYSTEM, **fields)
    assert not Streak.objects.exists()


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
                "every": "day",
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
