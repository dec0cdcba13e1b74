"""The public page of an award, and who may see it."""

import struct
import time

import pytest
from django.urls import reverse

from members import clock
from members.models import Member
from members.operations import members
from recognition.models import Achievement, Badge, BadgeAward
from recognition.operations import badges, goals, progress, rarity
from recognition.views import cards
from tests.conftest import SYSTEM
from tests.recognition.conftest import give

pytestmark = pytest.mark.django_db


@pytest.fixture
def award(badge, amara):
    return give(amara, badge, evidence="Container 4711")


def page_of(award):
    return reverse("awards:award", args=[award.slug])


def card_of(award):
    return reverse("awards:card", args=[award.slug])


def size_of(picture: bytes) -> tuple[int, int]:
    """The measures in a PNG's head."""
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", picture[16:24])


def test_anybody_with_the_link_reads_how_when_and_by_whom(client, award, amara):
    """UM11, A1, A28: by pseudonym; the criteria, the reason and the number of holders."""
    rarity.count()
    response = client.get(f"/b/{award.slug}/")
    page = response.content.decode()
    for text in (
        "First refill",
        "Send one container back.",
        "Your first container came back",
        "Container 4711",
        amara.pseudonym,
        "<bdi>1</bdi> member holds it",
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
    """A14, UM12: what was shared once is gone for others, who cannot change it, and names nobody."""
    switch = reverse("badges:visibility", args=[award.slug])
    client.force_login(amara.user)
    assert client.post(switch, {"visibility": "private"}).status_code == 302
    assert "Only you see this page." in client.get(page_of(award)).content.decode()
    client.force_login(bo.user)
    assert client.get(page_of(award)).status_code == 410
    assert client.post(switch, {"visibility": "public"}).status_code == 404
    client.logout()
    gone = client.get(page_of(award))
    assert gone.status_code == 410
    for word in (amara.pseudonym, "First refill", "Container 4711"):
        assert word not in gone.content.decode()
    assert client.post(switch, {"visibility": "public"}).status_code == 302
    assert not BadgeAward.objects.get().is_public


def test_the_holder_hides_all(client, award, amara):
    """A14."""
    client.force_login(amara.user)
    client.post(reverse("badges:profile"), {"visibility": "private"})
    assert "Only you see your badges." in client.get(reverse("badges:wall")).content.decode()
    assert client.get(page_of(award)).status_code == 200
    own = client.get(card_of(award))
    assert (own.status_code, own["Cache-Control"]) == (200, "no-store")
    client.logout()
    assert client.get(page_of(award)).status_code == 410
    assert client.get(card_of(award)).status_code == 410


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


def test_nothing_is_shared_before_its_holder_says_so(client, amara):
    """UM12: opt-in. Not there for others, page and card; there for its holder, and marked as theirs alone."""
    badge = badges.define("quiet", name="Quiet", criteria="Be quiet.", actor=SYSTEM)
    award = give(amara, badges.activate(badge, actor=SYSTEM))
    assert client.get(page_of(award)).status_code == client.get(card_of(award)).status_code == 404
    client.force_login(amara.user)
    page = client.get(page_of(award)).content.decode()
    assert "Only you see this page." in page and "og:image" not in page
    own = client.get(card_of(award))
    assert (own.status_code, own["Cache-Control"]) == (200, "no-store")
    client.post(reverse("badges:visibility", args=[award.slug]), {"visibility": "public"})
    client.logout()
    assert client.get(page_of(award)).status_code == client.get(card_of(award)).status_code == 200


def test_a_shared_page_carries_its_card(client, award, amara, settings):
    """UM12, A23: whole addresses, size, and words for the picture; the name is the one others read."""
    settings.PUBLIC_URL = "https://club.example"
    page = client.get(page_of(award)).content.decode()
    for name, value in {
        "title": "First refill",
        "url": f"https://club.example/b/{award.slug}/",
        "image:width": "1200",
        "image:height": "630",
        "image:alt": f"The badge “First refill”, won by {amara.pseudonym}",
    }.items():
        assert f'property="og:{name}" content="{value}"' in page
    mark = cards.mark_of(cards.svg_of(award))
    assert f"https://club.example/b/{award.slug}/card.png?{mark}" in page


def test_the_card_is_a_picture_of_its_size_and_quick(client, award):
    """UM12: 1200 by 630, under a megabyte, under 300 ms; the second time it is only looked up."""
    cards.png_of(cards.svg_of(None))  # what the first drawing of a process has to load
    cards.png_of.cache_clear()
    begun = time.process_time()
    answer = client.get(card_of(award))
    assert time.process_time() - begun < 0.3
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert size_of(answer.content) == (1200, 630) and len(answer.content) < 1_000_000
    assert answer["Cache-Control"] == "public, max-age=300"
    assert client.get(card_of(award)).content == answer.content
    assert cards.png_of.cache_info().hits == 1


def test_the_card_of_what_is_gone_is_the_programmes_own(client, award, amara):
    """UM12: taken back by its holder or revoked, the picture names nobody."""
    client.get(card_of(award))
    plain = cards.png_of(cards.svg_of(None))
    badges.show(award, holder=amara, is_public=False, actor=SYSTEM)
    answer = client.get(card_of(award))
    assert (answer.status_code, answer.content, answer["Cache-Control"]) == (410, plain, "no-store")
    badges.show(award, holder=amara, is_public=True, actor=SYSTEM)
    badges.revoke(award, reason="Wrong container", actor=SYSTEM)
    answer = client.get(card_of(award))
    assert (answer.status_code, answer.content) == (410, plain)


def test_what_a_card_says_cannot_draw(award, amara):
    """A name is text on it, whatever it holds."""
    award.badge.name = "<image href='file:///etc/passwd'/> & \"more\""
    drawing = cards.svg_of(award)
    assert "<image" not in drawing and "&lt;image" in drawing and "&amp;" in drawing
    assert size_of(cards.png_of(drawing)) == (1200, 630)


def test_a_badge_has_a_page_that_says_how_far_one_is(client, badge, amara, bo):
    """UM11: criteria, rarity, "3 of 5 refills", and for its holder when and how."""
    made = goals.define(
        Achievement,
        slug="refills",
        name="Refills",
        criteria="Refill five times.",
        step_words="refills",
        target=5,
        badge=badge,
        actor=SYSTEM,
    )
    goals.activate(made, actor=SYSTEM)
    today = clock.now().date()
    progress.take_steps(
        [progress.Step(amara.pk, "refills", "first", 3, clock.now(), today)], actor=SYSTEM
    )
    won = give(bo, badge)
    rarity.count()
    path = reverse("badges:badge", args=[badge.slug])
    visitor = client.get(path).content.decode()
    assert "Send one container back." in visitor and "<bdi>1</bdi> member holds it" in visitor
    client.force_login(amara.user)
    page = client.get(path).content.decode()
    assert "3 of 5 refills" in page and "You have it" not in page
    client.force_login(bo.user)
    page = client.get(path).content.decode()
    assert "You have it" in page and f'href="/b/{won.slug}/"' in page
    badges.archive(Badge.objects.get(), actor=SYSTEM)
    assert client.get(path).status_code == 200
    client.logout()
    assert client.get(path).status_code == 404


def test_rarity_counts_people_and_is_counted_anew(badge, amara, bo):
    """UM11: revoked awards and erased members do not count; nor are there more holders than members."""
    give(amara, badge)
    taken = give(bo, badge)
    rarity.count()
    assert (badge.count.holders, badge.count.members) == (2, 2)
    badges.revoke(taken, reason="Not theirs", actor=SYSTEM)
    rarity.count()
    count = Badge.objects.select_related("count").get().count
    assert (count.holders, count.members, count.per_thousand) == (1, 2, 500)


def test_a_name_that_no_drawing_may_hold_is_drawn_without_it(client, amara, badge):
    """UM11: shops send what they have; a control character is none of the card's letters."""
    Member.objects.filter(pk=amara.pk).update(given_name="Ama\x08ra", shows_real_name=True)
    award = give(amara, badge)
    badges.show(award, holder=amara, is_public=True, actor=SYSTEM)
    response = client.get(card_of(award))
    assert (response.status_code, size_of(response.content)) == (200, (1200, 630))
