"""Signing in: by password, by a code, under the terms; and what stops whoever guesses."""

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt, AccessLog
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.urls import reverse

from loyalty.accounts.enrolment import agree
from members import clock
from members.models import Consent, User
from members.operations import consent_texts, due
from tests.conftest import SYSTEM
from tests.portal.test_sign_up import NEXT, sent_code

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"
LOGIN = "/account/login/"


def verified(user: User) -> User:
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def sign_in(client, user, password=PASSWORD, **extra):
    return client.post(LOGIN, {"login": user.email, "password": password}, **extra)


def signed_in(client) -> bool:
    return "_auth_user_id" in client.session


@pytest.fixture
def ama(amara):
    """Amara can sign in and has agreed to the terms."""
    verified(amara.user)
    agree(amara, terms="1", actor=SYSTEM)
    return amara


def test_a_password_signs_in_with_a_new_session(client, ama):
    """Attack 15: a session that somebody prepared is not the one that is signed in."""
    client.get(LOGIN)
    client.session["prepared"] = True
    client.session.save()
    before = client.session.session_key
    assert sign_in(client, ama.user).url == "/"
    assert signed_in(client)
    assert client.session.session_key != before


def test_a_code_by_mail_signs_in(client, ama):
    """UM22: code by mail as fallback."""
    client.post(reverse("account_request_login_code"), {"email": ama.email})
    assert mail.outbox[-1].to == [ama.email]
    client.post(reverse("account_confirm_login_code"), {"code": sent_code()})
    assert signed_in(client)


@pytest.mark.parametrize(
    ("page", "field"),
    [("account_request_login_code", "email"), ("account_reset_password", "email")],
)
def test_nobody_learns_whether_an_address_is_known(client, ama, page, field):
    """Attack 14: same status, same body, one mail each."""
    token = re.compile(
        rb'name="csrfmiddlewaretoken" value="[^"]*"|nonce="[^"]*"|[a-z]+@example.test'
    )
    seen = []
    for address in (ama.email, "nobody@example.test"):
        visitor = Client()
        answer = visitor.post(reverse(page), {field: address})
        shown = visitor.get(answer.url)
        seen.append((answer.status_code, answer.url, token.sub(b"", shown.content)))
    assert seen[0] == seen[1]
    assert sorted(message.to[0] for message in mail.outbox) == sorted(
        [ama.email, "nobody@example.test"]
    )


def test_a_wrong_password_and_an_unknown_address_are_answered_alike(client, ama):
    """Attack 14."""
    token = re.compile(
        rb'name="csrfmiddlewaretoken" value="[^"]*"|nonce="[^"]*"|[a-z]+@example.test'
    )
    known = Client().post(LOGIN, {"login": ama.email, "password": "wrong"})
    unknown = Client().post(LOGIN, {"login": "nobody@example.test", "password": "wrong"})
    assert known.status_code == unknown.status_code == 422
    assert token.sub(b"", known.content) == token.sub(b"", unknown.content)
    assert mail.outbox == []


@pytest.mark.parametrize("address", ["amara@example.test", "nobody@example.test"])
def test_who_guesses_waits_and_is_told_until_when(client, ama, address):
    """Attack 14: known or not, the ninth try is a 429; not even the right password helps then."""
    for _ in range(7):
        assert client.post(LOGIN, {"login": address, "password": "wrong"}).status_code == 422
    answer = client.post(LOGIN, {"login": address, "password": "wrong"})
    assert (answer.status_code, answer["Retry-After"]) == (429, "900")
    assert "That was tried too often." in answer.content.decode()
    assert client.post(LOGIN, {"login": address, "password": PASSWORD}).status_code == 429
    assert not signed_in(client)
    with time_machine.travel(clock.now() + timedelta(minutes=16)):
        sign_in(client, ama.user)
    assert signed_in(client)


def test_forged_addresses_do_not_spread_the_guessing(client, ama):
    """Attack 2: without a proxy of ours, nobody is asked where they come from."""
    for number in range(8):
        answer = sign_in(client, ama.user, "wrong", HTTP_X_FORWARDED_FOR=f"10.0.0.{number}")
    assert answer.status_code == 429


