"""The programme's addresses, and one behind which there is nothing."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import path

from loyalty import urls


@login_required
def empty(request: HttpRequest) -> HttpResponse:
    """What Django, our middleware and the session cost by themselves."""
    return HttpResponse("")


handler404 = urls.handler404
urlpatterns = [path("empty/", empty), *urls.urlpatterns]
