"""Every address of the programme. A room adds its own file; this page only mounts it."""

from django.contrib import admin
from django.urls import include, path
from django.views.i18n import set_language

from loyalty.views import health, home, styleguide

urlpatterns = [
    path("", home.home, name="home"),
    path("language/", set_language, name="set_language"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("account/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
