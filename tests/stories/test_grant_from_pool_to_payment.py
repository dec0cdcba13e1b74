"""A grant, told in order: from the neighbourhood's money to the lamp that shines again."""

from datetime import timedelta

import pytest
import time_machine

from events_directory.models import Booking, Grant, Occurrence
from events_directory.operations import (
    applications,
    bookings,
    check_ins,
    grants,
    micro_events,
    partners,
    pools,
)
from members import clock
from members.domain.actors import Actor
from members.models import Activity, AuditRow
from tests.conftest import person
from tests.events_directory.conftest import broken

pytestmark = pytest.mark.django_db


def test_a_grant_from_pool_to_payment(eli, fay, amara, at_noon):
    """D6, D7, C1, C25: two people approve, two hands pay, and the evening pays points."""
    ann = person("ann@example.test", first_name="Ann", is_staff=True)
    eli_does, fay_does, ann_does = Actor.user(eli), Actor.user(fay), Actor.user(ann)

    # The neighbourhood puts 1,000.00 together; Eli's café signs up and is verified.
    pool = pools.establish("northgate", name="Northgate pool", currency="EUR", actor=fay_does)
    pools.deposit(pool, amount=100_000, key="spring", note="Spring collection", actor=fay_does)
    cafe = partners.register("Eli's repair café", owner=eli, actor=eli_does)
    partners.verify(cafe, actor=fay_does)

    # Eli asks for 400.00, answers three questions, hands in.
    wish = applications.draft(
        cafe, pool=pool, title="Soldering stations", requested=40_000, actor=eli_does
    )
    applications.edit(
        wish,
        what_for="Two stations and a year of solder.",
        who_benefits="Everybody with a broken lamp.",
        how_known="We count the lamps.",
        actor=eli_does,
    )
    applications.submit(wish, actor=eli_does)

    # One approval promises nothing; the second commits the money in the same moment.
    applications.approve(wish, actor=fay_does)
    assert pool.balances()["available"] == 100_000
    applications.approve(wish, actor=ann_does)
    grant = Grant.objects.get()
    assert balances(pool) == [100_000, 60_000, 40_000, 0, 0]

    # Fay releases 250.00, Ann pays it; the rest follows after the first evening.
    first = grants.release(grant, amount=25_000, key="first half", actor=fay_does)
    assert balances(pool) == [100_000, 60_000, 15_000, 25_000, 0]
    grants.pay(first, key="transfer 1", bank_reference="SEPA 2026-06-15", actor=ann_does)
    assert balances(pool) == [100_000, 60_000, 15_000, 0, 25_000]

    # The café lists an evening; staff publish; Amara books and comes; it becomes an activity.
    room = partners.add_venue(
        cafe, name="The back room", address="Lindenweg 3", zone="Europe/Berlin", actor=eli_does
    )
    day = (clock.now() + timedelta(days=7)).date()
    evening = micro_events.draft_with_date(
        cafe,
        title="Mend a lamp",
        venue=room,
        category="repair",
        local_on=day,
        local_time=clock.now().time().replace(hour=18),
        capacity=12,
        minutes=120,
        actor=eli_does,
    )
    micro_events.submit(evening, actor=eli_does)
    micro_events.publish(evening, actor=fay_does)
    date = Occurrence.objects.get()
    seat = bookings.book(date, member=amara, key="amara", actor=Actor.user(amara.user))
    with time_machine.travel(date.starts_at, tick=False):
        scan = check_ins.check_in(date, ticket=seat.ticket, nonce="door-1", actor=eli_does)
    assert (scan.result, Booking.objects.get().state) == ("ok", "attended")
    assert Activity.objects.get(kind="event.attended").member == amara

    # The other half is paid, and the grant is closed.
    second = grants.release(grant, amount=15_000, key="second half", actor=ann_does)
    grants.pay(second, key="transfer 2", actor=fay_does)
    assert Grant.objects.get().state == "closed"
    assert balances(pool) == [100_000, 60_000, 0, 0, 40_000]

    # Everything that must be true is true, and every step has its line in the audit trail.
    assert broken() == {}
    trail = AuditRow.objects.filter(verb__startswith="events_directory.").order_by("id")
    assert [(row.verb.removeprefix("events_directory."), row.actor_name) for row in trail] == [
        ("pool.established", "Fay"),
        ("pool.funded", "Fay"),
        ("partner.registered", "Eli"),
        ("partner.verified", "Fay"),
        ("grant_application.drafted", "Eli"),
        ("grant_application.edited", "Eli"),
        ("grant_application.submitted", "Eli"),
        ("grant_application.approved", "Fay"),
        ("grant_application.approved", "Ann"),
        ("grant_application.accepted", "Ann"),
        ("grant.awarded", "Ann"),
        ("disbursement.released", "Fay"),
        ("disbursement.paid", "Ann"),
        ("venue.added", "Eli"),
        ("micro_event.drafted", "Eli"),
        ("occurrence.added", "Eli"),
        ("micro_event.submitted", "Eli"),
        ("micro_event.published", "Fay"),
        ("booking.made", "Amara"),
        ("check_in.recorded", "Eli"),
        ("disbursement.released", "Ann"),
        ("disbursement.paid", "Fay"),
    ]


def balances(pool) -> list[int]:
    """Deposited, available, committed, payable, disbursed."""
    return list(type(pool).objects.get(pk=pool.pk).balances().values())
