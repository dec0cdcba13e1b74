"""Leaderboards as members read them: the top, further places, and their own neighbourhood."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from members import clock
from members.domain.calendar import local_date
from members.models import Member
from members.models.members import programme_zone
from members.views.guards import member_page
from members.views.viewing import seen_by_staff
from recognition.domain.windows import before
from recognition.forms import ReadingForm
from recognition.models import Leaderboard
from recognition.models.readings import Reading

TOP = 10
FURTHER = 50
REACH = 3
#: The windows that a reader may switch to.
WINDOWS = {
    "day": _("Today"),
    "week": _("This week"),
    "month": _("This month"),
    "quarter": _("This quarter"),
    "year": _("This year"),
    "all": _("All time"),
}


@seen_by_staff
@member_page
def board(request: HttpRequest, member: Member, slug: str = "") -> HttpResponse:
    """One board (the first when none is named) in one window."""
    boards = list(Leaderboard.objects.active().select_related("unit").order_by("pk"))
    if not boards:
        return render(request, "portal/recognition/no_board.html")
    found = next((each for each in boards if each.slug == slug), None) if slug else boards[0]
    if found is None:
        raise Http404
    form = ReadingForm(found, request.GET)
    if not form.is_valid():
        raise Http404
    after = form.cleaned_data["after"]
    today = local_date(clock.now(), programme_zone())
    reading = Reading(found, form.chosen(today), today)
    rows, mark = reading.stretch(size=FURTHER if after else TOP, after=after, me=member)
    context: dict[str, Any] = {"boards": boards, "board": found, "windows": WINDOWS, "today": today}
    context |= {"window": reading.window, "earlier": before(reading.window)}
    context |= {"rows": rows, "next": mark, "after": after, "mine": reading.mine(member)}
    is_listed_here = after or any(row.is_me for row in rows)
    context["around"] = [] if is_listed_here else reading.around(member, reach=REACH)
    return render(request, "portal/recognition/board.html", context)
