"""`Authorization: Bearer KEY`."""

import structlog
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from loyalty.connectors.models import ApiKey
from loyalty.connectors.operations import keys


class ApiKeyAuthentication(BaseAuthentication):
    """Finds the key; `request.user` and `request.auth` are the `ApiKey`."""

    def authenticate(self, request: Request) -> tuple[ApiKey, ApiKey] | None:
        """None without credentials, the key, or AuthenticationFailed."""
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != b"bearer":
            return None
        if len(parts) != 2:
            raise AuthenticationFailed("Send one key: Authorization: Bearer KEY")
        try:
            key = ApiKey.objects.presented(parts[1].decode("ascii"))
        except UnicodeDecodeError:
            key = None
        if key is None:
            raise AuthenticationFailed("This key is unknown or has been revoked.")
        keys.note_use(key)
        structlog.contextvars.bind_contextvars(key_id=key.pk)
        return key, key

    def authenticate_header(self, request: Request) -> str:
        """Makes a missing key a 401 rather than a 403."""
        return 'Bearer realm="api"'


def caller(request: Request) -> ApiKey:
    """The key that asks; keys are the only way in."""
    assert isinstance(request.auth, ApiKey)  # every view of the API asks for a scope, so for a key
    return request.auth


class ApiKeyScheme(OpenApiAuthenticationExtension):
    """How the schema describes it."""

    target_class = ApiKeyAuthentication
    name = "apiKey"

    def get_security_definition(self, auto_schema) -> dict:
        """HTTP bearer."""
        return {"type": "http", "scheme": "bearer"}
