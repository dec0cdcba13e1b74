"""Where machines look for who signs our badges, mounted under /.well-known/."""

from django.urls import path

from recognition.views import verification

app_name = "well_known"
urlpatterns = [
    path("jwks.json", verification.keys, name="keys"),
    path("did.json", verification.did, name="did"),
]
