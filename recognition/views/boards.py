"""Leaderboards as members read them: the top, further places, and their own neighbourhood."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from members import clock
from members.domain.actors import Actor
from members.domain.calendar import local_date
from members.models import Member
from members.models.members import programme_zone
from members.operations import members
from members.views.guards import SignedInRequest, member_page
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
    context["is_ranked"] = member.is_ranked
    is_listed_here = after or any(row.is_me for row in rows)
    context["around"] = [] if is_listed_here else reading.around(member, reach=REACH)
    return render(request, "portal/recognition/board.html", context)


@require_POST
@member_page
def entry(request: SignedInRequest, member: Member) -> HttpResponse:
    """Stand on the boards from now on, or no more; under which name is chosen elsewhere."""
    is_ranked = request.POST.get("stand") == "yes"
    members.update(member, is_ranked=is_ranked, actor=Actor.user(request.user))
    words = _("You are on the boards.") if is_ranked else _("You are on no board any more.")
    messages.success(request, words)
    back = request.POST.get("board", "")
    if Leaderboard.objects.active().filter(slug=back).exists():
        return redirect("leaderboards:board", back)
    return redirect("leaderboards:first")
