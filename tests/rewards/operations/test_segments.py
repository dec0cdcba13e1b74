"""Rewards for those who belong to a segment: refused with what is missing, asked under the lock."""

import threading

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from loyalty.audiences.operations import segments
from loyalty.rewards import permissions
from loyalty.rewards.errors import Misfit, SegmentNeeded
from loyalty.rewards.models import Redemption, Reward
from loyalty.rewards.operations import redemptions, rewards
from members.models import AuditRow
from members.operations import ledger
from tests.campaigns.conftest import order, take
from tests.conftest import SYSTEM
from tests.rewards.conftest import books, held, redeem
from tests.rewards.views.test_portal import text_of

REGULARS = {"field": "history.orders", "op": "at_least", "value": 2}
NEWCOMERS = {"field": "history.orders", "op": "at_most", "value": 0}
MISSING = "What is missing for this: the number of earlier orders is at least 2 (now 1)."


def segment_of(name, conditions):
    segment = segments.define(name, conditions=conditions, actor=SYSTEM)
    return segments.activate(segment, actor=SYSTEM)


@pytest.fixture
def regulars(units):
    return segment_of("Regulars", REGULARS)


def terms(reward):
    return Reward.objects.with_terms().get(pk=reward.pk)


@pytest.mark.django_db
def test_page_api_and_operation_say_what_is_missing(client, amara, offer, points, regulars):
    """I2, E49: one predicate, one sentence, one stable code; nothing has changed."""
    lamp = offer("lamp", segments=[regulars])
    take(order(amara, "10", id="a"))
    before = held(amara, points)
    with pytest.raises(SegmentNeeded) as refusal:
        redeem(amara, lamp)
    assert (refusal.value.code, refusal.value.messages) == ("segment_needed", [MISSING])
    verdict = permissions.can_redeem(amara, terms(lamp))
    assert (bool(verdict), verdict.reason) == (False, MISSING)
    client.force_login(amara.user)
    words = text_of(client.get(reverse("rewards:catalogue")))
    assert MISSING in words and "Not open to you yet" in words
    page = text_of(client.get(reverse("rewards:reward", args=["lamp"])))
    assert MISSING in page and "Redeem for" not in page
    key = "7b1cb1a4-7d7e-4ad8-a3f0-0d7b4a1f6f0e"
    answer = client.post(reverse("rewards:redeem", args=["lamp"]), {"key": key})
    assert answer.status_code == 422 and MISSING in text_of(answer)
    assert (Redemption.objects.count(), held(amara, points)) == (0, before)
    take(order(amara, "10", id="b"))
    redeem(amara, lamp)
    assert books() == []


@pytest.mark.django_db
def test_any_of_its_segments_is_enough_and_the_nearest_is_named(amara, offer, regulars):
    newcomers = segment_of("Newcomers", NEWCOMERS)
    lamp = offer("lamp", segments=[regulars, newcomers])
    redeem(amara, lamp)
    take(order(amara, "10", id="a"))
    with pytest.raises(SegmentNeeded) as refusal:
        redeem(amara, lamp, key="k2")
    assert "at most 0 (now 1)" in refusal.value.messages[0]


@pytest.mark.django_db
def test_the_name_of_a_segment_is_never_told_to_members(client, amara, offer):
    offer("lamp", segments=[segment_of("Lapsed big spenders", REGULARS)])
    client.force_login(amara.user)
    for address in (reverse("rewards:catalogue"), reverse("rewards:reward", args=["lamp"])):
        assert "Lapsed" not in client.get(address).content.decode()


@pytest.mark.django_db
def test_an_archived_segment_closes_the_reward(amara, offer, regulars):
    everybody = segment_of("Everybody", {"all": []})
    lamp = offer("lamp", segments=[everybody])
    segments.archive(everybody, actor=SYSTEM)
    with pytest.raises(SegmentNeeded):
        redeem(amara, lamp)


@pytest.mark.django_db
def test_only_active_segments_may_be_asked_for_and_changes_are_audited(offer, regulars, points):
    draft = segments.define("Draft", conditions={"all": []}, actor=SYSTEM)
    with pytest.raises(Misfit):
        offer("lamp", segments=[draft])
    lamp = offer("lamp")
    with pytest.raises(Misfit):
        rewards.change(lamp, actor=SYSTEM, segments=[draft])
    assert list(lamp.segments.all()) == []
    rewards.change(lamp, actor=SYSTEM, segments=[regulars])
    row = AuditRow.objects.latest("pk")
    assert (row.verb, row.before, row.after) == (
        "rewards.reward.changed",
        {"segments": []},
        {"segments": ["regulars"]},
    )
    assert terms(lamp).segment_ids == [regulars.pk]


@pytest.mark.django_db
def test_a_catalogue_asks_as_often_for_many_segments_as_for_one(client, amara, offer, regulars):
    """No query for each segment or reward."""
    client.force_login(amara.user)

    def queries() -> int:
        client.get(reverse("rewards:catalogue"))
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("rewards:catalogue"))
        return len(captured)

    offer("one", segments=[regulars])
    first = queries()
    for number in range(4):
        offer(f"more{number}", segments=[regulars, segment_of(f"S{number}", NEWCOMERS)])
    assert queries() == first


@pytest.mark.django_db(transaction=True)
def test_an_order_that_is_just_being_told_is_seen_under_the_lock(amara, offer, points):
    """Two connections: the order holds the wallet while the newcomer redeems; the wait ends in a refusal."""
    lamp = offer("lamp", segments=[segment_of("Newcomers", NEWCOMERS)], stock=3)
    before, said = held(amara, points), []

    def late() -> None:
        try:
            redemptions.redeem(amara, reward=lamp, key="late", actor=SYSTEM)
            said.append("redeemed")
        except SegmentNeeded as refusal:
            said.append(refusal.code)
        finally:
            connection.close()

    racer = threading.Thread(target=late)
    with transaction.atomic():
        ledger.lock(ledger.wallet(amara, points).pk)
        take(order(amara, "10", id="a"))
        racer.start()
        _until_waiting()
    racer.join(timeout=30)
    lamp.refresh_from_db()
    assert (said, Redemption.objects.count(), lamp.stock) == (["segment_needed"], 0, 3)
    assert held(amara, points) == before
    assert books() == []


def _until_waiting() -> None:
    """Return as soon as somebody waits for a lock that we hold (at most thirty seconds)."""
    with connection.cursor() as cursor:
        for _ in range(30_000):
            cursor.execute(
                "SELECT count(*) FROM pg_locks"
                " WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waits")
