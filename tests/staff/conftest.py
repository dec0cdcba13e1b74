"""The console's people: Fay drafts, Gil publishes, Hal may only look at nothing."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client

from members.models import User
from tests.conftest import person

APPS = (
    "members",
    "audiences",
    "campaigns",
    "rewards",
    "connectors",
    "measurement",
    "messaging",
    "django_celery_beat",
)


def client_of(user: User | None) -> Client:
    """A browser, signed in."""
    client = Client()
    if user is not None:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def staff_group(db) -> Group:
    """What console staff may: everything in their rooms but deleting."""
    group = Group.objects.create(name="Console staff")
    group.permissions.set(
        Permission.objects.filter(content_type__app_label__in=APPS).exclude(
            codename__startswith="delete_"
        )
    )
    return group


def colleague(name: str, *groups: Group) -> User:
    """Staff who are no superusers."""
    user = person(f"{name}@example.test", first_name=name.title(), is_staff=True)
    user.groups.set(groups)
    return user


@pytest.fixture
def ira(staff_group) -> User:
    """Console staff."""
    return colleague("ira", staff_group)


@pytest.fixture
def gil(staff_group) -> User:
    """Console staff, the second person."""
    return colleague("gil", staff_group)


@pytest.fixture
def hal(db) -> User:
    """Staff without any permission."""
    return colleague("hal")
