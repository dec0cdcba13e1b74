"""What an erasure takes beside the person's own rows, and what happens when they come back."""

from datetime import timedelta

import pytest

from loyalty.campaigns.models import Effect, Referral
from loyalty.connectors.errors import NotGivenUp
from loyalty.connectors.models import WebhookDelivery
from loyalty.connectors.operations import webhooks
from members import clock
from members.models import Activity, ErasedAddress
from members.operations import due, erasures, jobs, members
from tests.campaigns.referring import bring
from tests.conftest import SYSTEM
from tests.stories.test_erasure import zyx

__all__ = ["zyx"]

pytestmark = pytest.mark.django_db


def test_why_something_was_given_goes_as_well(zyx, fay):
    """P19: what rules and staff wrote beside a member's effects."""
    assert Effect.objects.filter(activity__member=zyx).exists()
    erasures.erase(zyx, actor=SYSTEM)
    whys = Effect.objects.filter(activity__member=zyx).values_list("why", flat=True)
    assert set(whys) == {"Erased"}


def test_what_has_not_arrived_is_told_no_more(zyx):
    """P19: a webhook that waits is not sent at all, one that was given up is not told again; one that
    arrived stays in the list without its words."""
    endpoint = webhooks.add("Shop", url="https://shop.example/hook", actor=SYSTEM)[0]
    told = {"topic": "t", "at": "2026-06-15T12:00:00+00:00", "told": {"member": "qponmlk"}}
    for key in ("waits", "dead", "arrived"):
        webhooks.announce(key=key, **told)
    deliveries = WebhookDelivery.objects.filter(endpoint=endpoint)
    deliveries.filter(key="dead").update(state="dead")
    deliveries.filter(key="arrived").update(state="delivered")
    erasures.erase(zyx, actor=SYSTEM)
    while jobs.work_off():
        pass
    found = {each.key: (each.state, each.body, each.attempts) for each in deliveries}
    assert found == {
        "waits": ("erased", "{}", 0),
        "dead": ("erased", "{}", 0),
        "arrived": ("delivered", "{}", 0),
    }
    with pytest.raises(NotGivenUp):
        webhooks.replay(deliveries.get(key="dead"), actor=SYSTEM)


def test_who_comes_back_is_not_welcomed_twice(zyx):
    """P19, attack 4: by the same address, however it is written, within a year; then the mark is gone."""

    def joined(ref: str, email: str) -> bool:
        member = members.enrol(ref, email=email, actor=SYSTEM)
        return Activity.objects.filter(member=member, kind="member.joined").exists()

    now = clock.now()
    assert joined("before", "HGFEDCBA@example.test"), "nobody was erased yet"
    erasures.erase(zyx, actor=SYSTEM)
    assert not joined("again", "HGFEDCBA@Example.Test")
    assert joined("other", "other@example.test")
    assert ErasedAddress.objects.count() == 1
    with clock.standing_at(now + timedelta(days=366)):
        assert joined("late", "hgfedcba@example.test")
        due.tidy(clock.now(), clock.now())
    assert not ErasedAddress.objects.exists()


def test_who_brings_back_somebody_who_was_erased_is_looked_at(zyx, bo):
    """P19, attack 4: the advocate is not paid a second time either."""
    erasures.erase(zyx, actor=SYSTEM)
    back = members.enrol("back", email="hgfedcba@example.test", actor=SYSTEM)
    bring(bo, back)
    referral = Referral.objects.get()
    assert (referral.state, referral.reasons) == ("flagged", ["existing_customer"])
