"""The wall: what a member has won, and what there is to win; and each badge on a page of its own."""

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

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
    badges = Badge.objects.active().select_related("count").order_by("name")
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


@seen_by_staff
@require_GET
def badge(request: HttpRequest, slug: str) -> HttpResponse:
    """What a badge is won for, how rare it is, how far the member is with it, and when they won it. One that
    can no longer be won is shown to those who hold it."""
    member = member_of(request)
    held = BadgeAward.objects.live().filter(member=member) if member else BadgeAward.objects.none()
    shown = Badge.objects.filter(Q(state=Badge.State.ACTIVE) | Q(pk__in=held.values("badge")))
    found = get_object_or_404(shown.select_related("count"), slug=slug)
    ways = achievements_of(member, local_date(clock.now(), member.time_zone)) if member else []
    context = {
        "badge": found,
        "awards": list(held.filter(badge=found).order_by("-awarded_at")),
        "ways": [way for way in ways if way.goal.badge_id == found.pk],
    }
    with timezone.override(member.time_zone if member else None):
        return render(request, "portal/recognition/badge.html", context)
