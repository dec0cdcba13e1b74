"""How allauth treats sign-up here."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import get_language

from loyalty.campaigns.views.referrals import tell_who_invited
from members.domain.actors import Actor
from members.models import Member, User
from members.operations import keys, members


def enrol_user(user: User) -> Member:
    """Open the membership of somebody who signs in; outside they are known as `web-<id>`."""
    return members.enrol(
        f"web-{user.pk}",
        actor=Actor.user(user),
        user=user,
        email=user.email,
        given_name=user.first_name,
        family_name=user.last_name,
        language=get_language() or "en",
    )


class AccountAdapter(DefaultAccountAdapter):
    """Sign-up opens a membership in the same transaction, so nobody is a user without being a member."""

    @transaction.atomic
    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """Save the new sign-in and enrol its person."""
        user = super().save_user(request, user, form, commit=True)
        tell_who_invited(request, enrol_user(user))
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
