"""A passkey from sign-up to sign-in, with Chromium's own virtual authenticator."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from playwright.sync_api import expect

from members.models import Consent, Member
from tests.browser.test_walks import faults_here
from tests.portal.test_sign_up import sent_code

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("browser")]

KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def plug_in(page) -> None:
    """An authenticator that says yes."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})


def test_a_passkey_signs_up_and_signs_in(visit, units, settings):
    """UM22, UA2, UA11: every page on the way is accessible and within its policy."""
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    with visit(size="phone") as visitor:
        # A relying party is a name, and 127.0.0.1 is none.
        visitor.base = visitor.base.replace("127.0.0.1", "localhost")
        page, faults = visitor.page, []
        plug_in(page)
        visitor.go("/account/signup/")
        page.get_by_role("link", name="Sign up using a passkey").click()
        faults += faults_here(visitor, "sign up")
        page.get_by_label("E-mail", exact=True).fill("noor@example.test")
        page.get_by_label("I agree to this").check()
        page.get_by_role("button", name="Sign up").click()
        expect(page).to_have_url(re.compile("/confirm-email/"))
        faults += faults_here(visitor, "code")
        page.get_by_label("Code").fill(sent_code())
        page.get_by_role("button", name="Confirm").click()
        expect(page).to_have_url(re.compile("/webauthn/signup/"))
        faults += faults_here(visitor, "create")
        page.get_by_role("button", name="Create").click()
        expect(page).to_have_url(re.compile(r"^[^/]+//[^/]+/$"))
        for path in (
            "/account/2fa/",
            "/account/2fa/webauthn/",
            "/account/security/",
            "/account/sessions/",
            "/account/privacy/",
            "/account/terms/",
        ):
            visitor.go(path)
            faults += faults_here(visitor, path)
        visitor.go("/account/privacy/erasure/")
        page.get_by_role("button", name="Use a security key").click()
        expect(page).to_have_url(re.compile("/privacy/erasure/"))
        faults += faults_here(visitor, "erasure")
        visitor.go("/account/logout/")
        page.get_by_role("main").get_by_role("button", name="Sign out").click()
        visitor.go("/account/login/")
        page.get_by_role("button", name="Sign in with a passkey").click()
        expect(page).to_have_url(re.compile(r"^[^/]+//[^/]+/$"))
        expect(page.get_by_role("link", name="Join")).to_have_count(0)
        assert faults == []
    member = Member.objects.get()
    assert member.email == "noor@example.test"
    assert not member.user.has_usable_password()
    assert Authenticator.objects.filter(user=member.user, type="webauthn").count() == 1
    assert Consent.objects.get().text_version == "1"
    assert len(mail.outbox) == 1
