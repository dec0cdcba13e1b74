"""Three first steps worth points by ordinary rules, and something to save up for."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from loyalty.campaigns.models import Campaign
from loyalty.campaigns.operations import campaigns, standard
from loyalty.rewards.models import Reward
from loyalty.views.first_run import newcomer_of
from members import clock
from members.models import Activity, AuditRow, Balance, MemberAttribute
from members.operations import jobs, members
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db
SAID = {"given_name": "Bo", "family_name": "Lind", "time_zone": "Europe/Berlin", "language": "en"}


@pytest.fixture
def newcomer(units, bo):
    standard.install(actor=SYSTEM)
    work()
    return bo


@pytest.fixture
def tea(units):
    return Reward.objects.create(
        slug="tea", name="Tea", kind="product", unit=units["points"], cost=200, state="active"
    )


def work():
    while jobs.work_off():
        pass


def points_of(member) -> int:
    return Balance.objects.get(
        account__member=member, account__unit__code="points", account__kind="wallet"
    ).amount


def steps(member):
    return [
        (step.kind, step.is_done, step.points) for step in newcomer_of(member, clock.now()).steps
    ]


def test_the_steps_are_shown_with_what_they_bring_and_bring_it(client, newcomer, tea):
    """UM23: 50 points for joining, then 20, 5 and 10 by the campaigns of the standard programme."""
    client.force_login(newcomer.user)
    page = client.get("/").content.decode()
    assert "Three small steps" in page and "0 of 3 done" in page
    assert steps(newcomer) == [
        ("profile.completed", False, 20),
        ("content.viewed", False, 5),
        ("wishlist.added", False, 10),
    ]
    assert points_of(newcomer) == 50
    client.post(reverse("preferences"), SAID)
    work()
    assert points_of(newcomer) == 70
    client.post(reverse("first_run_reading"))
    work()
    assert points_of(newcomer) == 75
    assert "2 of 3 done" in client.get("/").content.decode()
    assert client.post(reverse("rewards:wish", args=["tea"])).url == "/"
    work()
    assert points_of(newcomer) == 85
    page = client.get("/").content.decode()
    assert "Three small steps" not in page
    assert "Saving up for" in page and "115 points to go" in page


def test_doing_a_step_again_brings_nothing_more(client, newcomer, tea):
    """UM23."""
    client.force_login(newcomer.user)
    for _ in range(2):
        client.post(reverse("preferences"), SAID)
        client.post(reverse("first_run_reading"))
        client.post(reverse("rewards:wish", args=["tea"]))
    work()
    assert points_of(newcomer) == 85
    assert Activity.objects.filter(source="portal").count() == 3


def test_names_that_a_shop_tells_are_not_the_members_own_word(newcomer):
    members.update(newcomer, family_name="Lind", actor=SYSTEM)
    work()
    assert points_of(newcomer) == 50
    assert not Activity.objects.filter(kind="profile.completed").exists()


def test_half_a_name_completes_no_profile(client, newcomer):
    client.force_login(newcomer.user)
    client.post(reverse("preferences"), SAID | {"family_name": ""})
    assert not Activity.objects.filter(kind="profile.completed").exists()


def test_whoever_does_without_is_not_asked_again(client, newcomer):
    """UM23: dismissed by one post; a second changes nothing."""
    client.force_login(newcomer.user)
    for _ in range(2):
        assert client.post(reverse("first_run_dismissal")).url == "/"
    assert "Three small steps" not in client.get("/").content.decode()
    assert newcomer.tags.count() == 1


def test_putting_the_steps_away_can_be_undone_and_done_again(client, newcomer):
    """UM23: the word in passing has a button that works without scripts, and is said once."""
    client.force_login(newcomer.user)
    client.post(reverse("first_run_dismissal"))
    page = client.get("/").content.decode()
    assert "The first steps are put away." in page
    assert f'action="{reverse("first_run_return")}"' in page
    assert 'class="messages"' not in page
    assert "The first steps are put away." not in client.get("/").content.decode()
    assert client.post(reverse("first_run_return")).url == "/"
    assert "Three small steps" in client.get("/").content.decode()
    client.post(reverse("first_run_dismissal"))
    assert "Three small steps" not in client.get("/").content.decode()
    verbs = AuditRow.objects.filter(verb__startswith="members.tag.").order_by("pk")
    assert [row.verb.rpartition(".")[2] for row in verbs] == ["given", "taken", "given"]


def test_who_has_been_here_for_long_is_no_newcomer(client, newcomer):
    later = clock.now() + timedelta(days=61)
    assert newcomer_of(newcomer, later).steps == ()


def test_a_paused_campaign_promises_nothing(newcomer):
    campaigns.pause(Campaign.objects.get(slug="profile"), actor=SYSTEM, reason="Too dear")
    assert steps(newcomer)[0] == ("profile.completed", False, 0)


def test_a_wish_can_be_changed_and_dropped(client, newcomer, tea, units):
    Reward.objects.create(
        slug="mug", name="Mug", kind="product", unit=units["points"], cost=40, state="active"
    )
    client.force_login(newcomer.user)
    for slug in ("tea", "mug"):
        client.post(reverse("rewards:wish", args=[slug]))
    assert MemberAttribute.objects.get(member=newcomer).value == "mug"
    assert "You have them all. It is yours when you like." in client.get("/").content.decode()
    assert "I no longer save up for this" in client.get("/rewards/mug/").content.decode()
    client.post(reverse("rewards:wish", args=["mug"]), {"drop": "yes"})
    assert not MemberAttribute.objects.exists()
    page = client.get("/rewards/mug/").content.decode()
    assert "You save up for nothing in particular now." in page
    client.post(re.search(r'class="toast".*?action="([^"]+)"', page)[1])
    assert MemberAttribute.objects.get(member=newcomer).value == "mug"
    assert client.post(reverse("rewards:wish", args=["nothing"])).status_code == 404
