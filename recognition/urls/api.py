"""The API of recognition."""

from django.urls import path

from recognition.api import badges, boards, goals, nominations

app_name = "recognition_api"
urlpatterns = [
    path("badges", badges.BadgesView.as_view(), name="badges"),
    path(
        "members/<str:ref>/achievements",
        goals.MemberGoalsView.as_view(),
        name="member_achievements",
    ),
    path("members/<str:ref>/badges", badges.MemberBadgesView.as_view(), name="member_badges"),
    path("leaderboards", boards.BoardsView.as_view(), name="leaderboards"),
    path("leaderboards/<slug:slug>", boards.BoardView.as_view(), name="leaderboard"),
    path("nominations", nominations.NominationsView.as_view(), name="nominations"),
    path("nominations/<slug:slug>", nominations.CycleView.as_view(), name="nomination_cycle"),
]
