"""The people who can sign in to the demo. They share one password, made for this installation."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group, Permission
from django.db import transaction

from loyalty.accounts.enrolment import agree
from members.domain.actors import Actor
from members.models import Member, User
from members.operations import members, users

#: Amara shops at the record store: her history is this customer's.
AMARA = "cdnow-1166"

STAFF_APPS = (
    "members",
    "audiences",
    "campaigns",
    "rewards",
    "recognition",
    "events_directory",
    "governance",
    "connectors",
    "measurement",
    "messaging",
    "django_celery_beat",
)
#: What console staff may not do, whatever the app: these belong to operations, to few, or to nobody.
NOT_FOR_STAFF = (
    "delete_",
    "add_entry",
    "change_entry",
    "change_balance",
    "add_balance",
    "see_contact",
    "administer_",
)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the demo: e-mail, name, and their membership's reference if they have one."""

    email: str
    given_name: str
    family_name: str
    ref: str = ""
    is_staff: bool = False
    is_superuser: bool = False


CAST = (
    Person("amara@demo.example", "Amara", "Obi", AMARA),
    Person("bo@demo.example", "Bo", "Lind", "bo"),
    Person("chi@demo.example", "Chi", "Tran", "chi"),
    Person("dee@demo.example", "Dee", "Obi", "dee"),
    Person("eli@demo.example", "Eli", "Marsh"),
    Person("fay@demo.example", "Fay", "Novak", is_staff=True, is_superuser=True),
    Person("gil@demo.example", "Gil", "Sato", is_staff=True),
)


@transaction.atomic
def install(*, password: str, joined_on: date, actor: Actor) -> dict[str, User]:
    """Create whoever of the cast is missing; answers the users by given name in lower case."""
    staff = _staff_group()
    cast = {person.given_name.lower(): _user(person, password, actor) for person in CAST}
    cast["gil"].groups.add(staff)
    for person in CAST:
        if person.ref and not Member.objects.filter(user__email=person.email).exists():
            _enrol(person, cast[person.given_name.lower()], joined_on, actor)
    return cast


def _user(person: Person, password: str, actor: Actor) -> User:
    user, is_new = users.register(
        person.email,
        password=password,
        given_name=person.given_name,
        family_name=person.family_name,
        is_staff=person.is_staff,
        is_superuser=person.is_superuser,
        actor=actor,
    )
    if is_new:
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def _enrol(person: Person, user: User, joined_on: date, actor: Actor) -> None:
    member = members.enrol(
        person.ref,
        user=user,
        actor=actor,
        email=person.email,
        given_name=person.given_name,
        family_name=person.family_name,
        joined_on=joined_on,
        at=datetime.combine(joined_on, time(9), UTC),
    )
    agree(member, terms="1", news="1", actor=actor)


def join_boards(*, actor: Actor) -> None:
    """Have Bo and every third of the shop's customers stand on the boards; Amara has yet to decide. Again,
    it changes nothing."""
    customers = Member.objects.filter(user=None).order_by("pk")
    for member in [*Member.objects.filter(ref="bo"), *customers[::3]]:
        members.update(member, is_ranked=True, actor=actor)


def _staff_group() -> Group:
    """Console staff: may see everything and use the operations of the rooms they work in."""
    group, _ = Group.objects.get_or_create(name="Console staff")
    allowed = Permission.objects.filter(content_type__app_label__in=STAFF_APPS)
    for prefix in NOT_FOR_STAFF:
        allowed = allowed.exclude(codename__startswith=prefix)
    group.permissions.set(allowed)
    return group
