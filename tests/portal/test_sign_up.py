"""A sign-up is a membership with what was agreed to, or nothing."""

import re

import pytest
from django.core import mail
from django.core.cache import cache
from django.urls import reverse

from members.models import Account, Activity, Consent, Member, Unit, User
from members.operations import consent_texts
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db

FORM = {
    "email": "amara@example.org",
    "password1": "three-green-jars",
    "password2": "three-green-jars",
    "terms": "on",
    "terms_version": "1",
}
NEXT = {"en": ("Terms", "Be kind.", "One rule instead of many.")}


def sent_code() -> str:
    """The code of the newest mail."""
    return re.search(r"^([A-Z0-9-]{6,9})$", mail.outbox[-1].body, re.MULTILINE)[1]


def test_sign_up_enrols_the_member_with_accounts_and_the_joining_activity(client):
    """UM22 (first half): the welcome bonus hangs on the activity `member.joined`."""
    Unit.objects.get_or_create(
        code="points", defaults={"name": "points", "purpose": Unit.Purpose.SPENDABLE}
    )
    response = client.post(reverse("account_signup"), FORM)
    assert response.status_code == 302
    user = User.objects.get()
    member = Member.objects.get()
    assert (member.user, member.ref, member.email) == (user, f"web-{user.pk}", "amara@example.org")
    assert [account.kind for account in Account.objects.filter(member=member)] == ["wallet"]
    activity = Activity.objects.get()
    assert (activity.kind, activity.member, activity.status) == (
        "member.joined",
        member,
        "accepted",
    )
    agreed = Consent.objects.values_list("member", "purpose", "granted", "text_version")
    assert list(agreed) == [(member.pk, "terms", True, "1")]


def test_the_code_that_was_sent_signs_the_new_member_in(client):
    """UM22."""
    client.post(reverse("account_signup"), FORM)
    assert "_auth_user_id" not in client.session
    answer = client.post(reverse("account_email_verification_sent"), {"code": sent_code()})
    assert (answer.status_code, answer.url) == (302, "/")
    assert client.session["_auth_user_id"] == str(User.objects.get().pk)


def test_nothing_is_ticked_beforehand_and_news_are_kept_when_they_are(client):
    page = client.get(reverse("account_signup")).content.decode()
    assert "Terms of the programme" in page
    assert not re.search(r'type="checkbox"[^>]*\schecked', page)
    client.post(reverse("account_signup"), FORM | {"news": "on"})
    news = Consent.objects.get(purpose="programme")
    assert (news.channel, news.granted, news.text_version) == ("email", True, "1")


def test_what_is_agreed_to_is_text_and_no_page(client):
    """Attack 17."""
    wordings = {"en": ("<i>News</i>", "Offers <b>now</b> & then", "")}
    consent_texts.publish("programme", wordings=wordings, actor=SYSTEM)
    page = client.get(reverse("account_signup")).content.decode()
    assert "Offers &lt;b&gt;now&lt;/b&gt; &amp; then" in page and "&lt;i&gt;News" in page
    assert "<b>now" not in page and "<i>News" not in page


@pytest.mark.parametrize("page", ["account_signup", "account_signup_by_passkey"])
def test_without_the_terms_nobody_takes_part(client, page):
    form = {name: value for name, value in FORM.items() if name != "terms"}
    answer = client.post(reverse(page), form)
    assert answer.status_code == 422
    assert "Without agreeing to the terms you cannot take part." in answer.content.decode()
    assert not User.objects.exists()


def test_who_read_an_older_version_is_shown_the_new_one(client):
    consent_texts.publish("terms", wordings=NEXT, actor=SYSTEM)
    answer = client.post(reverse("account_signup"), FORM)
    assert answer.status_code == 422
    assert "The terms have changed just now." in answer.content.decode()
    assert 'name="terms_version" value="2"' in answer.content.decode()
    assert not User.objects.exists()


def test_sign_up_with_a_known_address_says_the_same_and_writes_nothing(client):
    """No enumeration: the answer is the one that a new address gets, and so is the number of mails."""
    first = client.post(reverse("account_signup"), FORM)
    first_page = client.get(first.url).content
    client.logout()
    cache.clear()
    again = client.post(reverse("account_signup"), FORM)
    assert (again.status_code, again.url) == (first.status_code, first.url)
    token = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"|nonce="[^"]*"')
    assert token.sub(b"", client.get(again.url).content) == token.sub(b"", first_page)
    assert User.objects.count() == Member.objects.count() == Activity.objects.count() == 1
    assert [message.to for message in mail.outbox] == [["amara@example.org"]] * 2


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("account_signup", FORM | {"password2": "four-green-jars"}),
        ("account_login", {"login": "nobody@example.org", "password": "three-green-jars"}),
    ],
)
def test_a_refused_form_says_so_in_its_status(client, page, said):
    """UA8."""
    response = client.post(reverse(page), said)
    assert response.status_code == 422
    assert 'id="error-summary"' in response.content.decode()
