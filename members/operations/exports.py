"""Everything that is kept about a member, to take with them: one JSON file, and a CSV for each table."""

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import Model

from members import clock
from members.domain.actors import Actor
from members.domain.sheets import cell
from members.errors import ErasedMember
from members.models import Member, MemberExport
from members.operations import audit, jobs
from members.operations.holdings import HOLDINGS, NEVER_SHOWN, Holding, person_of
from members.operations.jobs import does

#: How long a copy can be fetched.
KEPT = timedelta(days=2)


@transaction.atomic
def ask(member: Member, *, actor: Actor) -> MemberExport:
    """Have a copy made in the background. While one is being made or can be fetched, it is that one.

    Raises ErasedMember.
    """
    now = clock.now()
    member = Member.objects.select_for_update(of=("self",)).get(pk=member.pk)
    if member.erased_at is not None:
        raise ErasedMember(member=member.ref)
    known = MemberExport.objects.open_at(now).filter(member=member).order_by("-pk").first()
    if known is not None:
        return known
    export = MemberExport.objects.create(member=member, asked_at=now, expires_at=now + KEPT)
    jobs.enqueue("member.export", key=f"export:{export.pk}", arguments={"export": export.pk})
    audit.record(member, actor=actor, verb="members.member.export_asked")
    return export


@does("member.export")
def make(arguments: dict[str, Any]) -> None:
    """Make the copy that was asked for; one that is made, or gone, stays so."""
    export = (
        MemberExport.objects.select_for_update(of=("self",))
        .select_related("member")
        .filter(pk=arguments["export"], made_at=None)
        .first()
    )
    if export is not None:
        export.file, export.made_at = packed(export.member), clock.now()
        export.save(update_fields=["file", "made_at"])


def packed(member: Member) -> bytes:
    """The copy itself, as a ZIP file."""
    person, buffer = person_of(member), io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        whole: dict[str, list[dict[str, Any]]] = {}
        for holding in HOLDINGS:
            rows = list(_told(holding, holding.rows(person).iterator(2_000)))
            name = holding.model._meta.label_lower
            whole[name] = rows
            if rows:
                archive.writestr(f"{name}.csv", _sheet(rows))
        text = json.dumps(whole, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
        archive.writestr("everything.json", text)
    return buffer.getvalue()


def _told(holding: Holding, rows: Iterator[Model]) -> Iterator[dict[str, Any]]:
    hidden = NEVER_SHOWN | holding.hides
    shown = [each for each in holding.model._meta.concrete_fields if each.name not in hidden]
    for row in rows:
        yield {each.name: _plain(each.value_from_object(row)) for each in shown}


def _plain(value: Any) -> Any:
    return bytes(value).hex() if isinstance(value, (bytes, memoryview)) else value


def _sheet(rows: list[dict[str, Any]]) -> str:
    """As spreadsheet programs open it; what they would run as a formula is text."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(rows[0])
    for row in rows:
        writer.writerow([cell(_written(value)) for value in row.values()])
    return buffer.getvalue()


def _written(value: Any) -> Any:
    if isinstance(value, (dict, list)):
        return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)
    return "" if value is None else value if isinstance(value, (int, float)) else str(value)
