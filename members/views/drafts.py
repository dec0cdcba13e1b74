"""Answers to forms that save themselves (`static/js/autosave.js`), with and without the script."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from members.errors import ChangedElsewhere


class Draft(Protocol):
    """What is kept of something that is being written."""

    version: int
    saved_at: datetime


def saved_words(draft: Draft | None) -> str:
    """That it was saved, on the reader's clock; empty when nothing was yet."""
    if draft is None:
        return ""
    clock = date_format(timezone.localtime(draft.saved_at), "H:i T")
    return _("Saved %(time)s") % {"time": clock}


def keep(
    request: HttpRequest,
    save: Callable[[], Draft],
    *,
    back: str,
    refused: Callable[[ValidationError], HttpResponse],
) -> HttpResponse:
    """Do `save`, and say what came of it.

    The script hears 200 {said, version}; 409 with the version that is kept when that is another than the
    form began with; or 422 {said}. A plain form comes to the page `back`, or to what `refused` makes of
    the refusal, with everything still in it.
    """
    is_script = request.headers.get("Accept") == "application/json"
    try:
        draft = save()
    except ChangedElsewhere as refusal:
        told = {"said": refusal.messages[0], "version": refusal.version}
        return JsonResponse(told, status=409) if is_script else refused(refusal)
    except ValidationError as refusal:
        told = {"said": " ".join(refusal.messages)}
        return JsonResponse(told, status=422) if is_script else refused(refusal)
    if is_script:
        return JsonResponse({"said": saved_words(draft), "version": draft.version})
    messages.success(request, saved_words(draft))
    return redirect(back)