def test_many_addresses_that_guess_at_one_account_are_stopped_too(client, ama):
    for number in range(24):
        sign_in(Client(REMOTE_ADDR=f"10.0.0.{number}"), ama.user, "wrong")
    sign_in(client, ama.user)
    assert not signed_in(client)


def test_the_consoles_door_is_under_the_same_limits(client, fay):
    """Attack 14: there is no other form to guess at."""
    verified(fay)
    for _ in range(8):
        client.post(LOGIN + "?next=/admin/", {"login": fay.email, "password": "wrong"})
    assert sign_in(client, fay).status_code == 429
    direct = client.post("/admin/login/", {"username": fay.email, "password": PASSWORD})
    assert direct.status_code == 302 and not signed_in(client)


def test_no_address_is_kept_of_those_that_were_tried(client, ama):
    client.post(LOGIN, {"login": "nobody@example.test", "password": "wrong"})
    attempt = AccessAttempt.objects.get()
    assert "nobody" not in attempt.username + attempt.post_data + attempt.get_data


def test_nobody_who_signs_in_is_written_down_and_sessions_that_are_over_go(client, ama):
    """P19: neither the address nor from where; and nothing lies about for ever."""
    sign_in(client, ama.user)
    assert signed_in(client)
    assert not AccessLog.objects.exists()
    ends = client.session.get_expiry_date()
    due.tidy(ends, ends - timedelta(hours=1))
    assert Session.objects.count() == 1
    due.tidy(ends, ends + timedelta(hours=1))
    assert not Session.objects.exists()


def test_a_reset_link_leads_to_our_own_host_only(client, ama):
    """Attack 15: a forged host is refused, and no mail leaves."""
    page = reverse("account_reset_password")
    answer = client.post(page, {"email": ama.email}, HTTP_HOST="evil.example")
    assert (answer.status_code, mail.outbox) == (400, [])
    client.post(page, {"email": ama.email}, HTTP_X_FORWARDED_HOST="evil.example")
    assert "http://testserver/account/password/reset/key/" in mail.outbox[0].body
    assert "evil" not in mail.outbox[0].body


def test_a_reset_link_works_once_and_starts_no_session(client, ama):
    """Attack 15: reset reuse."""
    client.post(reverse("account_reset_password"), {"email": ama.email})
    [path] = re.findall(r"http://testserver(/\S+)", mail.outbox[0].body)
    for password in ("three-green-jars", "four-green-jars"):
        form = client.get(path, follow=True)
        if form.redirect_chain:
            both = {"password1": password, "password2": password}
            client.post(form.redirect_chain[-1][0], both)
    ama.user.refresh_from_db()
    assert ama.user.check_password("three-green-jars")
    assert not signed_in(client)


def test_members_who_never_agreed_are_asked_before_they_are_in(client, amara):
    """The person is not signed in until they have decided."""
    verified(amara.user)
    assert sign_in(client, amara.user).url == "/account/terms/"
    assert not signed_in(client)
    assert client.get("/account/terms/").status_code == 200
    refused = client.post("/account/terms/", {"terms_version": "1"})
    assert (refused.status_code, Consent.objects.count()) == (422, 0)
    done = client.post("/account/terms/", {"terms": "on", "terms_version": "1"})
    assert (done.url, signed_in(client)) == ("/", True)
    consent = Consent.objects.get()
    assert (consent.member, consent.purpose, consent.text_version) == (amara, "terms", "1")


def test_changed_terms_ask_again_and_who_declines_loses_nothing(client, ama):
    consent_texts.publish("terms", wordings=NEXT, actor=SYSTEM)
    assert sign_in(client, ama.user).url == "/account/terms/"
    assert "One rule instead of many." in client.get("/account/terms/").content.decode()
    answer = client.post("/account/terms/", {"decline": "1"}, follow=True)
    assert "Nothing is lost" in answer.content.decode()
    assert not signed_in(client)
    assert not Consent.objects.filter(text_version="2").exists()
    assert sign_in(client, ama.user).url == "/account/terms/"
    client.post("/account/terms/", {"terms": "on", "terms_version": "2"})
    assert signed_in(client)


def test_people_without_a_membership_are_not_asked(client, gus):
    verified(gus)
    assert sign_in(client, gus).url == "/"
    assert client.get("/account/terms/").url == "/programme/terms/"


