"""What is said when an address leads nowhere or a page breaks: to people a page, to programs a problem."""

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.utils.translation import gettext as _
from django.views import defaults

API = "/api/"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """400 for a request that cannot be read, 413 for one that is too large to be."""
    if not request.path.startswith(API):
        return defaults.bad_request(request, exception)
    if isinstance(exception, RequestDataTooBig):
        return _problem(413, "too_large", _("The body is too large. Send fewer at a time."))
    return _problem(400, "bad_request", _("The request cannot be read."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """404 for an address that is none, or not theirs to see."""
    if request.path.startswith(API):
        return _problem(404, "not_found", _("There is nothing at this address."))
    return defaults.page_not_found(request, exception)


def broken(request: HttpRequest) -> HttpResponseBase:
    """500. Says nothing of what broke: that is in the log, under the request's id."""
    if request.path.startswith(API):
        return _problem(500, "broken", _("Something broke on our side. Ask again later."))
    return defaults.server_error(request)


def _problem(status: int, code: str, detail: str) -> JsonResponse:
    return JsonResponse(
        {"type": "about:blank", "title": detail, "status": status, "code": code, "detail": detail},
        status=status,
        content_type="application/problem+json",
    )
