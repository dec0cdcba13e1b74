"""The API, version 1. Each app mounts its own nouns."""

from django.urls import include, path
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView

urlpatterns = [
    path("openapi.json", SpectacularJSONAPIView.as_view(), name="openapi"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="openapi"), name="api_docs"),
    path("", include("loyalty.connectors.urls.api")),
    path("", include("recognition.urls.api")),
    path("", include("events_directory.urls.api")),
]
