"""The badge wall, mounted under /badges/."""

from django.urls import path

from recognition.views import awards, credentials, wall

app_name = "badges"
urlpatterns = [
    path("", wall.wall, name="wall"),
    path("visibility/", awards.profile, name="profile"),
    path("<slug:slug>/", wall.badge, name="badge"),
    path("<slug:slug>/visibility/", awards.visibility, name="visibility"),
    path("<slug:slug>/credential/", credentials.taking_along, name="credential"),
]
