"""What a visitor reads before joining."""

import pytest
from django.urls import reverse

from loyalty.campaigns.operations import campaigns, standard
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
