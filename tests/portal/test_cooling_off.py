"""What begins the wait, and what ends it, where people do it."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.usersessions.models import UserSession
from django.core import mail
from django.test import Client
from django.urls import reverse

from loyalty.rewards.models import Reward
from members import clock
from members.models import CredentialChange, CustomerKey, Member
from tests.portal.test_second_factor import code_now, factor_of
from tests.portal.test_sign_up import sent_code
from tests.portal.test_signing_in import PASSWORD, ama, sign_in, signed_in

__all__ = ["ama"]

pytestmark = pytest.mark.django_db

OTHER = "three-green-jars"
BOTH = {"password1": OTHER, "password2": OTHER}


def kinds() -> list[str]:
    return list(CredentialChange.objects.order_by("pk").values_list("kind", flat=True))


def prove(client, password=PASSWORD):
    client.post("/account/reauthenticate/?next=/", {"password": password})


def test_a_reset_tells_the_owner_and_keeps_the_points(client, ama, points):
    """Attack 6."""
    Reward.objects.create(
        slug="mug", name="Mug", cost=50, unit=points, state="active", kind="product"
    )
    client.post(reverse("account_reset_password"), {"email": ama.email})
    [path] = re.findall(r"http://testserver(/\S+)", mail.outbox[-1].body)
    form = client.get(path, follow=True).redirect_chain[-1][0]
    client.post(form, BOTH)
    assert kinds() == ["password_reset"]
    assert mail.outbox[-1].to == [ama.email] and "reset" in mail.outbox[-1].subject.lower()
    sign_in(client, ama.user, OTHER)
    page = client.post("/rewards/mug/redemptions/", {"key": uuid4()}, follow=True)
    assert "points stay until" in page.content.decode()
    assert not ama.redemptions.exists()
    assert "password reset by e-mail" in client.get("/account/security/").content.decode()


def test_another_address_is_told_to_the_old_one_and_the_membership_follows(client, ama):
    """Attack 6: the old address hears of it. What is bought with the new one is theirs."""
    sign_in(client, ama.user)
    elsewhere = Client()
    sign_in(elsewhere, ama.user)
    prove(client)
    client.post("/account/email/", {"email": "new@example.test", "action_add": ""})
    client.post(reverse("account_email_verification_sent"), {"code": sent_code()})
    assert "amara@example.test" in [message.to[0] for message in mail.outbox[1:]]
    member = Member.objects.get(pk=ama.pk)
    assert (member.email, member.user.email) == ("new@example.test", "new@example.test")
    assert CustomerKey.objects.get(member=member).kind == "email"
    assert kinds() == ["email"]
    assert elsewhere.get("/points/").status_code == 302
    assert client.get("/points/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_adding_a_factor_holds_nothing_up_and_ends_other_sessions(client, ama):
    sign_in(client, ama.user)
    sign_in(Client(), ama.user)
    prove(client)
    page = client.get(reverse("mfa_activate_totp"))
    code = code_now(page.context["form"].secret)
    assert client.post(reverse("mfa_activate_totp"), {"code": code}).status_code == 302
    assert Authenticator.objects.filter(user=ama.user, type="totp").exists()
    assert kinds() == []
    assert UserSession.objects.count() == 1


def test_removing_one_and_a_recovery_code_do(client, ama):
    factor_of(ama.user)
    codes = RecoveryCodes.activate(ama.user).get_unused_codes()
    sign_in(client, ama.user)
    client.post(reverse("mfa_authenticate"), {"code": codes[0]})
    assert signed_in(client)
    assert kinds() == ["recovery"]
    prove(client)
    client.post(reverse("mfa_deactivate_totp"))
    assert kinds() == ["recovery", "factor_removed"]


def test_a_second_factor_of_long_standing_lets_them_go_on_at_once(client, ama):
    factor_of(ama.user)
    with time_machine.travel(clock.now() + timedelta(days=3), tick=True):
        CredentialChange.objects.create(
            user=ama.user,
            kind="password",
            at=clock.now(),
            waits_until=clock.now() + timedelta(hours=24),
        )
        sign_in(client, ama.user)
        client.post(reverse("mfa_authenticate"), {"code": code_now()})
        assert CredentialChange.objects.get().confirmed_at is not None
        assert "points stay" not in client.get("/account/security/").content.decode()


def test_who_comes_back_after_a_year_shows_that_it_is_they(client, ama):
    """Dormant for more than 12 months."""
    sign_in(client, ama.user)
    with time_machine.travel(clock.now() + timedelta(days=366), tick=True):
        sign_in(again := Client(), ama.user)
        assert kinds() == ["return"]
        page = again.get("/account/security/").content.decode()
        assert "You have not been here for a long time." in page
        coded = Client()
        coded.post(reverse("account_request_login_code"), {"email": ama.email})
        coded.post(reverse("account_confirm_login_code"), {"code": sent_code()})
        assert CredentialChange.objects.get().confirmed_at is not None


def test_who_comes_back_sooner_is_not_asked(client, ama):
    sign_in(client, ama.user)
    with time_machine.travel(clock.now() + timedelta(days=364), tick=True):
        sign_in(Client(), ama.user)
    assert kinds() == []
