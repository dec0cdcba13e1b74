"""Organisations, their people and their places."""

import pytest

from events_directory.errors import IllegalMove, LastOwner, NameTaken, OwnOrganisation
from events_directory.models import Partner, PartnerSeat
from events_directory.operations import partners
from members.domain.actors import Actor
from members.errors import NoSuchZone
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db


def test_an_organisation_signs_up_and_waits_for_verification(eli, fay):
    """UP1 (narrow): pending with its first owner, verified by staff."""
    partner = partners.register("Eli's café", owner=eli, actor=Actor.user(eli))
    assert (partner.state, partner.slug) == ("pending", "elis-cafe")
    assert list(partner.seats.values_list("user__email", "role")) == [("eli@example.test", "owner")]
    assert partners.verify(partner, actor=Actor.user(fay)).is_verified


def test_nobody_verifies_their_own(eli):
    partner = partners.register("Eli's café", owner=eli, actor=Actor.user(eli))
    with pytest.raises(OwnOrganisation):
        partners.verify(partner, actor=Actor.user(eli))
    assert not Partner.objects.get().is_verified


def test_a_name_is_taken_once(shop, gus):
    with pytest.raises(NameTaken):
        partners.register(shop.name, owner=gus, actor=SYSTEM)
    assert Partner.objects.count() == 1


def test_two_names_may_share_a_slug(shop, gus):
    other = partners.register("Elis", owner=gus, actor=SYSTEM)
    assert other.slug.startswith("elis-")


def test_the_last_owner_cannot_leave(shop, eli, gus):
    """UP13 (narrow)."""
    seat = shop.seats.get()
    with pytest.raises(LastOwner):
        partners.end_seat(seat, actor=SYSTEM)
    with pytest.raises(LastOwner):
        partners.seat(shop, user=eli, role="helper", actor=SYSTEM)
    partners.seat(shop, user=gus, role="owner", actor=SYSTEM)
    partners.end_seat(seat, actor=SYSTEM)
    assert not Partner.objects.visible_to(eli).exists()
    assert PartnerSeat.objects.filter(user=eli).count() == 1  # ended, not deleted


def test_a_suspension_needs_a_verified_partner(shop):
    partners.suspend(shop, reason="Complaints", actor=SYSTEM)
    with pytest.raises(IllegalMove):
        partners.suspend(shop, reason="Complaints", actor=SYSTEM)
    partners.change_plan(shop, plan="featured", actor=SYSTEM)
    assert Partner.objects.values_list("state", "plan").get() == ("suspended", "featured")


def test_a_venue_needs_a_zone_that_exists_and_a_name_of_its_own(shop, venue):
    with pytest.raises(NoSuchZone):
        partners.add_venue(shop, name="Attic", address="Up", zone="Mars/Base", actor=SYSTEM)
    with pytest.raises(NameTaken):
        partners.add_venue(shop, name=venue.name, address="Up", zone="UTC", actor=SYSTEM)
    assert shop.venues.count() == 1
