"""Leaderboards as members read them: the top, and their own neighbourhood."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from members import clock
from members.domain.calendar import local_date
from members.models import Member
from members.models.members import programme_zone
from members.views.guards import member_page
from recognition.models import Leaderboard
from recognition.models.readings import Reading

TOP = 10
REACH = 3
#: The windows that a reader may switch to.
WINDOWS = {
    "week": _("This week"),
    "month": _("This month"),
    "year": _("This year"),
    "all": _("All time"),
}


@member_page
def board(request: HttpRequest, member: Member, slug: str = "") -> HttpResponse:
    """One board (the first when none is named) in one window."""
    boards = list(Leaderboard.objects.active().select_related("unit").order_by("pk"))
    if not boards:
        return render(request, "portal/recognition/no_board.html")
    found = next((each for each in boards if each.slug == slug), None) if slug else boards[0]
    if found is None:
        raise Http404
    kind = request.GET.get("window", found.window)
    if kind not in {*WINDOWS, found.window}:
        raise Http404
    today = local_date(clock.now(), programme_zone())
    reading = Reading(found, found.window_of(kind, today), today)
    top = reading.page(size=TOP, me=member)
    on_top = any(row.is_me for row in top)
    context = {
        "boards": boards,
        "board": found,
        "kind": kind,
        "windows": WINDOWS if found.window in WINDOWS else {},
        "window": reading.window,
        "top": top,
        "around": [] if on_top else reading.around(member, reach=REACH),
        "mine": reading.mine(member),
    }
    return render(request, "portal/recognition/board.html", context)
