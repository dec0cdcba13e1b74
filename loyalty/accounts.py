"""How allauth treats sign-up here."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import get_language

from members.domain.actors import Actor
from members.models import Member, User
from members.operations import members


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
        enrol_user(user)
        return user
