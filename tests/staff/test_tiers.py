"""Ladders and tiers by hand in the console."""

from datetime import date, timedelta

import pytest

from members import clock
from members.models import AuditRow, Tier, TierGroup, TierLift, TierPeriod
from tests.conftest import member_of
from tests.staff.conftest import client_of

TERMS = {
    "name": "Garden",
    "slug": "garden",
    "window": "calendar",
    "window_months": "12",
    "window_starts_on": "",
    "downgrade": "step",
    "grace_days": "14",
    "notice_days": "30",
    "undo_days": "",
}


def test_a_ladder_and_its_tiers_are_set_up_in_the_console(units, ira):
    """E52, E54: by operations, so with an audit row each."""
    desk = client_of(ira)
    form = TERMS | {"unit": units["points"].pk}
    assert desk.post("/admin/members/tiergroup/add/", form).status_code == 302
    group = TierGroup.objects.get(slug="garden")
    assert (group.window, group.downgrade, group.undo_days) == ("calendar", "step", None)
    step = {"group": group.pk, "slug": "seed", "name": "Seed", "threshold": "5", "benefits": ""}
    step["reinstates_days"] = "0"
    answer = desk.post("/admin/members/tier/add/", step)
    assert answer.status_code == 422
    assert "The lowest tier starts at 0" in answer.content.decode()
    assert desk.post("/admin/members/tier/add/", step | {"threshold": "0"}).status_code == 302
    assert Tier.objects.get(group=group).name == "Seed"
    verbs = ["members.tier_group.added", "members.tier.added"]
    assert AuditRow.objects.filter(verb__in=verbs, actor_id=ira.pk).count() == 2


def test_terms_that_do_not_fit_come_back_with_a_sentence(units, ira):
    """E52: and nothing is changed."""
    group = TierGroup.objects.get(slug="status")
    answer = client_of(ira).post(
        f"/admin/members/tiergroup/{group.pk}/change/", TERMS | {"window": "fixed"}
    )
    assert answer.status_code == 422
    assert "Fixed terms need a start date" in answer.content.decode()
    group.refresh_from_db()
    assert (group.window, group.name) == ("rolling", "Status")


def test_staff_give_a_tier_and_end_it_but_never_their_own(units, amara, ira):
    """E54: on the member's page, with a day and a reason; ended on its own page."""
    desk, gold = client_of(ira), Tier.objects.get(slug="gold")
    day = clock.now().date() + timedelta(days=40)
    form = {"tier": gold.pk, "until": day.isoformat(), "reason": "Waited long"}
    address = f"/admin/members/member/{amara.pk}/give-tier/"
    assert desk.get(address).status_code == 200
    assert desk.post(address, form | {"reason": ""}).status_code == 422
    assert not TierLift.objects.exists()
    assert desk.post(address, form).status_code == 302
    lift = TierLift.objects.get()
    assert (lift.member, lift.tier, lift.reason) == (amara, gold, "Waited long")
    page = desk.get(f"/admin/members/member/{amara.pk}/change/").content.decode()
    assert "Gold" in page and "review" in page
    assert desk.post(address, form).status_code == 422
    ending = f"/admin/members/tierlift/{lift.pk}/end-lift/"
    assert desk.post(ending, {"reason": "By mistake"}).status_code == 302
    assert TierPeriod.objects.get(member=amara, ends_at=None).tier.slug == "bronze"
    own = member_of(ira, "ira")
    answer = desk.post(f"/admin/members/member/{own.pk}/give-tier/", form)
    assert answer.status_code == 403
    assert "Nobody gives a tier to themselves." in answer.content.decode()
    assert TierLift.objects.count() == 1


def test_whoever_may_not_give_tiers_gives_none(units, amara, hal):
    """E67."""
    form = {"tier": Tier.objects.get(slug="gold").pk, "until": date(2099, 1, 1), "reason": "Why"}
    answer = client_of(hal).post(f"/admin/members/member/{amara.pk}/give-tier/", form)
    assert answer.status_code == 403
    assert not TierLift.objects.exists()


@pytest.mark.parametrize("model", ["tiergroup", "tier", "tierlift"])
def test_the_lists_open(units, ira, model):
    assert client_of(ira).get(f"/admin/members/{model}/").status_code == 200