def test_sessions_are_listed_by_device_and_ended_one_by_one(ama):
    """UM22: list of sessions. No place is kept."""
    phone, desk = (
        Client(HTTP_USER_AGENT="Mozilla iPhone Safari"),
        Client(HTTP_USER_AGENT="Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"),
    )
    for client in (phone, desk):
        sign_in(client, ama.user)
    page = desk.get("/account/sessions/").content.decode()
    assert "Safari on iPhone" in page and "Firefox on Windows" in page
    assert set(UserSession.objects.values_list("ip", flat=True)) == {"::"}
    other = UserSession.objects.get(user_agent__contains="iPhone")
    desk.post(f"/account/sessions/{other.pk}/end/")
    assert phone.get("/points/").status_code == 302
    assert desk.get("/points/").status_code == 200


def test_nobody_ends_anothers_session(ama, bo):
    sign_in(client := Client(), ama.user)
    stranger = Client()
    stranger.force_login(bo.user)
    session = UserSession.objects.get()
    assert stranger.post(f"/account/sessions/{session.pk}/end/").status_code == 404
    assert client.get("/points/").status_code == 200


def test_when_a_session_was_last_seen_is_kept_to_a_quarter_of_an_hour(ama):
    sign_in(client := Client(), ama.user)
    began = UserSession.objects.get().last_seen_at
    client.get("/points/")
    assert UserSession.objects.get().last_seen_at == began
    with time_machine.travel(clock.now() + timedelta(minutes=20)):
        client.get("/points/")
    assert UserSession.objects.get().last_seen_at > began + timedelta(minutes=19)


def test_sensitive_steps_ask_who_it_is_and_the_answer_ages(ama):
    """Attack 15: what was shown is good for five minutes."""
    sign_in(client := Client(), ama.user)
    page = "/account/email/"
    asked = client.post(page, {"email": "new@example.test", "action_add": ""})
    assert asked.url.startswith("/account/reauthenticate/")
    client.post(f"/account/reauthenticate/?next={page}", {"password": PASSWORD})
    client.post(page, {"email": "new@example.test", "action_add": ""})
    assert mail.outbox[-1].to == ["new@example.test"]
    with time_machine.travel(clock.now() + timedelta(minutes=6)):
        asked = client.post(page, {"email": "newer@example.test", "action_add": ""})
        assert asked.url.startswith("/account/reauthenticate/")
    assert ["newer@example.test"] not in [message.to for message in mail.outbox]


def test_mail_speaks_the_members_language_and_has_a_page_beside_the_text(client, ama):
    ama.language = "de"
    ama.save()
    sign_in(client, ama.user)
    both = {
        "oldpassword": PASSWORD,
        "password1": "three-green-jars",
        "password2": "three-green-jars",
    }
    client.post("/account/reauthenticate/?next=/", {"password": PASSWORD})
    client.post("/account/password/change/", both)
    notice = mail.outbox[-1]
    assert notice.to == [ama.email]
    assert notice.subject.startswith("Laurel: ")
    assert [kind for _, kind in notice.alternatives] == ["text/html"]


def test_a_changed_password_ends_the_other_sessions(ama):
    """Attack 6."""
    here, there = Client(), Client()
    for client in (here, there):
        sign_in(client, ama.user)
    here.post("/account/reauthenticate/?next=/", {"password": PASSWORD})
    both = {
        "oldpassword": PASSWORD,
        "password1": "three-green-jars",
        "password2": "three-green-jars",
    }
    here.post("/account/password/change/", both)
    assert here.get("/points/").status_code == 200
    assert there.get("/points/").status_code == 302


@pytest.mark.parametrize("path", ["/account/login/", "/account/terms/", "/account/logout/"])
def test_forms_from_elsewhere_are_refused(ama, path):
    """Attack 16, sign-in too."""
    stranger = Client(enforce_csrf_checks=True)
    answer = stranger.post(path, {"login": ama.email, "password": PASSWORD})
    assert answer.status_code == 403
    as_text = stranger.post(path, '{"login": "x"}', content_type="text/plain")
    assert as_text.status_code == 403
    assert not signed_in(stranger)
