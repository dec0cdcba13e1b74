"""Where the issuer of badges stands on the web, and what it says of itself and of what can be won."""

from datetime import UTC
from typing import Any
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.urls import reverse
from joserfc.jwk import ECKey

from members import clock
from recognition import signing
from recognition.domain import status_list
from recognition.domain.credentials import CONTEXT, Feat, Issuer
from recognition.models import Badge, Credential


def address(name: str, *args: str) -> str:
    """The whole address of a page of ours, as others reach it."""
    return settings.PUBLIC_URL + reverse(name, args=args)


def issuer() -> Issuer:
    """Who gives badges here."""
    return Issuer(address("awards:issuer"), settings.PROGRAMME_NAME, settings.PUBLIC_URL)


def feat_of(badge: Badge) -> Feat:
    """What a badge is won for, with the address where that stands."""
    place = address("awards:achievement", badge.slug)
    return Feat(place, badge.name, badge.criteria, badge.description)


def key_address(key: ECKey) -> str:
    """Where the key's public half stands alone."""
    return address("awards:key", signing.name_of(key))


def status_list_address(index: int) -> str:
    """Where the list stands in which this place is."""
    return address("awards:status_list", str(index // status_list.PLACES))


def status_list_claims(number: int) -> dict[str, Any]:
    """The list of this number as it is now, as a credential of its own to be signed."""
    first = number * status_list.PLACES
    ours = Credential.objects.filter(
        status_index__gte=first, status_index__lt=first + status_list.PLACES
    )
    places = ours.revoked().values_list("status_index", flat=True)
    revoked = [index for index in places if index is not None]
    place, by, now = status_list_address(first), issuer().id, clock.now()
    return {
        "@context": [CONTEXT[0]],
        "id": place,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": by,
        "validFrom": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "credentialSubject": {
            "id": f"{place}#list",
            "type": "BitstringStatusList",
            "statusPurpose": status_list.PURPOSE,
            "ttl": status_list.KEPT_MS,
            "encodedList": status_list.encoded(revoked),
        },
        "iss": by,
        "jti": place,
        "sub": f"{place}#list",
        "nbf": int(now.timestamp()),
    }


def status_lists() -> int:
    """How many lists there are: always one that still has room."""
    return Credential.objects.count() // status_list.FILLED + 1


def profile() -> dict[str, Any]:
    """The issuer's profile."""
    return {"@context": list(CONTEXT)} | issuer().stated()


def achievement(badge: Badge) -> dict[str, Any]:
    """The badge as what credentials refer to."""
    creator = {"creator": issuer().stated()}
    return {"@context": list(CONTEXT)} | feat_of(badge).stated() | creator


def public_keys() -> list[dict[str, Any]]:
    """The public half of every key, the one in use first."""
    return [signing.public(key, address=key_address(key)) for key in signing.ring()]


def did_document() -> dict[str, Any]:
    """The issuer for readers who look for it by the name of its host (did:web)."""
    did = f"did:web:{quote(urlsplit(settings.PUBLIC_URL).netloc, safe='.')}"
    methods = [
        {
            "id": f"{did}#{signing.name_of(key)}",
            "type": "JsonWebKey",
            "controller": did,
            "publicKeyJwk": signing.public(key, address=key_address(key)),
        }
        for key in signing.ring()
    ]
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/jwk/v1"],
        "id": did,
        "alsoKnownAs": [issuer().id],
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }
