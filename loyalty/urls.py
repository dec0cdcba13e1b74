"""Every address of the programme. A room adds its own file; this page only mounts it."""

from django.contrib import admin
from django.urls import include, path

from loyalty.views import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("account/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
