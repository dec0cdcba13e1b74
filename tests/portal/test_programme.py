"""What a visitor reads before joining."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from loyalty.campaigns.operations import campaigns, standard
from members import clock
from members.models import ConsentText
from members.operations import consent_texts, programme
from tests.conftest import SYSTEM


@pytest.mark.django_db
def test_tiers_and_what_earns_are_the_programmes_own(client, units, django_assert_num_queries):
    standard.install(actor=SYSTEM)
    campaigns.pause(
        standard.Campaign.objects.get(slug="review"), actor=SYSTEM, reason="Too many reviews"
    )
    with django_assert_num_queries(4):
        page = client.get(reverse("home")).content.decode()
    assert "from 150 status points in 12 months" in page
    assert "from 400 status points in 12 months" in page
    assert "1 point for each whole 1.00 you spend." in page
    assert "Thank you for your review" not in page


@pytest.mark.django_db
def test_every_ladder_says_over_which_days_it_counts(client, units, django_assert_num_queries):
    """E52, E54: each under its own name."""
    garden = programme.add_group(
        "garden", name="Garden", unit=units["points"], actor=SYSTEM, window="calendar"
    )
    for slug, threshold in (("seed", 0), ("tree", 1000)):
        programme.add_tier(garden, slug=slug, name=slug.title(), threshold=threshold, actor=SYSTEM)
    with django_assert_num_queries(4):
        page = client.get(reverse("home")).content.decode()
    assert "<h3>Status</h3>" in page and "<h3>Garden</h3>" in page
    assert "from 150 status points in 12 months" in page
    assert "from 1,000 status points in a calendar year" in page


def publish(text: str, **german: str) -> ConsentText:
    wordings = {"en": ("Terms", text, "A change")}
    if german:
        wordings["de"] = ("Bedingungen", german["de"], "Eine Änderung")
    return consent_texts.publish("terms", wordings=wordings, actor=SYSTEM)


def test_the_terms_in_force_and_every_earlier_wording_can_be_read(client, db):
    """The public programme page's terms: versioned, each language by itself."""
    first = publish("## Points\n\nThey are yours.\n\n## Leaving\n\nAt any time.")
    second = publish("## Points\n\nThey stay yours.", de="## Punkte\n\nSie bleiben deine.")
    page = client.get("/programme/terms/").content.decode()
    assert "<h2>Points</h2><p>They stay yours.</p>" in page and "earlier wording" not in page
    old = client.get(f"/programme/terms/{first.version}/").content.decode()
    assert "<p>At any time.</p>" in old and "This is an earlier wording." in old
    assert client.get(f"/programme/terms/{second.version + 1}/").status_code == 404
    german = client.get("/programme/terms/", headers={"Accept-Language": "de"}).content.decode()
    assert "Sie bleiben deine." in german


def test_where_no_terms_are_in_force_there_is_one_thing_to_do(client, db):
    """UM23."""
    with clock.standing_at(datetime(2000, 1, 1, tzinfo=UTC)):
        page = client.get("/programme/terms/").content.decode()
    assert page.count('class="empty"') == 1 and 'href="/programme/"' in page


def test_a_member_says_that_they_have_read_it_and_is_not_asked_again(client, bo):
    """UM23."""
    client.force_login(bo.user)
    assert "I have read it" in client.get("/programme/").content.decode()
    client.post(reverse("first_run_reading"))
    page = client.get("/programme/").content.decode()
    assert "I have read it" not in page and "Join for nothing" not in page
