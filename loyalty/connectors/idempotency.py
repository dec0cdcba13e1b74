"""Idempotency-Key for every unsafe request of the API.

The answer is stored in the transaction of its effect: a client that was cut off and asks again gets
the same bytes, and there is no moment in which the effect exists and the answer does not.
"""

import hashlib
from collections.abc import Callable

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse

from loyalty.connectors.models import ApiKey, StoredAnswer
from members import clock

UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
MAX_LENGTH = 200


class IdempotencyMiddleware:
    """Wraps the API's unsafe requests that carry the header; leaves everything else alone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer from the store, or answer and store."""
        name = request.headers.get("Idempotency-Key", "")
        if not name or request.method not in UNSAFE or not request.path.startswith("/api/"):
            return self.get_response(request)
        key = self._caller(request)
        if key is None:
            return self.get_response(request)
        if len(name) > MAX_LENGTH:
            return _problem(400, "bad_idempotency_key", "The key has more than 200 characters.")
        with transaction.atomic():
            return self._once(request, key, name)

    def _once(self, request: HttpRequest, key: ApiKey, name: str) -> HttpResponse:
        if not _alone(f"{key.pk}:{name}"):
            return _problem(409, "still_running", "The first request with this key is running.")
        asked = hashlib.sha256(
            f"{request.method} {request.get_full_path()}\n".encode() + request.body
        ).digest()
        stored = StoredAnswer.objects.filter(key=key, idempotency_key=name).first()
        if stored is not None:
            if bytes(stored.request_hash) != asked:
                return _problem(422, "key_reused", "This key was used for another request.")
            return HttpResponse(
                bytes(stored.body), status=stored.status, content_type=stored.content_type
            )
        response = self.get_response(request)
        if response.status_code < 500:
            StoredAnswer.objects.create(
                key=key,
                idempotency_key=name,
                request_hash=asked,
                status=response.status_code,
                content_type=response["Content-Type"],
                body=response.content,
                created_at=clock.now(),
            )
        else:
            transaction.set_rollback(True)
        return response

    @staticmethod
    def _caller(request: HttpRequest) -> ApiKey | None:
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        return ApiKey.objects.presented(text.strip())


def _alone(name: str) -> bool:
    """Whether nobody else is answering under this key right now (held until the commit)."""
    digest = hashlib.sha256(name.encode()).digest()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(%s)",
            [int.from_bytes(digest[:8], "big", signed=True)],
        )
        [(alone,)] = cursor.fetchall()
    return alone


def _problem(status: int, code: str, detail: str) -> HttpResponse:
    return JsonResponse(
        {"type": "about:blank", "title": detail, "status": status, "code": code, "detail": detail},
        status=status,
        content_type="application/problem+json",
    )
