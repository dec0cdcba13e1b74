"""Containers on their way: each step is taken once, in an order that can be, or it waits or is set aside.

Serials are locked one by one in the order of their hashes, after accounts: nobody who holds a serial waits
for an account.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db import connection

from loyalty.campaigns.domain.refills import KINDS, STEPS, Cycle, Objection, take_step
from loyalty.campaigns.models import RefillCycle
from loyalty.campaigns.operations.storing import Arrival
from members.models import Activity
from members.operations import activities

Status = Activity.Status

_LOCK = """
SELECT pg_advisory_xact_lock(8246, hash) FROM (
    SELECT DISTINCT hashtext(serial) AS hash FROM unnest(%s::text[]) AS serial) s
ORDER BY hash
"""


@dataclass(slots=True)
class Plan:
    """What becomes of the steps in a batch: `arrivals` as they are admitted, and `cycles` after each."""

    arrivals: dict[int, Arrival] = field(default_factory=dict)
    cycles: dict[int, Cycle] = field(default_factory=dict)

    def save(self, places: Collection[int], *, at: datetime) -> None:
        """Write the cycles of those steps that were new, and look again at what waited for them."""
        after = {
            (cycle.serial, cycle.number): cycle
            for place, cycle in self.cycles.items()
            if place in places
        }
        if not after:
            return
        RefillCycle.objects.bulk_create(
            [
                RefillCycle(
                    serial=cycle.serial,
                    number=cycle.number,
                    member_id=cycle.member_id,
                    order_id=cycle.order_id,
                    state=cycle.state,
                    told=list(cycle.told),
                    changed_at=at,
                )
                for cycle in after.values()
            ],
            update_conflicts=True,
            unique_fields=["serial", "number"],
            update_fields=["state", "told", "changed_at"],
        )
        waiting = Activity.objects.filter(
            status=Status.PARKED,
            kind__in=KINDS,
            member__isnull=False,
            payload__serial__in=[serial for serial, _ in after],
        ).exclude(status_reason=activities.FROZEN)
        ids = list(waiting.order_by("occurred_at", "pk").values_list("pk", flat=True))
        activities.evaluate_again(ids, at=at)


def serial_of(arrival: Arrival) -> str:
    """The container that a step speaks of; empty when it names none, or is no step that counts."""
    if arrival.told.kind not in KINDS or arrival.status != Status.ACCEPTED:
        return ""
    return str(arrival.told.payload.get("serial", "")) if arrival.person is not None else ""


def plan(arrivals: Mapping[int, Arrival], *, is_recorded: bool = False) -> Plan:
    """Take the steps among these in order of occurrence; those told before are left alone, unless they
    are `is_recorded` and have not counted yet. No query when no container is named."""
    named = {place: serial for place, each in arrivals.items() if (serial := serial_of(each))}
    if named and not is_recorded:
        known = _known([arrivals[place] for place in named])
        named = {
            place: serial
            for place, serial in named.items()
            if arrivals[place].told.key not in known
        }
    found = Plan()
    if not named:
        return found
    cycles = _locked(set(named.values()))
    _count(arrivals, named, cycles)
    for place in sorted(named, key=lambda place: (arrivals[place].told.occurred_at, place)):
        arrival, own = arrivals[place], cycles[named[place]]
        assert arrival.person is not None  # nobody's steps have no serial
        result = take_step(
            own,
            serial=named[place],
            member_id=arrival.person.member.pk,
            order_id=arrival.told.order_id,
            step=STEPS[arrival.told.kind],
        )
        if isinstance(result, Objection):
            status = Status.PARKED if result.waits else Status.QUARANTINED
            found.arrivals[place] = replace(arrival, status=status, reason=result.why[:200])
        else:
            found.cycles[place] = result
            own[:] = [each for each in own if each.number != result.number]
            own.append(result)
            own.sort(key=lambda cycle: cycle.number)
    return found


def _known(told: Collection[Arrival]) -> set[tuple[str, str]]:
    keys = {arrival.told.key for arrival in told}
    rows = Activity.objects.filter(
        source__in={source for source, _ in keys}, external_id__in={name for _, name in keys}
    )
    return set(rows.values_list("source", "external_id"))


def _locked(serials: Collection[str]) -> dict[str, list[Cycle]]:
    """The cycles of these containers, in order, locked."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [list(serials)])
    cycles: dict[str, list[Cycle]] = defaultdict(list)
    for row in RefillCycle.objects.filter(serial__in=serials).order_by("serial", "number"):
        cycles[row.serial].append(
            Cycle(row.serial, row.number, row.member_id, row.order_id, row.state, tuple(row.told))
        )
    return cycles


def _count(
    arrivals: Mapping[int, Arrival], named: Mapping[int, str], cycles: Mapping[str, list[Cycle]]
) -> None:
    """Tell each member how often which of these containers was refilled for them before."""
    for place, serial in named.items():
        person = arrivals[place].person
        if person is not None:
            person.refilled[serial] = sum(
                cycle.state == "refilled" and cycle.member_id == person.member.pk
                for cycle in cycles.get(serial, ())
            )
