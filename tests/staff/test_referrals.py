"""Referrals in the console: the doubtful first, approved or void with a reason."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loyalty.campaigns.models import Referral, ReferralPolicy
from members.models import AuditRow
from tests.campaigns.conftest import order, take, work
from tests.campaigns.referring import bring, bring_a_friend, brought, newcomer
from tests.members.operations.test_merges import has
from tests.staff.conftest import client_of

pytestmark = pytest.mark.django_db
LIST = "/admin/campaigns/referral/"


@pytest.fixture
def doubtful(units):
    """Ann brought Ben, and then Cat with the same device."""
    bring_a_friend()
    ann = newcomer("ann")
    for friend in ("ben", "cat"):
        bring(ann, newcomer(friend), device="phone-17")
    return Referral.objects.get(state="flagged")


def test_todays_work_counts_them_and_leads_to_them(ira, doubtful):
    """US1, E61."""
    client = client_of(ira)
    assert f"{LIST}?state__exact=flagged" in client.get("/admin/").content.decode()
    html = client.get(LIST, {"state__exact": "flagged"}).content.decode()
    assert "the same device as the advocate" in html
    assert [f"{LIST}{each.pk}/change/" in html for each in Referral.objects.order_by("pk")] == [
        False,
        True,
    ]


def test_the_doubtful_come_first(ira, doubtful):
    for number in range(3):
        bring(doubtful.advocate, newcomer(f"f{number}"))
    html = client_of(ira).get(LIST).content.decode()
    places = [html.index(f"{LIST}{each.pk}/change/") for each in Referral.objects.order_by("pk")]
    assert min(places) == places[1]


def test_approved_with_a_reason(ira, doubtful, points):
    """E61."""
    client, page = client_of(ira), f"{LIST}{doubtful.pk}/approve/"
    assert client.get(page).status_code == 200
    assert client.post(page, {"reason": ""}).status_code == 422
    assert client.post(page, {"reason": "Sisters"}).status_code == 302
    work()
    assert (brought(doubtful.friend).state, has(doubtful.friend, points)) == ("pending", 5)
    assert client.post(page, {"reason": "Sisters"}).status_code == 403
    assert AuditRow.objects.get(verb="campaigns.referral.pending").reason == "Sisters"


def test_void_shows_when_and_by_whom(ira, doubtful):
    """E61, E63."""
    take(order(doubtful.friend, "20.00"))
    client = client_of(ira)
    answer = client.post(f"{LIST}{doubtful.pk}/void/", {"reason": "A farm"})
    html = client.get(answer["Location"]).content.decode()
    assert brought(doubtful.friend).decided_by == ira
    assert "A farm" in html and "shop/o1" in html


def test_nobody_decides_about_their_own(gil, doubtful):
    """E61: staff who is a side of it reads why not, and nothing has changed."""
    doubtful.advocate.user = gil
    doubtful.advocate.save()
    answer = client_of(gil).post(f"{LIST}{doubtful.pk}/void/", {"reason": "Mine"})
    assert answer.status_code == 403
    assert "a side of" in answer.content.decode()
    assert brought(doubtful.friend).state == "flagged"


def test_the_terms_are_one_row(ira, units):
    client, form = (
        client_of(ira),
        {"return_days": 30, "newcomer_days": 7, "most": 3, "window_days": 9},
    )
    assert client.post("/admin/campaigns/referralpolicy/add/", form).status_code == 302
    policy = ReferralPolicy.objects.get()
    assert (policy.return_days, policy.newcomer_days, policy.most) == (30, 7, 3)
    assert client.post("/admin/campaigns/referralpolicy/add/", form).status_code == 302
    assert ReferralPolicy.objects.count() == 1
    page = f"/admin/campaigns/referralpolicy/{policy.pk}/change/"
    assert client.post(page, form | {"most": 0}).status_code == 422
    assert client.post(page, form | {"most": 4}).status_code == 302
    row = AuditRow.objects.filter(verb="campaigns.referral_terms.set").latest("pk")
    assert (row.before, row.after) == ({"most": 3}, {"most": 4})


def test_a_constant_number_of_questions(ira, doubtful):
    client, counts = client_of(ira), []
    for number in range(3):
        with CaptureQueriesContext(
            connection,
        ) as seen:
            client.get(LIST)
        counts.append(len(seen))
        bring(doubtful.advocate, newcomer(f"f{number}"))
    assert counts[1] == counts[2]
