"""From a sign-in to a membership, with what its person agreed to."""

import secrets

from django.db import transaction
from django.utils.translation import get_language

from members.domain.actors import Actor
from members.models import ConsentText, Member, User
from members.operations import consents, members, references

Purpose = ConsentText.Purpose


def enrol_user(user: User) -> Member:
    """Open the membership of somebody who signs in; outside they are known as `web-<id>`.

    Whoever had a membership erased and kept their sign-in, for it opens a desk, begins afresh.
    """
    ref = f"web-{user.pk}"
    if references.erased([ref]):
        ref = f"{ref}-{secrets.token_hex(3)}"
    return members.enrol(
        ref,
        actor=Actor.user(user),
        user=user,
        email=user.email,
        given_name=user.first_name,
        family_name=user.last_name,
        language=get_language() or "en",
    )


@transaction.atomic
def join(user: User, *, terms: str) -> Member:
    """Open the membership of somebody who signs in and has agreed to the terms, in one step: nobody is a
    member who has not."""
    member = enrol_user(user)
    agree(member, terms=terms, actor=Actor.user(user))
    return member


def agree(member: Member, *, terms: str, news: str = "", actor: Actor) -> None:
    """Note the version of the terms that the member agreed to, and of the news if they want them."""
    consents.record(member, purpose=Purpose.TERMS, granted=True, text_version=terms, actor=actor)
    if news:
        consents.record(
            member,
            purpose=Purpose.NEWS,
            channel="email",
            granted=True,
            text_version=news,
            actor=actor,
        )
