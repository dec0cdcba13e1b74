"""The keys that sign badges, and what they signed.

They lie in one file (`BADGE_KEYS`), newest first, as PEM. The first is a private key and signs; what any
of them signed is known as ours. Changing the key puts a new one first and leaves of the one before its
public half, so that what it signed stays valid and nobody can sign with it again.
"""

import os
import re
import secrets
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

#: The one algorithm that is signed with, and the only one that is taken for a signature of ours.
ALGORITHM = "ES256"
CURVE = "P-256"
#: Longer than any credential of ours: nothing larger is even read.
LONGEST = 20_000
_BLOCK = re.compile(r"-----BEGIN ([A-Z ]+)-----.+?-----END \1-----\n?", re.DOTALL)


def ring() -> tuple[ECKey, ...]:
    """Every key of ours, the one that signs first. Made at the first call where there is none."""
    file = Path(settings.BADGE_KEYS)
    if not file.exists():
        keep_first(file)
    return _read(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _read(file: Path, changed: int) -> tuple[ECKey, ...]:
    """The keys of a file as of its last change."""
    return tuple(ECKey.import_key(block.group()) for block in _BLOCK.finditer(file.read_text()))


def keep_first(file: Path) -> None:
    """Make a key where there is no file yet. Of several who try at once one does, and all use its key."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = _draft(file, _new_key())
    try:
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def change() -> str:
    """Sign with a new key from now on; answers its name. What older keys signed stays valid."""
    before = ring()
    file = Path(settings.BADGE_KEYS)
    public = "".join(key.as_pem(private=False).decode() for key in before)
    _draft(file, _new_key() + public).replace(file)
    return name_of(ring()[0])


def _new_key() -> str:
    return ECKey.generate_key(CURVE, private=True).as_pem(private=True).decode()


def _draft(file: Path, text: str) -> Path:
    """The text beside the file, for nobody but us to read."""
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
        opened.write(text)
    return draft


def name_of(key: ECKey) -> str:
    """What the key is called: its thumbprint (RFC 7638), the same wherever it is reckoned."""
    return key.thumbprint()


def public(key: ECKey, *, address: str) -> dict[str, Any]:
    """The public half as others read it; it goes by the address at which it stands alone."""
    shown: dict[str, Any] = key.as_dict(private=False)
    return shown | {"kid": address, "alg": ALGORITHM, "use": "sig"}


def sign(claims: dict[str, Any], *, address: str) -> str:
    """The claims as a token, signed with the first key, whose public half stands at `address`."""
    return jwt.encode(
        {"alg": ALGORITHM, "typ": "JWT", "kid": address}, claims, ring()[0], algorithms=[ALGORITHM]
    )


def claims_of(token: str) -> dict[str, Any] | None:
    """What one of our keys signed; None for everything else. Asks nobody: whatever key a token names or
    brings along, it is tried with ours."""
    if len(token) > LONGEST:
        return None
    for key in ring():
        try:
            return dict(jwt.decode(token, key, algorithms=[ALGORITHM]).claims)
        except (JoseError, TypeError, ValueError):  # TypeError: a header with fields of other kinds
            continue
    return None
