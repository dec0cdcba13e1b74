"""The first page: the programme for a visitor, their own standing for a member."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from loyalty.views.programme import programme


def home(request: HttpRequest) -> HttpResponse:
    """Greet a member with what they own; tell a visitor what this is."""
    if not request.user.is_authenticated:
        return programme(request)
    return render(request, "portal/home.html")
