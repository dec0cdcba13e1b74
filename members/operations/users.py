"""Users: registering them other than by signing up, and what they may do here."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db import transaction

from members.domain.actors import Actor
from members.errors import NotYourOwn, OnlySuperusers
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


#: What is written on a user's card, and what they may do.
CARD = ("email", "first_name", "last_name")
RIGHTS = ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")


@transaction.atomic
def change(user: User, *, actor: Actor, **fields: Any) -> User:
    """Change a user's card or rights. Superusers only, and nobody changes their own rights."""
    unknown = set(fields) - {*CARD, *RIGHTS}
    if unknown:
        raise TypeError(f"not editable: {', '.join(sorted(unknown))}")
    _check_superuser(actor)
    if actor.id == user.pk and set(fields) & set(RIGHTS):
        raise NotYourOwn()
    user = User.objects.select_for_update().get(pk=user.pk)
    lists = {name: fields.pop(name) for name in ("groups", "user_permissions") if name in fields}
    for name, value in fields.items():
        setattr(user, name, value)
    user.full_clean(exclude=["password"])
    user.save(update_fields=list(fields))
    for name, rows in lists.items():
        getattr(user, name).set(rows)
    said = {name: value for name, value in fields.items() if name in RIGHTS}
    said |= {name: sorted(str(row) for row in rows) for name, rows in lists.items()}
    audit.record(
        user,
        actor=actor,
        verb="members.user.changed",
        after=said | {"fields": sorted({*fields, *lists})},
    )
    return user


@transaction.atomic
def set_group(
    name: str, *, permissions: Iterable[Permission], actor: Actor, group: Group | None = None
) -> Group:
    """Add a group, or change its name and what its people may do. Superusers only."""
    _check_superuser(actor)
    group = group or Group()
    group.name = name
    group.full_clean()
    group.save()
    group.permissions.set(permissions)
    audit.record(
        group,
        actor=actor,
        verb="members.group.set",
        after={"name": name, "permissions": sorted(p.codename for p in permissions)},
    )
    return group


def _check_superuser(actor: Actor) -> None:
    if actor.kind == "system":
        return
    if (
        actor.id is None
        or not User.objects.filter(pk=actor.id, is_superuser=True, is_active=True).exists()
    ):
        raise OnlySuperusers()
