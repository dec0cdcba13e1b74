"""Scopes: default deny."""

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request


class HasScope(BasePermission):
    """The key must hold the view's scope: `scopes = {"read": "…", "write": "…"}`.

    A view that names no scope lets nobody in.
    """

    def has_permission(self, request: Request, view) -> bool:
        """Whether the key holds what the view asks for this method."""
        if request.auth is None:
            return False
        kind = "read" if request.method in SAFE_METHODS else "write"
        needed = getattr(view, "scopes", {}).get(kind)
        return needed is not None and needed in getattr(request.auth, "scopes", ())
