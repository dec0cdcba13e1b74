"""Who confirms an address gets what was bought with it."""

import pytest
from django.urls import reverse

from members.models import Activity, CustomerKey, Member
from tests.campaigns.conftest import order, take
from tests.portal.test_sign_up import FORM, sent_code

pytestmark = pytest.mark.django_db


def test_a_purchase_by_address_is_theirs_once_they_have_confirmed_it(client, units):
    """E89: signing up with somebody's address claims nothing; confirming it does."""
    take(order("", "20.00", customer={"email": "New@Example.test"}))
    client.post(
        reverse("account_signup"),
        FORM | {"email": "new@example.test"},
    )
    member = Member.objects.get(email="new@example.test")
    assert not CustomerKey.objects.exclude(member=None).exists()
    assert Activity.objects.get(external_id="o1").member is None
    client.post(reverse("account_email_verification_sent"), {"code": sent_code()})
    assert CustomerKey.objects.get(member=member).kind == "email"
    assert Activity.objects.get(external_id="o1").member == member
