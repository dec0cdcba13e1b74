"""What Unfold and Django look for on a page of the console: a view for each step, and for many rows."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.text import format_lazy

from members.domain.actors import Actor
from members.models import User
from members.operations import bulk


def staff_of(request: HttpRequest) -> User:
    """Who is at the console; nobody gets there without having signed in."""
    assert isinstance(request.user, User)
    return request.user


def bulk_door(step: Any) -> Callable[..., HttpResponse | None]:
    """The action of a list: what was chosen is remembered, and asked about on a page of its own."""

    def view(self: Any, request: HttpRequest, queryset: models.QuerySet) -> HttpResponse | None:
        try:
            run = bulk.choose(
                self.opts.label_lower,
                step=step.name,
                ids=queryset.values_list("pk", flat=True),
                by=staff_of(request),
                actor=Actor.user(request.user),
            )
        except ValidationError as refusal:
            messages.error(request, refusal.messages[0])
            return None
        return redirect("admin:members_bulkrun_confirm", run.pk)

    view.__name__ = f"bulk_{step.name}"
    view.short_description = format_lazy("{} …", step.label)  # type: ignore[attr-defined] # as Django wants it
    return view


def door(step: Any) -> Callable[..., HttpResponse]:
    """The view of a step, as Unfold wants an action to look."""

    def view(self: Any, request: HttpRequest, object_id: str) -> HttpResponse:
        return self.take_step(request, object_id, step)

    view.__name__ = step.name
    for name, value in (
        ("short_description", step.label),
        ("icon", step.icon or None),
        ("variant", step.variant),
        ("attrs", {}),
        ("url_path", step.name.replace("_", "-")),
    ):
        setattr(view, name, value)
    return view
