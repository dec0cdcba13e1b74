"""Whoever guesses too often waits a quarter of an hour, and is told until when."""

from datetime import timedelta
from typing import Any

from allauth.core.internal.httpkit import get_client_ip
from axes.helpers import get_cool_off
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from members import clock, secret_keys

LOCKOUTS = "lockouts"


def name_of(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """What stands for the account that is tried. A keyed hash, for most that is typed there is somebody's
    address."""
    told = credentials or {}
    typed = told.get("email") or told.get("username") or request.POST.get("login") or ""
    return secret_keys.digests(str(typed).strip().lower(), purpose=LOCKOUTS)[0].hex()


def address_of(request: HttpRequest) -> str | None:
    """Where it comes from: what the proxy says when there is one, and nobody else."""
    return get_client_ip(request)


def locked_out(
    request: HttpRequest, response: HttpResponse, credentials: dict[str, Any] | None
) -> HttpResponse:
    """The page that says until when, whether or not there is such an account."""
    wait = get_cool_off(request) or timedelta(minutes=15)
    page = render(request, "429.html", {"until": clock.now() + wait}, status=429)
    page["Retry-After"] = str(int(wait.total_seconds()))
    return page
