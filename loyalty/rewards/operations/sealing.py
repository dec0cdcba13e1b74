"""Coupon codes at rest: a keyed hash to find them by, and a sealed copy for their owner.

Both keys are derived from SECRET_KEY. After it was changed, codes made before are still found and read
as long as the old one is listed in SECRET_KEY_FALLBACKS.
"""

import hashlib
import hmac
import secrets
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from loyalty.rewards.domain.codes import plain
from loyalty.rewards.models import Coupon

NONCE = 12


@lru_cache(maxsize=16)
def _key(secret: str, purpose: str) -> bytes:
    derive = HKDF(hashes.SHA256(), 32, salt=None, info=f"laurel.rewards.coupon.{purpose}".encode())
    return derive.derive(secret.encode())


def _secrets() -> list[str]:
    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


def digest(code: str) -> bytes:
    """The hash under which a code is stored."""
    return _digest(_secrets()[0], plain(code))


def digests(code: str) -> list[bytes]:
    """Every hash under which this code may be stored; never empty."""
    return [_digest(secret, plain(code)) for secret in _secrets()]


def _digest(secret: str, code: str) -> bytes:
    return hmac.new(_key(secret, "digest"), code.encode(), hashlib.sha256).digest()


def seal(code: str) -> bytes:
    """The code as it was written, encrypted; bound to its hash, so that copies cannot be swapped."""
    nonce = secrets.token_bytes(NONCE)
    return nonce + AESGCM(_key(_secrets()[0], "seal")).encrypt(nonce, code.encode(), digest(code))


def reveal(coupon: Coupon) -> str:
    """The code again, for its owner's eyes; empty when its key is gone."""
    sealed = bytes(coupon.sealed)
    for secret in _secrets():
        try:
            opened = AESGCM(_key(secret, "seal")).decrypt(
                sealed[:NONCE], sealed[NONCE:], bytes(coupon.digest)
            )
        except InvalidTag:
            continue
        return opened.decode()
    return ""
