"""A sign-up is a membership, or nothing."""

import pytest
from django.urls import reverse

from members.models import Account, Activity, Member, Unit, User

FORM = {
    "email": "amara@example.org",
    "password1": "three-green-jars",
    "password2": "three-green-jars",
}


@pytest.mark.django_db
def test_sign_up_enrols_the_member_with_accounts_and_the_joining_activity(client):
    """UM22 (first half): the welcome bonus hangs on the activity `member.joined`."""
    Unit.objects.get_or_create(
        code="points", defaults={"name": "points", "purpose": Unit.Purpose.SPENDABLE}
    )
    response = client.post(reverse("account_signup"), FORM)
    assert response.status_code == 302
    user = User.objects.get()
    member = Member.objects.get()
    assert (member.user, member.ref, member.email) == (user, f"web-{user.pk}", "amara@example.org")
    assert [account.kind for account in Account.objects.filter(member=member)] == ["wallet"]
    activity = Activity.objects.get()
    assert (activity.kind, activity.member, activity.status) == (
        "member.joined",
        member,
        "accepted",
    )


@pytest.mark.django_db
def test_sign_up_with_a_known_address_says_the_same_and_writes_nothing(client):
    """No enumeration: the answer is the one that a new address gets."""
    first = client.post(reverse("account_signup"), FORM)
    client.logout()
    again = client.post(reverse("account_signup"), FORM)
    assert (again.status_code, again.url) == (first.status_code, first.url)
    assert User.objects.count() == Member.objects.count() == Activity.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("account_signup", FORM | {"password2": "four-green-jars"}),
        ("account_login", {"login": "nobody@example.org", "password": "three-green-jars"}),
    ],
)
def test_a_refused_form_says_so_in_its_status(client, page, said):
    """UA8."""
    response = client.post(reverse(page), said)
    assert response.status_code == 422
    assert 'id="error-summary"' in response.content.decode()
