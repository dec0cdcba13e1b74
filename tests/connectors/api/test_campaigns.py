"""The campaigns, as the API tells them."""

import pytest

from tests.campaigns.funding import brewery, fund_of, funded

pytestmark = pytest.mark.django_db


def test_a_campaign_names_the_partner_that_pays_for_it(
    shop, eli, points, django_assert_num_queries
):
    """E93: and the list costs the same however many are funded."""
    fund = fund_of(brewery(eli), points, points=10)
    funded(fund)
    shop.send("GET", "campaigns")
    with django_assert_num_queries(3):
        listed = shop.send("GET", "campaigns").json()["results"]
    payers = {row["slug"]: row["funded_by"] for row in listed}
    assert (payers["brew-visit"], payers["base"]) == ("Brew & Co", None)
    for number in range(3):
        funded(fund, f"more-{number}")
    with django_assert_num_queries(3):
        shop.send("GET", "campaigns")
