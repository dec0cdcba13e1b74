"""Where an organisation and its events stand: always said, with the date and what is next."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection

from events_directory import migrations
from events_directory.models import MicroEvent, Partner
from events_directory.operations import micro_events, partners
from members import clock
from members.domain.actors import Actor
from tests.conftest import SYSTEM
from tests.events_directory.conftest import evening

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)


@pytest.fixture
def pending(client, eli):
    """Eli's organisation, signed up on 15 June."""
    client.force_login(eli)
    with clock.standing_at(NOW):
        return partners.register("Eli's", slug="elis", owner=eli, actor=Actor.user(eli))


def page(client, tail="events/") -> str:
    return client.get(f"/partner/elis/{tail}").content.decode()


def stepped(partner, verb, days, **how):
    with clock.standing_at(NOW + timedelta(days=days)):
        getattr(partners, verb)(partner, actor=SYSTEM, **how)


def test_every_state_of_verification_has_text_date_and_next_step(client, pending):
    """UP1: on every page of the console."""
    text = page(client)
    assert "Waiting for verification" in text and "15 Jun 2026" in text
    assert "Next: staff confirm who you are." in text
    stepped(pending, "turn_down", 1, reason="No address")
    text = page(client, "venues/")
    assert "Turned down" in text and "16 Jun 2026" in text and "The reason: No address" in text
    assert "Next: mend what the reason names, then ask again." in text
    stepped(pending, "verify", 2)
    text = page(client)
    assert "Verified" in text and "17 Jun 2026" in text and "Next: list an event" in text
    stepped(pending, "suspend", 3, reason="Complaints")
    text = page(client, "dates/")
    assert "Suspended" in text and "18 Jun 2026" in text and "The reason: Complaints" in text
    assert "Next: staff lift this once it is settled." in text


def test_who_was_turned_down_asks_again(client, pending):
    """UP1."""
    assert "Ask again" not in page(client)
    client.post("/partner/elis/verification/")
    assert Partner.objects.get().state == "pending"
    stepped(pending, "turn_down", 1, reason="No address")
    assert 'action="/partner/elis/verification/"' in page(client)
    client.post("/partner/elis/verification/")
    partner = Partner.objects.get()
    assert (partner.state, partner.state_reason) == ("pending", "")
    assert partner.state_since > NOW + timedelta(days=1)


def test_moderation_says_its_result_reason_and_date_and_can_be_asked_again(
    client, eli, shop, drafted
):
    """UP3: rejected shows the reason and the way to submit again."""
    client.force_login(eli)
    path = f"events/{drafted.pk}/"
    evening(drafted)
    micro_events.submit(drafted, actor=SYSTEM)
    assert "Next: staff look at it." in page(client, path)
    with clock.standing_at(clock.now() + timedelta(days=1)):
        micro_events.reject(drafted, reason="Which lamps?", actor=SYSTEM)
        since = MicroEvent.objects.get().state_since
    text = page(client, path)
    assert "Staff sent it back." in text and "Which lamps?" in text
    assert f"{since.day} {since:%b %Y}" in text
    assert f'action="/partner/elis/{path}submission/"' in text
    client.post(f"/partner/elis/{path}submission/")
    assert MicroEvent.objects.get().state == "in_review"
    assert "Staff sent it back." not in page(client, path)


def test_a_draft_is_seen_as_a_member_will_see_it(client, eli, gus, shop, drafted, other_shop):
    """UP3: before it is published, and by its own organisation alone."""
    client.force_login(eli)
    evening(drafted)
    path = f"/partner/elis/events/{drafted.pk}/preview/"
    assert path in page(client, f"events/{drafted.pk}/")
    text = client.get(path).content.decode()
    assert "This is how members will see it." in text and "10 seats left" in text
    assert "Bring the lamp, leave with light." in text
    assert "cancelled" not in text and "ld+json" not in text and "/events/bookings/" not in text
    client.force_login(gus)
    assert client.get(path).status_code == 404
    client.logout()
    assert client.get(f"/events/{drafted.pk}/").status_code == 404


def test_what_stood_before_gets_its_date_from_the_trail(shop, drafted):
    """The migration's own statement: the last move of each, as it was recorded."""
    moved = {
        model: model.objects.values_list("state_since", flat=True).get()
        for model in (Partner, MicroEvent)
    }
    for model in moved:
        model.objects.update(state_since=NOW - timedelta(days=900))
    with connection.cursor() as cursor:
        cursor.execute((Path(migrations.__file__).parent / "sql" / "state_since.sql").read_text())
    for model, at in moved.items():
        found = model.objects.values_list("state_since", flat=True).get()
        assert abs(found - at) < timedelta(seconds=1)
