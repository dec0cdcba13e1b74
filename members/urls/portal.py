"""The member's own pages, mounted under /account/."""

from django.urls import path

from members.views import portal

urlpatterns = [path("preferences/", portal.preferences, name="preferences")]
