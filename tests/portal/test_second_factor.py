"""Staff and owners of partner organisations get nowhere without a second factor."""

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.test import Client
from django.urls import reverse

from events_directory.operations import partners
from tests.conftest import SYSTEM
from tests.portal.test_signing_in import PASSWORD, sign_in, signed_in, verified

pytestmark = pytest.mark.django_db

SECRET = "JBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def _demanded(settings):
    settings.REQUIRE_SECOND_FACTOR = True


@pytest.fixture
def partner(eli):
    """An organisation that Eli owns."""
    return partners.register("Eli's", slug="elis", owner=eli, actor=SYSTEM)


def factor_of(user) -> Authenticator:
    return TOTP.activate(user, SECRET).instance


def code_now(secret: str = SECRET) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def test_staff_are_sent_to_set_one_up_and_find_only_that(fay):
    """Attack 14: the console asks for a second factor."""
    client = Client()
    client.force_login(fay)
    for path in ("/admin/", "/", "/admin/members/member/", "/events/"):
        answer = client.get(path)
        assert (answer.status_code, answer.url) == (302, reverse("mfa_index")), path
    assert client.post("/join/").url == reverse("mfa_index")
    assert client.get(reverse("mfa_index")).status_code == 200
    assert client.get(reverse("mfa_activate_totp")).status_code in (200, 302)
    assert client.post(reverse("account_logout")).status_code == 302


def test_with_one_everything_is_open(fay):
    factor_of(fay)
    client = Client()
    client.force_login(fay)
    assert client.get("/admin/").status_code == 200


def test_owners_of_a_partner_need_one_and_editors_and_members_do_not(partner, eli, amara):
    for user, found in ((eli, 302), (amara.user, 200)):
        client = Client()
        client.force_login(user)
        assert client.get("/events/").status_code == found
    partner.seats.filter(user=eli).update(role="editor")
    client = Client()
    client.force_login(eli)
    assert client.get("/events/").status_code == 200


def test_who_becomes_an_owner_meanwhile_is_asked_at_the_desk(partner, eli):
    seat = partner.seats.filter(user=eli)
    seat.update(role="editor")
    client = Client()
    client.force_login(eli)
    assert client.get("/partner/elis/events/").status_code == 200
    seat.update(role="owner")
    assert client.get("/partner/elis/events/").url == reverse("mfa_index")


def test_sign_in_asks_for_it_after_the_password(client, fay):
    verified(fay)
    factor_of(fay)
    assert sign_in(client, fay).url == reverse("mfa_authenticate")
    assert not signed_in(client)
    client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert not signed_in(client)
    client.post(reverse("mfa_authenticate"), {"code": code_now()})
    assert signed_in(client)


def test_the_last_one_cannot_be_removed_by_somebody_who_needs_it(fay, settings):
    factor = factor_of(fay)
    assert not get_adapter().can_delete_authenticator(factor)
    settings.REQUIRE_SECOND_FACTOR = False
    assert get_adapter().can_delete_authenticator(factor)


def test_secrets_of_factors_are_sealed(fay):
    factor = factor_of(fay)
    assert SECRET not in str(Authenticator.objects.get().data)
    assert get_adapter().decrypt(factor.data["secret"]) == SECRET
    assert PASSWORD not in str(factor.data)
