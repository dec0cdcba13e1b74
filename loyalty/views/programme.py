"""The programme page: what a visitor reads before joining."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def programme(request: HttpRequest) -> HttpResponse:
    """What the programme is, its tiers and how points are earned."""
    return render(request, "portal/programme.html")
