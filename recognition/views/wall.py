"""The wall: what a member has won, and what there is to win."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from members.models import Member
from recognition.models import Badge, BadgeAward


def wall(request: HttpRequest) -> HttpResponse:
    """A member's badges, newest first, then the others; a visitor sees what there is to win."""
    user = request.user
    member = (
        Member.objects.of(user).select_related("profile").first() if user.is_authenticated else None
    )
    won = BadgeAward.objects.live().filter(member=member).select_related("badge")
    awards = list(won.order_by("-awarded_at")) if member else []
    badges = Badge.objects.active().with_holders().order_by("name")
    context = {
        "member": member,
        "awards": awards,
        "shows_badges": getattr(getattr(member, "profile", None), "shows_badges", True),
        "open_badges": badges.exclude(pk__in={award.badge_id for award in awards}),
    }
    with timezone.override(member.time_zone if member else None):
        return render(request, "portal/recognition/wall.html", context)
