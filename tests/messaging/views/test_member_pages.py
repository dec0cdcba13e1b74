"""The inbox, what members choose to be told, and leaving a topic from a mail."""

import pytest
from django.test import Client
from django.urls import reverse

from loyalty.messaging.models import Choice, Message, Pace
from loyalty.messaging.operations import subscriptions
from loyalty.messaging.operations.messages import Note, tell
from members.models import Consent
from members.operations import consents
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db
INBOX, CHOOSE = "/inbox/", "/account/messages/"


def told(member, count=1, link="/rewards/", topic="expiry"):
    tell(
        [Note(member.pk, topic, f"{n}", f"Letter {n}", "Have a look.", link) for n in range(count)]
    )
    return list(Message.objects.inbox(member))


def test_unread_letters_are_counted_in_the_title_and_beside_the_menu(client, bo):
    """UM20."""
    letters = told(bo, 3)
    client.force_login(bo.user)
    page = client.get(reverse("home")).content.decode()
    assert "<title>(3) Home" in page and "Inbox, 3 unread" in page
    answer = client.post(reverse("messages:reading", args=[letters[0].pk]))
    assert (answer.status_code, answer.url) == (302, "/rewards/")
    page = client.get(INBOX).content.decode()
    assert "<title>(2) Inbox" in page
    client.post(reverse("messages:readings"))
    page = client.get(INBOX).content.decode()
    assert "<title>Inbox" in page and "Inbox, 0 unread" in page and "Letter 0" in page


def test_looking_at_the_list_reads_nothing(client, bo):
    told(bo)
    client.force_login(bo.user)
    client.get(INBOX)
    assert Message.objects.get().read_at is None


def test_an_empty_inbox_has_one_thing_to_do(client, bo):
    """UM23."""
    client.force_login(bo.user)
    page = client.get(INBOX).content.decode()
    assert page.count('class="empty"') == 1 and f'href="{CHOOSE}"' in page


def test_a_letter_leads_nowhere_else(client, bo):
    [letter] = told(bo, link="https://elsewhere.example/")
    client.force_login(bo.user)
    assert client.post(reverse("messages:reading", args=[letter.pk])).url == INBOX


def test_the_letters_of_another_member_do_not_exist(client, bo, amara):
    [letter] = told(bo)
    client.force_login(amara.user)
    assert client.post(reverse("messages:reading", args=[letter.pk])).status_code == 404
    assert "Letter 0" not in client.get(INBOX).content.decode()
    assert Message.objects.get().read_at is None


def test_the_list_asks_as_often_for_one_letter_as_for_twenty(client, bo, django_assert_num_queries):
    client.force_login(bo.user)
    told(bo)
    client.get(INBOX)
    with django_assert_num_queries(6):
        client.get(INBOX)
    told(bo, 20)
    with django_assert_num_queries(6):
        client.get(INBOX)


def ticked(**fields):
    boxes = {f"{topic}-{way}": "on" for topic in ("expiry", "tier") for way in ("inbox", "email")}
    return boxes | {"quiet_from": "22:00", "quiet_until": "07:00", "most_a_day": "0"} | fields


def test_topics_quiet_hours_and_the_most_are_saved_and_shown(client, bo):
    """UM19."""
    client.force_login(bo.user)
    answer = client.post(CHOOSE, ticked(agrees="on", is_quiet="on", most_a_day="2"))
    assert (answer.status_code, answer.url) == (302, CHOOSE)
    left = Choice.objects.filter(member=bo, is_wanted=False).values_list("topic", "channel")
    assert sorted(left) == [
        ("events", "email"),
        ("events", "inbox"),
        ("offers", "email"),
        ("offers", "inbox"),
        ("recognition", "email"),
        ("recognition", "inbox"),
    ]
    pace = Pace.objects.get(member=bo)
    assert (f"{pace.quiet_from:%H:%M}", f"{pace.quiet_until:%H:%M}", pace.most_a_day) == (
        "22:00",
        "07:00",
        2,
    )
    consent = Consent.objects.get(member=bo)
    assert (consent.purpose, consent.channel, consent.granted) == ("programme", "email", True)
    form = client.get(CHOOSE).context["form"]
    assert form["agrees"].initial and form["is_quiet"].initial
    assert not form["offers-email"].initial and form["tier-email"].initial


def test_saving_again_agrees_to_nothing_twice(client, bo):
    consents.record(bo, purpose="programme", channel="email", granted=True, actor=SYSTEM)
    client.force_login(bo.user)
    client.post(CHOOSE, ticked(agrees="on"))
    assert Consent.objects.filter(member=bo).count() == 1
    client.post(CHOOSE, ticked())
    assert Consent.objects.filter(member=bo).latest("id").granted is False


def test_quiet_hours_of_no_length_are_refused_and_nothing_is_saved(client, bo):
    """UA8."""
    client.force_login(bo.user)
    answer = client.post(CHOOSE, ticked(agrees="on", is_quiet="on", quiet_until="22:00"))
    assert answer.status_code == 422 and b'href="#id_quiet_until"' in answer.content
    assert not Consent.objects.filter(member=bo).exists() and not Pace.objects.exists()
    assert not Choice.objects.exists()


@pytest.fixture
def leave(bo):
    [letter] = told(bo, topic="tier")
    link = subscriptions.link_for(letter)
    return link[link.index("/mail/") :]


def test_looking_at_the_link_of_a_mail_leaves_nothing(client, leave):
    """M9: GET never unsubscribes."""
    page = client.get(leave)
    assert page.status_code == 200 and "Your tier" in page.content.decode()
    assert not Choice.objects.exists()


def test_a_mailbox_leaves_by_a_post_without_session_or_token(bo, amara, leave):
    """UM19, M9: for the mail's own member, whoever may be signed in there."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(amara.user)
    assert client.post(leave, {"List-Unsubscribe": "One-Click"}).status_code == 200
    choice = Choice.objects.get()
    assert (choice.member, choice.topic, choice.channel, choice.is_wanted) == (
        bo,
        "tier",
        "email",
        False,
    )
    client.post(leave)
    assert Choice.objects.count() == 1


@pytest.mark.parametrize("key", ["x", "eyJtIjoxfQ:1:abc"])
def test_a_made_up_key_is_nobodys(client, db, key):
    assert client.post(f"/mail/{key}/").status_code == 404
