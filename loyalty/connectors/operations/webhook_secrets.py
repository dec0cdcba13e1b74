"""The secrets that sign webhooks: sealed, shown once, and replaced with an overlap in which both sign."""

import base64
import secrets
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction
from standardwebhooks import Webhook

from loyalty.connectors.errors import NoOverlap, StillOverlapping
from loyalty.connectors.models import WebhookEndpoint
from members import clock, secret_keys
from members.domain.actors import Actor
from members.operations import audit
from members.operations.sweeps import Tally

NONCE, SEALING = 12, "connectors.webhook.seal"
#: As long both secrets sign, so that a receiver can change over when it suits.
OVERLAP = timedelta(hours=24)


class SecretGoneError(LookupError):
    """None of the installation's keys opens a secret; its text is for people."""


def made() -> tuple[bytes, str]:
    """A new secret: sealed, and as its receiver is shown it."""
    secret = secrets.token_bytes(32)
    return _seal(secret), f"whsec_{base64.b64encode(secret).decode()}"


@transaction.atomic
def rotate(endpoint: WebhookEndpoint, *, actor: Actor) -> tuple[WebhookEndpoint, str]:
    """A new secret, shown this once. The one before signs as well until the overlap ends.

    Raises StillOverlapping while an overlap lasts: a third secret would end the oldest without a word.
    """
    endpoint = WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)
    now = clock.now()
    if endpoint.overlaps(now):
        raise StillOverlapping()
    endpoint.sealed_before, endpoint.overlap_until = endpoint.sealed, now + OVERLAP
    endpoint.sealed, secret = made()
    endpoint.save(update_fields=["sealed", "sealed_before", "overlap_until"])
    audit.record(
        endpoint,
        actor=actor,
        verb="connectors.webhook.secret_rotated",
        after={"overlap_until": endpoint.overlap_until.isoformat()},
    )
    return endpoint, secret


@transaction.atomic
def end_overlap(endpoint: WebhookEndpoint, *, actor: Actor) -> WebhookEndpoint:
    """From now on only the current secret signs. Raises NoOverlap."""
    endpoint = WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)
    if not endpoint.overlaps(clock.now()):
        raise NoOverlap()
    endpoint.sealed_before = endpoint.overlap_until = None
    endpoint.save(update_fields=["sealed_before", "overlap_until"])
    audit.record(endpoint, actor=actor, verb="connectors.webhook.overlap_ended")
    return endpoint


def forget_retired(since: datetime, until: datetime) -> Tally:
    """Secrets whose overlap is over are kept no longer."""
    over = WebhookEndpoint.objects.filter(overlap_until__lte=until)
    gone = over.update(sealed_before=None, overlap_until=None)
    return Tally(until, gone, gone)


def sign(endpoint: WebhookEndpoint, name: str, body: str, *, at: datetime) -> str:
    """The signatures of a message, the current secret's first, as Standard Webhooks puts them."""
    sealed = [bytes(endpoint.sealed)]
    if endpoint.overlaps(at) and endpoint.sealed_before is not None:
        sealed.append(bytes(endpoint.sealed_before))
    return " ".join(Webhook(_opened(each)).sign(name, at, body) for each in sealed)


def _seal(secret: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE)
    key = secret_keys.derived(secret_keys.secrets()[0], SEALING)
    return nonce + AESGCM(key).encrypt(nonce, secret, None)


def _opened(sealed: bytes) -> bytes:
    """A secret, by whichever key it was sealed with."""
    fault = None
    for secret in secret_keys.secrets():
        try:
            key = secret_keys.derived(secret, SEALING)
            return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], None)
        except InvalidTag as wrong:
            fault = wrong
    raise SecretGoneError("Its key is gone; change the secret, and end the old one.") from fault
