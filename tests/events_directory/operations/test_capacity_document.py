"""`docs/algorithms/capacity.md` says what happens: its tables are done, line by line."""

from decimal import Decimal

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction

from events_directory.domain import money
from events_directory.domain.pools import FLOWS
from events_directory.models import Booking, Disbursement, Grant, Occurrence, Pool, WaitlistPlace
from events_directory.operations import (
    applications,
    bookings,
    grants,
    occurrences,
    pools,
    waitlists,
)
from members.domain.actors import Actor
from tests.conftest import SYSTEM
from tests.events_directory.conftest import ANSWERS, crowd

pytestmark = pytest.mark.django_db


def table(heading: str) -> list[dict[str, str]]:
    """The table of the document whose first column is headed so."""
    text = (settings.BASE_DIR / "docs" / "algorithms" / "capacity.md").read_text()
    lines = text[text.index(f"| {heading} |") :].split("\n\n")[0].splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [dict(zip(rows[0], row, strict=True)) for row in rows[2:]]


def answer(act) -> str:
    try:
        with transaction.atomic():
            act()
    except ValidationError as refusal:
        return refusal.code
    return "ok"


def test_three_seats(occurrence):
    """C4, C9."""
    occurrences.change_capacity(occurrence, capacity=3, actor=SYSTEM)
    who = dict(zip(("Ada", "Ben", "Cyd"), crowd(3), strict=True))
    keys: dict[tuple[str, str], str] = {}
    for line in table("who"):
        name, seats = line["who"], int(line["seats"])
        key = keys.setdefault((name, line["does"] + line["seats"]), f"{name}:{len(keys)}")
        doing = {
            "book": lambda n=name, s=seats, k=key: bookings.book(
                occurrence, member=who[n], seats=s, key=k, actor=SYSTEM
            ),
            "book again": lambda n=name, s=seats, k=key: bookings.book(
                occurrence, member=who[n], seats=s, key=k, actor=SYSTEM
            ),
            "cancel": lambda n=name: bookings.cancel(
                Booking.objects.live().get(member=who[n]), actor=SYSTEM
            ),
            "capacity": lambda s=seats: occurrences.change_capacity(
                occurrence, capacity=s, actor=SYSTEM
            ),
        }
        assert answer(doing[line["does"]]) == line["answer"], line
        assert Occurrence.objects.get().booked == int(line["booked"]), line


def test_a_line_of_four(occurrence):
    """UM17, C6, C9."""
    occurrences.change_capacity(occurrence, capacity=2, actor=SYSTEM)
    who = dict(zip(("Ada", "Ben", "Cyd", "Dot"), crowd(4), strict=True))
    names = {member.pk: name for name, member in who.items()}
    for number, row in enumerate(table("person")):
        member, seats = who.get(row["person"]), int(row["seats"])
        ask = {"member": member, "seats": seats, "key": str(number), "actor": SYSTEM}
        doing = {
            "book": lambda a=ask: bookings.book(occurrence, **a),
            "wait": lambda a=ask: waitlists.join(occurrence, **a),
            "wait again": lambda a=ask: waitlists.join(occurrence, **a),
            "leave": lambda m=member: waitlists.leave(
                WaitlistPlace.objects.in_line().get(member=m), actor=SYSTEM
            ),
            "cancel": lambda m=member: bookings.cancel(
                Booking.objects.live().get(member=m), actor=SYSTEM
            ),
            "capacity": lambda s=seats: occurrences.change_capacity(
                occurrence, capacity=s, actor=SYSTEM
            ),
        }
        assert answer(doing[row["does"]]) == row["answer"], row
        assert Occurrence.objects.get().booked == int(row["booked"]), row
        line = WaitlistPlace.objects.in_line().values_list("member", flat=True)
        assert ", ".join(names[pk] for pk in line) == row["in line"], row


def test_the_flows_are_those_of_the_code():
    written = {line["cause"]: (line["from"], line["to"]) for line in table("cause")}
    assert written == {cause.value: (a.value, b.value) for cause, (a, b) in FLOWS.items()}


def test_a_pools_year(shop, eli, fay, ann):
    """D6, D21."""
    pool = pools.establish("year", name="Year", currency="EUR", actor=SYSTEM)
    who = {name: Actor.user(user) for name, user in (("eli", eli), ("fay", fay), ("ann", ann))}

    def award(name: str, amount: int) -> None:
        row = applications.draft(  # a refused award undoes this, too
            shop, pool=pool, title=name, requested=amount, actor=who["eli"], **ANSWERS
        )
        applications.submit(row, actor=who["eli"])
        for user in (who["fay"], who["ann"]):
            applications.approve(row, actor=user)

    def grant(name: str) -> Grant:
        return Grant.objects.get(application__title=name)

    def part(name: str) -> Disbursement:
        return Disbursement.objects.get(grant__application__title=name)

    for number, line in enumerate(table("step")):
        verb, _, name = line["step"].partition(" ")
        amount = money.minor(Decimal(line["amount"]), "EUR")
        doing = {
            "deposit": lambda a=amount: pools.deposit(pool, amount=a, key="d", actor=SYSTEM),
            "award": lambda n=name, a=amount: award(n, a),
            "release": lambda n=name, a=amount, k=number: grants.release(
                grant(n), amount=a, key=str(k), actor=who["fay"]
            ),
            "pay": lambda n=name: grants.pay(part(n), key="p", actor=who["ann"]),
            "bounce": lambda n=name: grants.bounce(part(n), reason="x", actor=who["ann"]),
            "revoke": lambda n=name: grants.revoke(grant(n), reason="x", actor=who["fay"]),
        }
        assert answer(doing[verb]) == line["answer"], line
        lies = Pool.objects.get().balances()
        lies["deposited"] = lies.pop("deposits")
        assert lies == {key: money.minor(Decimal(line[key]), "EUR") for key in lies}, line
