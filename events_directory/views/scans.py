"""Scans that a device made without a connection, told when it is back."""

import json
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from events_directory import permissions
from events_directory.forms import OfflineScanForm
from events_directory.models import Booking, Occurrence
from events_directory.operations import check_ins
from events_directory.views import desk
from events_directory.views.outcomes import INVALID
from members.domain.actors import Actor
from members.forms import checked

#: At most so many in one request; a device sends the rest in the next.
MOST = 50


@login_required
@require_POST
def scans(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Record each scan under the device's own name for it; the same again is the same scan.

    Answers for each what came of it, as it is read at the door. One that cannot be recorded at all is
    answered too, so that the device forgets it.
    """
    occurrence = desk.own_date(request, slug, pk, permissions.can_check_in)
    told = _read(request.body)
    if told is None:
        return JsonResponse({"said": _("These are not scans.")}, status=INVALID)
    actor = Actor.user(request.user)
    with timezone.override(occurrence.zone):
        results = [_record(occurrence, scan, actor=actor) for scan in told[:MOST]]
    occurrence.refresh_from_db()
    arrived = occurrence.bookings.filter(state=Booking.State.ATTENDED).count()
    standing = render_to_string(
        "partner/standing.html", {"occurrence": occurrence, "arrived": arrived}
    )
    return JsonResponse({"results": results, "standing": standing})


def _read(body: bytes) -> list[dict[str, Any]] | None:
    """The scans of the request; None when it is something else."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return None
    found = told.get("scans") if isinstance(told, dict) else None
    if not isinstance(found, list) or not all(isinstance(scan, dict) for scan in found):
        return None
    return found


def _record(occurrence: Occurrence, scan: dict[str, Any], *, actor: Actor) -> dict[str, Any]:
    name = scan.get("id")
    form = OfflineScanForm(
        {"ticket": _text(scan.get("ticket")), "nonce": _text(name), "at": _text(scan.get("at"))}
    )
    try:
        row = check_ins.check_in(occurrence, actor=actor, **checked(form))
    except ValidationError as refusal:
        return {"id": name, "said": render_to_string("partner/scan.html", {"refusal": refusal})}
    return {
        "id": name,
        "result": row.result,
        "said": render_to_string("partner/scan.html", {"scan": row, "shows_time": True}),
    }


def _text(value: Any) -> str:
    """What can be read and kept; nothing in place of anything else (JSON can hold half a character)."""
    return value if isinstance(value, str) and value.isprintable() else ""
