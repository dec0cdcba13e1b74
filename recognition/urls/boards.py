"""Leaderboards, mounted under /leaderboards/."""

from django.urls import path

from recognition.views import boards

app_name = "leaderboards"
urlpatterns = [
    path("", boards.board, name="first"),
    path("entry/", boards.entry, name="entry"),
    path("<slug:slug>/", boards.board, name="board"),
]
