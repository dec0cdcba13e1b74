"""The member's first page says what they own, and asks the database a constant number of times."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from loyalty.rewards.models import Reward
from members.domain.actors import Actor
from members.domain.calendar import local_date
from members.models import Member, Tier, TierGroup
from members.operations import ledger, lifts, members, programme

SYSTEM = Actor.system("tests")
NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)


def give(member, unit, amount, at, key):
    return ledger.accrue(
        member,
        unit=unit,
        amount=amount,
        key=key,
        reason=f"Order {key}",
        actor=SYSTEM,
        cause=("test", None),
        at=at,
    )


@pytest.fixture
def home(client, at_noon, bo):
    """Bo's page, made anew each time."""
    client.force_login(bo.user)

    def made():
        caches["pages"].clear()
        return client.get(reverse("home"))

    return made


def test_ring_names_the_points_to_the_next_tier_and_the_last_day(home, bo, units):
    """UM1. 120 of 150 status points, the oldest earned on 1 January: by 31 December."""
    give(bo, units["status"], 120, datetime(2026, 1, 1, 12, tzinfo=UTC), "s1")
    page = home().content.decode()
    assert 'role="img" aria-label="30 points to Silver by 31 Dec"' in page
    assert "Bronze" in page


def test_expiring_soon_shows_what_ends_within_30_days_and_nothing_later(home, bo, units):
    """UM2: of lots that expire in 29 and in 31 days only the first shows."""
    a_year_ago = NOON - timedelta(days=366)
    lots = [
        give(bo, units["points"], amount, a_year_ago + timedelta(days=days), f"lot-{days}")
        for amount, days in ((11, 29), (22, 31))
    ]
    ends = [local_date(lot.expires_at, "Europe/Berlin") for lot in lots]
    assert [(end - NOON.date()).days for end in ends] == [29, 31]
    response = home()
    assert [(each.amount, str(each.last_day)) for each in response.context["expiring"]] == [
        (11, "2026-07-13")
    ]
    assert "Expiring soon" in response.content.decode()


def test_nothing_due_no_card(home, bo, units):
    """UM2."""
    give(bo, units["points"], 22, NOON, "l1")
    assert "Expiring soon" not in home().content.decode()


def test_home_asks_the_same_number_of_queries_for_one_line_and_for_many(
    home, bo, units, django_assert_num_queries
):
    Reward.objects.create(
        slug="tea", name="Tea", kind="product", unit=units["points"], cost=5, state="active"
    )
    give(bo, units["points"], 5, NOON, "l0")
    home()
    with django_assert_num_queries(QUERIES):
        home()
    for number in range(12):
        give(bo, units["points"], 5, NOON - timedelta(days=20 * number), f"m{number}")
    with django_assert_num_queries(QUERIES):
        home()


#: Session, user, the state, seats, member, wallets, held and owed, waiting, ladder (2), status points, rungs,
#: period, expiring, rewards, their balances, what was taken, badges, bookings, dates, lines, their
#: reversals; first steps, what they bring, what there is to celebrate.
QUERIES = 25


def test_signed_in_without_membership_is_offered_one_and_gets_it_by_post(client, gus, units):
    client.force_login(gus)
    assert "Join the programme" in client.get(reverse("home")).content.decode()
    asked = client.get(reverse("join"))
    assert asked.status_code == 200 and "Agree and join" in asked.content.decode()
    for said in ({}, {"terms": "on", "terms_version": "0"}, {"terms_version": "1"}):
        assert client.post(reverse("join"), said).status_code == 422
        assert not Member.objects.exists(), "nobody is a member who has not agreed"
    response = client.post(reverse("join"), {"terms": "on", "terms_version": "1"})
    assert (response.status_code, response.url) == (302, "/")
    member = Member.objects.get(user=gus)
    assert member.ref == f"web-{gus.pk}"
    assert list(member.consents.values_list("purpose", "text_version")) == [("terms", "1")]
    assert client.get(reverse("join")).url == "/"


def test_visitor_reads_the_programme_page(client, db):
    page = client.get(reverse("home")).content.decode()
    assert reverse("account_signup") in page and "You can spend" not in page


def test_erased_member_is_a_stranger(client, bo):
    client.force_login(bo.user)
    bo.erased_at = NOON
    bo.save()
    assert "Join the programme" in client.get(reverse("home")).content.decode()
    assert members.Member.objects.of(bo.user).exists() is False


def test_the_card_says_what_keeps_the_tier_and_until_when(home, bo, units):
    """UM1, E53: 40 days before the review 150 points are missing; a kept tier is safe for longer."""
    give(bo, units["status"], 160, NOON - timedelta(days=325), "s1")
    page = home().content.decode()
    assert "<bdi>150</bdi> more points keep Silver, by" in page
    assert 'datetime="2026-07-25"' in page
    give(bo, units["status"], 150, NOON - timedelta(days=1), "s2")
    page = home().content.decode()
    assert "keep Silver" not in page
    assert 'datetime="2027-07-25"' in page


def test_a_tier_by_hand_and_a_grace_are_called_so(home, bo, units):
    """E51, E54."""
    group = TierGroup.objects.get(slug="status")
    programme.change_group(group, grace_days=14, actor=SYSTEM)
    gold = Tier.objects.get(slug="gold")
    lift = lifts.give_tier(
        bo, tier=gold, until=NOON.date() + timedelta(days=90), reason="Thanks", actor=SYSTEM
    )
    assert "A present, yours until" in home().content.decode()
    lifts.end_lift(lift, reason="Over", actor=SYSTEM)
    give(bo, units["status"], 160, NOON - timedelta(days=370), "s1")
    page = home().content.decode()
    assert "In grace until" in page
    assert "<bdi>150</bdi> more points keep Silver, by" in page


def test_every_further_ladder_has_a_card_and_costs_no_query(
    home, bo, units, django_assert_num_queries
):
    """E54."""
    give(bo, units["points"], 250, NOON, "l1")
    home()
    with CaptureQueriesContext(connection) as one:
        home()
    asked = len(one)
    garden = programme.add_group("garden", name="Garden", unit=units["points"], actor=SYSTEM)
    for slug, threshold in (("seed", 0), ("tree", 1000)):
        programme.add_tier(garden, slug=slug, name=slug.title(), threshold=threshold, actor=SYSTEM)
    page = home().content.decode()
    assert "Garden" in page and "750 points to Tree" in page and "250 / 1,000" in page
    with django_assert_num_queries(asked):
        home()
