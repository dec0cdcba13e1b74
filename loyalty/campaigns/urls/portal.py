"""Bringing friends: a member's own page, and where their link leads. Mounted under /."""

from django.urls import path

from loyalty.campaigns.views import referrals

app_name = "referrals"
urlpatterns = [
    path("referrals/", referrals.index, name="index"),
    path("referrals/code/", referrals.code, name="code"),
    path("referrals/invites/", referrals.invites, name="invites"),
    path("referrals/invites/<int:pk>/removal/", referrals.removal, name="invite_removal"),
    path("r/<slug:code>/", referrals.invitation, name="invitation"),
]
