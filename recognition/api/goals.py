"""Achievements and streaks over the API."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from members import clock
from members.domain.calendar import local_date
from members.models import Member
from recognition.models import Streak
from recognition.models.goal_readings import Streaking, achievements_of, streaks_of


class AchievementOutput(serializers.Serializer):
    """An achievement, and how far the member is in the period of today."""

    achievement = serializers.SlugField(source="goal.slug")
    name = serializers.CharField(source="goal.name")
    criteria = serializers.CharField(source="goal.criteria")
    steps = serializers.IntegerField()
    target = serializers.IntegerField(source="goal.target")
    period = serializers.CharField(source="goal.period")
    until = serializers.DateField(
        allow_null=True, help_text="The last day of the period, in the member's zone."
    )
    times_reached = serializers.IntegerField(source="times")


class StreakOutput(serializers.Serializer):
    """A streak, and where the member stands in it today."""

    streak = serializers.SlugField(source="goal.slug")
    name = serializers.CharField(source="goal.name")
    criteria = serializers.CharField(source="goal.criteria")
    every = serializers.ChoiceField(
        Streak.Every.choices, source="goal.every", help_text="What is counted: weeks or days."
    )
    days = serializers.IntegerField(
        source="length", help_text="Days, or weeks, kept in the run that goes on."
    )
    since = serializers.SerializerMethodField(help_text="Its first day, or that of its first week.")
    is_kept_today = serializers.BooleanField(
        source="standing.is_kept_now", help_text="Whether today, or this week, is kept already."
    )
    freezes_left = serializers.IntegerField(source="standing.freezes_left")
    longest = serializers.IntegerField(source="standing.longest")
    next_milestone = serializers.IntegerField(source="ahead", allow_null=True)

    def get_since(self, row: Streaking) -> str | None:
        """None when there is no run."""
        return row.standing.run.first.isoformat() if row.standing.run else None


class GoalsOutput(serializers.Serializer):
    """Everything that a member works towards."""

    achievements = AchievementOutput(many=True)
    streaks = StreakOutput(many=True)


class MemberGoalsView(APIView):
    """What a member works towards."""

    scopes = {"read": "badges:read"}

    @extend_schema(operation_id="member_achievements", responses=GoalsOutput)
    def get(self, request: Request, ref: str) -> Response:
        """Achievements and streaks, by name; each as it stands on the member's own day."""
        member = get_object_or_404(Member.objects.known_as(ref))
        today = local_date(clock.now(), member.time_zone)
        found: dict[str, Any] = {
            "achievements": achievements_of(member, today),
            "streaks": streaks_of(member, today),
        }
        return Response(GoalsOutput(found).data)
