"""The badge wall, mounted under /badges/."""

from django.urls import path

from recognition.views import wall

app_name = "badges"
urlpatterns = [path("", wall.wall, name="wall")]
