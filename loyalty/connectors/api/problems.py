"""Errors as RFC 9457 problem details, with a stable code and a pointer to each fault."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler

CONTENT_TYPE = "application/problem+json"


def problem(
    status_code: int, code: str, detail: str, errors: list[dict[str, str]] | None = None
) -> Response:
    """A problem response. `errors` are `{pointer, code, detail}` for faults of the input."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": detail,
        "status": status_code,
        "code": code,
        "detail": detail,
    }
    if errors:
        body["errors"] = errors
    return Response(body, status=status_code, content_type=CONTENT_TYPE)


def faults(detail: Any, pointer: str = "") -> list[dict[str, str]]:
    """DRF's nested validation detail, flattened to JSON pointers."""
    if isinstance(detail, dict):
        return [f for key, value in detail.items() for f in faults(value, f"{pointer}/{key}")]
    if isinstance(detail, list):
        found: list[dict[str, str]] = []
        for index, value in enumerate(detail):
            nested = isinstance(value, dict | list)
            found += faults(value, f"{pointer}/{index}" if nested else pointer)
        return found
    return [{"pointer": pointer, "code": getattr(detail, "code", "invalid"), "detail": str(detail)}]


def problem_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turns refusals and DRF's exceptions into problems; anything else stays a 500."""
    if isinstance(error, ValidationError):
        return problem(
            status.HTTP_409_CONFLICT, getattr(error, "code", None) or "refused", error.messages[0]
        )
    if isinstance(error, exceptions.ValidationError):
        found = faults(error.detail)
        return problem(status.HTTP_400_BAD_REQUEST, "invalid", "The input has faults.", found)
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    response = exception_handler(error, context)
    if response is None or not isinstance(error, exceptions.APIException):
        return response
    answer = problem(response.status_code, str(error.get_codes()), str(error.detail))
    for header in ("WWW-Authenticate", "Retry-After"):
        if header in response:
            answer[header] = response[header]
    return answer
