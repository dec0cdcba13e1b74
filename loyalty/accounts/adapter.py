"""How allauth treats people here."""

import binascii
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.db import transaction
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import translation

from loyalty.accounts.enrolment import agree, enrol_user
from loyalty.accounts.second_factor import COUNTING, is_needed
from loyalty.campaigns.views.referrals import tell_who_invited
from members import clock, secret_keys
from members.domain.actors import Actor
from members.languages import spoken
from members.models import CredentialChange, Member, User
from members.operations import credentials, keys

SEALING = "authenticators"


class AccountAdapter(DefaultAccountAdapter):
    """Sign-up opens a membership in the same transaction, so nobody is a user without being a member."""

    @transaction.atomic
    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """Save the new sign-in, enrol its person, and note what they agreed to."""
        user = super().save_user(request, user, form, commit=True)
        member = enrol_user(user)
        agree(
            member,
            terms=form.cleaned_data["terms_version"],
            news=form.agreed_news,
            actor=Actor.user(user),
        )
        tell_who_invited(request, member)
        return user

    @transaction.atomic
    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Who has shown that an address is theirs gets what was bought with it."""
        confirmed = super().confirm_email(request, email_address)
        member = Member.objects.of(email_address.user).filter(email=email_address.email).first()
        if confirmed and member is not None:
            actor = Actor.user(email_address.user)
            keys.follow_email(member, address=email_address.email, actor=actor, is_verified=True)
        return confirmed

    def login(self, request: HttpRequest, user: User) -> None:
        """Who comes back after a long time shows that it is they, by a code or a second factor."""
        last, actor = user.last_login, Actor.user(user)
        super().login(request, user)
        methods = {record["method"] for record in get_authentication_records(request, user)}
        if "code" in methods:
            credentials.confirm(user, proven_since=None, actor=actor)
        elif "mfa" not in methods and last and clock.now() - last > credentials.DORMANT:
            credentials.changed(user, kind=CredentialChange.Kind.RETURN, actor=actor)

    def get_login_stages(self) -> list[str]:
        """After all that allauth asks: the terms."""
        return [*super().get_login_stages(), "loyalty.accounts.stages.TermsStage"]

    def format_email_subject(self, subject: str) -> str:
        """The programme's name first."""
        return f"{settings.PROGRAMME_NAME}: {subject}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """In the language of who gets it, as far as it is known."""
        member = Member.objects.filter(user__email__iexact=email).first()
        user = context.get("user")
        if member is None and isinstance(user, User):
            member = Member.objects.of(user).first()
        language = member.language if member is not None else translation.get_language()
        with translation.override(spoken(language)):
            super().send_mail(template_prefix, email, context)

    def render_mail(
        self,
        template_prefix: str,
        email: str | list[str],
        context: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> EmailMessage:
        """The text, and the same text as a simple page for those who read mail so."""
        context = context | {"programme_name": settings.PROGRAMME_NAME}
        mail = super().render_mail(template_prefix, email, context, headers)
        if isinstance(mail, EmailMultiAlternatives):
            page = render_to_string("emails/account.html", context | {"text": mail.body})
            mail.attach_alternative(page, "text/html")
        return mail


class AuthenticatorAdapter(DefaultMFAAdapter):
    """Second factors: their secrets are sealed with a key of their own, and their issuer is the
    programme."""

    def get_totp_issuer(self) -> str:
        """What the authenticator app shows."""
        return settings.PROGRAMME_NAME

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """The host as ever, under the programme's name."""
        return super().get_public_key_credential_rp_entity() | {"name": settings.PROGRAMME_NAME}

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Not the last one of somebody whose rights ask for one."""
        others = Authenticator.objects.filter(user=authenticator.user, type__in=COUNTING)
        if authenticator.type not in COUNTING or others.exclude(pk=authenticator.pk).exists():
            return True
        return not is_needed(authenticator.user)

    def encrypt(self, text: str) -> str:
        """AES-256-GCM under the secret in use."""
        nonce = os.urandom(12)
        key = secret_keys.derived(secret_keys.secrets()[0], SEALING)
        return urlsafe_b64encode(nonce + AESGCM(key).encrypt(nonce, text.encode(), None)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Opens what any known secret sealed; what was stored before sealing began is read as it is."""
        try:
            sealed = urlsafe_b64decode(encrypted_text)
        except (binascii.Error, ValueError):
            return encrypted_text
        for secret in secret_keys.secrets():
            try:
                opened = AESGCM(secret_keys.derived(secret, SEALING)).decrypt(
                    sealed[:12], sealed[12:], None
                )
            except (InvalidTag, ValueError):
                continue
            return opened.decode()
        return encrypted_text
