"""Registering people who may sign in, other than by signing up themselves."""

from django.db import transaction

from members.domain.actors import Actor
from members.models import User
from members.operations import audit


@transaction.atomic
def register(
    email: str,
    *,
    password: str,
    actor: Actor,
    given_name: str = "",
    family_name: str = "",
    is_staff: bool = False,
    is_superuser: bool = False,
) -> tuple[User, bool]:
    """A user with this e-mail address, and whether it is new. A known user is left as it is."""
    known = User.objects.filter(email__iexact=email).first()
    if known is not None:
        return known, False
    user = User.objects.create_user(
        email,
        password,
        first_name=given_name,
        last_name=family_name,
        is_staff=is_staff,
        is_superuser=is_superuser,
    )
    audit.record(user, actor=actor, verb="members.user.registered", after={"is_staff": is_staff})
    return user, True
