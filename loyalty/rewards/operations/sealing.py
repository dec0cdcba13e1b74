"""Coupon codes at rest: a keyed hash to find them by, and a sealed copy for their owner.

Both keys are derived from SECRET_KEY. After it was changed, codes made before are still found and read
as long as the old one is listed in SECRET_KEY_FALLBACKS.
"""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from loyalty.rewards.domain.codes import plain
from loyalty.rewards.models import Coupon
from members import secret_keys

NONCE = 12
FINDING, SEALING = "rewards.coupon.digest", "rewards.coupon.seal"


def digest(code: str) -> bytes:
    """The hash under which a code is stored."""
    return digests(code)[0]


def digests(code: str) -> tuple[bytes, ...]:
    """Every hash under which this code may be stored; never empty."""
    return secret_keys.digests(plain(code), purpose=FINDING)


def seal(code: str) -> bytes:
    """The code as it was written, encrypted; bound to its hash, so that copies cannot be swapped."""
    nonce = secrets.token_bytes(NONCE)
    key = secret_keys.derived(secret_keys.secrets()[0], SEALING)
    return nonce + AESGCM(key).encrypt(nonce, code.encode(), digest(code))


def reveal(coupon: Coupon) -> str:
    """The code again, for its owner's eyes; empty when its key is gone."""
    sealed = bytes(coupon.sealed)
    for secret in secret_keys.secrets():
        try:
            opened = AESGCM(secret_keys.derived(secret, SEALING)).decrypt(
                sealed[:NONCE], sealed[NONCE:], bytes(coupon.digest)
            )
        except InvalidTag:
            continue
        return opened.decode()
    return ""
