"""Importing members: enrolled or changed by the same operations as through the API."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction

from loyalty.connectors.domain.memberfile import Person
from loyalty.connectors.domain.orderfile import RowFault
from loyalty.connectors.operations.imports import Report
from members.domain.actors import Actor
from members.models import Member
from members.operations import members


def run(rows: Iterable[Person | RowFault], *, actor: Actor, dry_run: bool = False) -> Report:
    """Take in each person; one who is refused keeps nobody else. The same row again changes nothing."""
    report, found = Report(), list(rows)
    report.faults += [row for row in found if isinstance(row, RowFault)]
    people = [row for row in found if isinstance(row, Person)]
    report.read = len(people)
    known = set(
        Member.objects.filter(ref__in=[person.ref for person in people]).values_list(
            "ref", flat=True
        )
    )
    for person in people:
        try:
            with transaction.atomic():
                status = _status(person, known) if dry_run else _take(person, known, actor)
        except ValidationError as refusal:
            status = "rejected"
            report.faults.append(RowFault(person.line, "ref", person.ref, refusal.messages[0]))
        report.statuses[status] = report.statuses.get(status, 0) + 1
        report.members += status == "new"
        known.add(person.ref)
    return report


def _status(person: Person, known: set[str]) -> str:
    return "known" if person.ref in known else "new"


def _take(person: Person, known: set[str], actor: Actor) -> str:
    if person.ref not in known:
        members.enrol(person.ref, actor=actor, **person.fields)
        return "new"
    member = Member.objects.select_related("merged_into").get(ref=person.ref)
    members.update(member.heir, actor=actor, **person.fields)
    return "known"
