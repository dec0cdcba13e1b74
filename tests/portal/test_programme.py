"""What a visitor reads before joining."""

import pytest
from django.urls import reverse

from loyalty.campaigns.operations import campaigns, standard
from members.operations import programme
from tests.conftest import SYSTEM


@pytest.mark.django_db
def test_tiers_and_what_earns_are_the_programmes_own(client, units, django_assert_num_queries):
    standard.install(actor=SYSTEM)
    campaigns.pause(
        standard.Campaign.objects.get(slug="review"), actor=SYSTEM, reason="Too many reviews"
    )
    with django_assert_num_queries(2):
        page = client.get(reverse("home")).content.decode()
    assert "from 150 status points in 12 months" in page
    assert "from 400 status points in 12 months" in page
    assert "1 point for each whole 1.00 you spend." in page
    assert "Thank you for your review" not in page


@pytest.mark.django_db
def test_every_ladder_says_over_which_days_it_counts(client, units, django_assert_num_queries):
    """E52, E54: each under its own name, in two queries."""
    garden = programme.add_group(
        "garden", name="Garden", unit=units["points"], actor=SYSTEM, window="calendar"
    )
    for slug, threshold in (("seed", 0), ("tree", 1000)):
        programme.add_tier(garden, slug=slug, name=slug.title(), threshold=threshold, actor=SYSTEM)
    with django_assert_num_queries(2):
        page = client.get(reverse("home")).content.decode()
    assert "<h3>Status</h3>" in page and "<h3>Garden</h3>" in page
    assert "from 150 status points in 12 months" in page
    assert "from 1,000 status points in a calendar year" in page
