"""Whether a credential is good: by the address of its state, or by its text.

A signature alone says little: it has to be one of ours, on a credential that we know, that nobody has
taken back and whose time is not over. Nothing a credential names is ever fetched.
"""

import json
from dataclasses import dataclass
from enum import StrEnum

from members import clock
from recognition import issuing, signing
from recognition.domain.credentials import opened
from recognition.models import Credential


class Verdict(StrEnum):
    """What can be said of a credential."""

    VALID = "valid"
    REVOKED = "revoked"
    EXPIRED = "expired"
    NOT_OURS = "not_ours"


@dataclass(frozen=True, slots=True)
class Checked:
    """The verdict, and which credential it is about (None where it is none of ours)."""

    verdict: Verdict
    credential: Credential | None = None


def by_slug(slug: str) -> Checked:
    """The state of the credential at this address."""
    known = Credential.objects.select_related("award__badge", "award__member")
    found = known.filter(slug=slug).first()
    if found is None:
        return Checked(Verdict.NOT_OURS)
    if found.is_revoked:
        return Checked(Verdict.REVOKED, found)
    is_over = found.is_expired(clock.now())
    return Checked(Verdict.EXPIRED if is_over else Verdict.VALID, found)


def by_text(pasted: str) -> Checked:
    """What is to be said of a pasted credential: the token, the JSON around it, or its address."""
    text = pasted.strip()
    slug = _slug_in(text)
    if slug:
        return by_slug(slug)
    token = _token_in(text)
    claims = signing.claims_of(token)
    if claims is None or claims.get("iss") != issuing.issuer().id:
        return Checked(Verdict.NOT_OURS)
    checked = by_slug(_slug_in(str(claims.get("jti", ""))))
    # Should a key be stolen: what it signs besides is none of ours either.
    is_known = checked.credential is not None and checked.credential.token in ("", token)
    return checked if is_known else Checked(Verdict.NOT_OURS)


def _token_in(text: str) -> str:
    if not text.startswith("{"):
        return text
    try:
        return opened(json.loads(text))
    except (ValueError, RecursionError):
        return ""


def _slug_in(address: str) -> str:
    """The credential that this address of ours is about; '' for any other text."""
    before = issuing.address("awards:verification")
    return address.removeprefix(before).removesuffix("/") if address.startswith(before) else ""
