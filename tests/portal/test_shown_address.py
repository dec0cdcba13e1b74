"""Who confirms an address gets what was bought with it."""

import re

import pytest
from django.core import mail
from django.urls import reverse

from members.models import Activity, CustomerKey, Member
from tests.campaigns.conftest import order, take

pytestmark = pytest.mark.django_db


def test_a_purchase_by_address_is_theirs_once_they_have_confirmed_it(client, units):
    """E89: signing up with somebody's address claims nothing; confirming it does."""
    take(order("", "20.00", customer={"email": "New@Example.test"}))
    client.post(
        reverse("account_signup"),
        {"email": "new@example.test", "password1": "three-green-jars"}
        | {"password2": "three-green-jars"},
    )
    member = Member.objects.get(email="new@example.test")
    assert not CustomerKey.objects.exclude(member=None).exists()
    assert Activity.objects.get(external_id="o1").member is None
    [path] = re.findall(r"https?://[^/\s]+(/\S+)", mail.outbox[-1].body)
    client.post(path)
    assert CustomerKey.objects.get(member=member).kind == "email"
    assert Activity.objects.get(external_id="o1").member == member
