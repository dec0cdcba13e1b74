"""The public page of an award, and who may see it."""

import pytest
from django.urls import reverse

from members.operations import members
from recognition.models import BadgeAward
from recognition.operations import badges
from tests.conftest import SYSTEM
from tests.recognition.conftest import give

pytestmark = pytest.mark.django_db


@pytest.fixture
def award(badge, amara):
    return give(amara, badge, evidence="Container 4711")


def page_of(award):
    return reverse("awards:award", args=[award.slug])


def test_anybody_with_the_link_reads_how_when_and_by_whom(client, award, amara):
    """A1, A28: by pseudonym; the criteria, the reason and the number of holders."""
    response = client.get(f"/b/{award.slug}/")
    page = response.content.decode()
    for text in (
        "First refill",
        "Send one container back.",
        "Your first container came back",
        "Container 4711",
        amara.pseudonym,
        "<bdi>1</bdi> member holds it.",
        "Laurel",
    ):
        assert text in page
    for private in ("Amara", "Obi", amara.ref, amara.email):
        assert private not in page


def test_a_real_name_only_if_its_bearer_shows_it(client, award, amara):
    """A28."""
    members.update(amara, shows_real_name=True, actor=SYSTEM)
    assert "Amara Obi" in client.get(page_of(award)).content.decode()


def test_the_holder_hides_and_shows_one_award(client, award, amara, bo):
    """A14: a private page does not exist for others, nor can they change it."""
    switch = reverse("badges:visibility", args=[award.slug])
    client.force_login(amara.user)
    assert client.post(switch, {"visibility": "private"}).status_code == 302
    assert "Only you." in client.get(page_of(award)).content.decode()
    client.force_login(bo.user)
    assert client.get(page_of(award)).status_code == 404
    assert client.post(switch, {"visibility": "public"}).status_code == 404
    client.logout()
    assert client.get(page_of(award)).status_code == 404
    assert client.post(switch, {"visibility": "public"}).status_code == 302
    assert not BadgeAward.objects.get().is_public


def test_the_holder_hides_all(client, award, amara):
    """A14."""
    client.force_login(amara.user)
    client.post(reverse("badges:profile"), {"visibility": "private"})
    assert "Only you see your badges." in client.get(reverse("badges:wall")).content.decode()
    assert client.get(page_of(award)).status_code == 200
    client.logout()
    assert client.get(page_of(award)).status_code == 404


def test_a_revoked_badge_says_so_and_names_nobody(client, award, amara):
    """A11: gone, without the holder's name or the reason; the holder reads the reason."""
    badges.revoke(award, reason="Wrong container", actor=SYSTEM)
    response = client.get(page_of(award))
    assert response.status_code == 410
    page = response.content.decode()
    assert "This badge was revoked on" in page
    assert amara.pseudonym not in page
    assert "Wrong container" not in page
    client.force_login(amara.user)
    assert "Wrong container" in client.get(page_of(award)).content.decode()


def test_an_address_that_never_was(client, db):
    assert client.get("/b/AAAAAAAAAAAAAAAAAAAAAA/").status_code == 404


def test_the_pages_cost_a_constant_number_of_queries(client, award, django_assert_num_queries):
    with django_assert_num_queries(2):
        client.get(page_of(award))
