"""The lists of the console as tables: what somebody sees there, under the same filters and rights."""

import csv
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import label_for_field, lookup_field
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ObjectDoesNotExist, SuspiciousOperation
from django.db.models import Model, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils import translation
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from loyalty.connectors import private_files
from loyalty.connectors.models import Export
from loyalty.connectors.operations import exports
from members.domain.sheets import cell
from members.models import User

#: Rows in one part: written in a few seconds, and never more than these in memory.
PART = 5_000
SET = 1_000


#: What a list says to filters that it does not know, or that this person may not ask for.
NOT_SHOWN = (IncorrectLookupParameters, SuspiciousOperation)


def page_of(label: str) -> admin.ModelAdmin | None:
    """The console's page for a model; None when there is none."""
    try:
        return admin.site._registry.get(apps.get_model(label))
    except (LookupError, ValueError):
        return None


def changelist(page: admin.ModelAdmin, query: str, user: User) -> ChangeList:
    """The list as this user would be shown it under that address, read without a browser."""
    request = HttpRequest()
    request.method, request.GET, request.user = "GET", QueryDict(query), user
    return page.get_changelist_instance(request)


def may_take(user: User, label: str) -> bool:
    """Whether somebody may see the list at all."""
    page, request = page_of(label), HttpRequest()
    request.user = user
    return bool(user.is_active and user.is_staff and page and page.has_view_permission(request))


def rows_of(found: ChangeList) -> QuerySet[Any]:
    """Every row of the list, whatever the page that is shown, in order of their keys."""
    return found.queryset.order_by("pk")


def write_part(pk: int, part: int, *, after: int) -> None:
    """Write one part of an export into its folder. Written again it is the same part."""
    export = Export.objects.select_for_update(of=("self",)).select_related("asked_by").get(pk=pk)
    if export.state != Export.State.WRITING or export.parts != part:
        return
    with translation.override(export.language):
        _write(export, part, after=after)


def _write(export: Export, part: int, *, after: int) -> None:
    page = page_of(export.label)
    if page is None or not may_take(export.asked_by, export.label):
        exports.fail(export, why=_("You may not see this list any more."))
        return
    try:
        found = changelist(page, export.query, export.asked_by)
    except NOT_SHOWN:
        exports.fail(export, why=_("The list cannot be filtered like this any more."))
        return
    wanted = rows_of(found).filter(pk__gt=after, pk__lte=export.last_row)[:PART]
    file = private_files.made(export.folder) / f"{part:06}.csv"
    count, reached = 0, after
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        if part == 0:
            writer.writerow(_head(page, found))
        for row in wanted.iterator(SET):
            writer.writerow([_cell(page, name, row) for name in _columns(found)])
            count, reached = count + 1, row.pk
    exports.note_part(export, rows=count, reached=reached, is_last=count < PART)


def lines(export: Export) -> Iterator[bytes]:
    """The whole file, part after part."""
    for part in range(export.parts):
        with (private_files.folder(export.folder) / f"{part:06}.csv").open("rb") as file:
            yield from iter(lambda: file.read(65_536), b"")


def _columns(found: ChangeList) -> list[Any]:
    """By name, or as the function that says what stands there."""
    return [column for column in found.list_display if column != "action_checkbox"]


def _head(page: admin.ModelAdmin, found: ChangeList) -> list[Any]:
    labels = (label_for_field(name, page.model, page) for name in _columns(found))
    return [cell(str(label)) for label in labels]


def _cell(page: admin.ModelAdmin, name: Any, row: Model) -> Any:
    """One value, as words where people read words and as numbers where they count."""
    try:
        field, shown, value = lookup_field(name, row, page)
    except ObjectDoesNotExist:
        return ""
    if field is not None and getattr(field, "choices", None):
        value = getattr(row, f"get_{field.name}_display")()
    elif field is not None and field.is_relation:
        value = getattr(row, field.name)
    elif getattr(shown, "label", None) and isinstance(value, tuple):
        value = value[-1]
    return cell(_plain(value))


def _plain(value: Any) -> str | int | Decimal:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int | Decimal):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    return strip_tags(str(value))
