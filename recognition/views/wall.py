"""The wall: what a member has won, and what there is to win."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from members import clock
from members.domain.calendar import local_date
from members.views.guards import member_of
from members.views.viewing import seen_by_staff
from recognition.models import Badge, BadgeAward
from recognition.models.goal_readings import achievements_of, streaks_of


@seen_by_staff
def wall(request: HttpRequest) -> HttpResponse:
    """A member's badges, newest first, then the others; a visitor sees what there is to win."""
    member = member_of(request)
    won = BadgeAward.objects.live().filter(member=member).select_related("badge")
    awards = list(won.order_by("-awarded_at")) if member else []
    badges = Badge.objects.active().with_holders().order_by("name")
    today = local_date(clock.now(), member.time_zone) if member else None
    context = {
        "ways": achievements_of(member, today) if member and today else [],
        "runs": streaks_of(member, today) if member and today else [],
        "member": member,
        "awards": awards,
        "shows_badges": getattr(getattr(member, "profile", None), "shows_badges", True),
        "open_badges": badges.exclude(pk__in={award.badge_id for award in awards}),
    }
    with timezone.override(member.time_zone if member else None):
        return render(request, "portal/recognition/wall.html", context)
