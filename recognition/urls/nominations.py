"""Nomination cycles, mounted under /nominations/."""

from django.urls import path

from recognition.views import nominations

app_name = "nominations"
urlpatterns = [
    path("", nominations.index, name="index"),
    path("<slug:slug>/", nominations.cycle, name="cycle"),
    path("<slug:slug>/nomination/", nominations.nominate, name="nominate"),
    path("<slug:slug>/nomination/draft/", nominations.draft, name="draft"),
    path("<slug:slug>/nomination/<int:pk>/withdrawal/", nominations.withdrawal, name="withdrawal"),
    path("<slug:slug>/declining/", nominations.declining, name="declining"),
    path("<slug:slug>/laureate/", nominations.laureate, name="laureate"),
]
