"""An award as an Open Badge (version 3.0, on the W3C's Verifiable Credentials 2.0): what is in it.

It is signed as a whole (VC-JWT), so the claims of the token are the credential and a few of its fields
under the names that every reader of tokens knows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

#: What the words of a credential mean. Named for readers; nothing here ever fetches them.
CONTEXT = (
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
)


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who gives badges: `id` is the address of its profile."""

    id: str
    name: str
    url: str

    def stated(self) -> dict[str, Any]:
        """As a credential names it."""
        return {"id": self.id, "type": ["Profile"], "name": self.name, "url": self.url}


@dataclass(frozen=True, slots=True)
class Feat:
    """What a badge is won for: `id` is the address where it stands for ever."""

    id: str
    name: str
    criteria: str
    description: str = ""

    def stated(self) -> dict[str, Any]:
        """As a credential names it; a description is asked for, so the criteria stand in for none."""
        return {
            "id": self.id,
            "type": ["Achievement"],
            "name": self.name,
            "description": self.description or self.criteria,
            "criteria": {"narrative": self.criteria},
        }


@dataclass(frozen=True, slots=True)
class Content:
    """One credential. `id` is the address at which its state is read; `holder_name` is there only when
    its holder wanted it to be."""

    id: str
    subject: str
    issuer: Issuer
    feat: Feat
    won_at: datetime
    until: datetime | None = None
    holder_name: str = ""
    status: Mapping[str, Any] | None = None

    def credential(self) -> dict[str, Any]:
        """The credential itself; what does not apply is left out, for readers refuse empty fields."""
        holder: dict[str, Any] = {"id": self.subject, "type": ["AchievementSubject"]}
        if self.holder_name:
            named = {"identityHash": self.holder_name, "identityType": "name", "hashed": False}
            holder["identifier"] = [{"type": "IdentityObject", **named}]
        said = {
            "@context": list(CONTEXT),
            "id": self.id,
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "name": self.feat.name,
            "issuer": self.issuer.stated(),
            "validFrom": _written(self.won_at),
            "credentialSubject": holder | {"achievement": self.feat.stated()},
        }
        said |= {"validUntil": _written(self.until)} if self.until else {}
        return said | ({"credentialStatus": dict(self.status)} if self.status else {})

    def claims(self) -> dict[str, Any]:
        """The credential with what the token of one must say besides."""
        claims = self.credential() | {
            "iss": self.issuer.id,
            "jti": self.id,
            "sub": self.subject,
            "nbf": int(self.won_at.timestamp()),
        }
        return claims | ({"exp": int(self.until.timestamp())} if self.until else {})


def enveloped(token: str) -> dict[str, Any]:
    """A signed credential as JSON: an envelope around the token."""
    return {
        "@context": CONTEXT[0],
        "id": f"data:application/vc+jwt,{token}",
        "type": "EnvelopedVerifiableCredential",
    }


def opened(pasted: Any) -> str:
    """The token in such an envelope; '' when it is none."""
    found = pasted.get("id") if isinstance(pasted, dict) else ""
    kind, _, token = found.partition(",") if isinstance(found, str) else ("", "", "")
    return token if kind.startswith("data:application/vc") and kind.endswith("+jwt") else ""


def _written(at: datetime) -> str:
    """To the second, as the token's own numbers have it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
