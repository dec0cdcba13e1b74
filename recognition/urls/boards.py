"""Leaderboards, mounted under /leaderboards/."""

from django.urls import path

from recognition.views import boards

app_name = "leaderboards"
urlpatterns = [
    path("", boards.board, name="first"),
    path("<slug:slug>/", boards.board, name="board"),
]
