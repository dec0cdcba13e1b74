"""Keys that are derived from SECRET_KEY, each for one purpose, and hashes made with them.

What can be guessed, such as a phone number or a short code, is kept as a keyed hash: whoever has the
database alone cannot try values. After SECRET_KEY was changed, what was hashed before is still found as
long as the old one is listed in SECRET_KEY_FALLBACKS.
"""

import hashlib
import hmac
from functools import lru_cache

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def secrets() -> list[str]:
    """The secret in use, then the ones before it."""
    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


@lru_cache(maxsize=64)
def derived(secret: str, purpose: str) -> bytes:
    """32 bytes for one purpose, which say nothing about the secret or about other purposes."""
    derive = HKDF(hashes.SHA256(), 32, salt=None, info=f"laurel.{purpose}".encode())
    return derive.derive(secret.encode())


def digests(text: str, *, purpose: str) -> tuple[bytes, ...]:
    """Every keyed hash (HMAC-SHA-256) under which `text` may be stored, the one in use first."""
    return tuple(
        hmac.new(derived(secret, purpose), text.encode(), hashlib.sha256).digest()
        for secret in secrets()
    )
