"""Whom the committee desk is for."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from governance.models import Case
from governance.permissions import can_enter_desk
from members.models import Member


def desk_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page for people who sit, or sat, on a committee, with times in the zone of their membership, if they
    have one; others are refused."""

    @wraps(view)
    @login_required
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not can_enter_desk(request.user):
            raise PermissionDenied
        member = Member.objects.of(request.user).first()
        with timezone.override(member.time_zone if member else None):
            return view(request, *args, **kwargs)

    return guarded


def case_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Call `view(request, case)` with a case this user judges; any other does not exist for them."""

    @wraps(view)
    @desk_page
    def guarded(request: HttpRequest, pk: int) -> HttpResponse:
        cases = Case.objects.visible_to(request.user).select_related("committee", "criteria")
        return view(request, get_object_or_404(cases, pk=pk))

    return guarded
