"""Telling other systems: signed (Standard Webhooks), tried over days, given up in the end, told again."""

import base64
import json
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction
from standardwebhooks import Webhook

from loyalty.connectors.domain.addresses import BadAddressError
from loyalty.connectors.errors import BadWebhookAddress, NotGivenUp
from loyalty.connectors.models import WebhookDelivery, WebhookEndpoint
from loyalty.connectors.operations import calling
from members import clock, secret_keys
from members.domain.actors import Actor
from members.operations import audit, jobs

State = WebhookDelivery.State
NONCE, SEALING = 12, "connectors.webhook.seal"
#: How long after each failed attempt the next one is; after the last it is given up.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 480, 1440, 2880))


@transaction.atomic
def add(
    name: str, *, url: str, actor: Actor, topics: Sequence[str] = ()
) -> tuple[WebhookEndpoint, str]:
    """A new endpoint; returns it and its secret, which is shown this once. Raises BadWebhookAddress."""
    try:
        calling.check_url(url)
    except BadAddressError as fault:
        raise BadWebhookAddress(why=str(fault)) from fault
    secret = secrets.token_bytes(32)
    endpoint = WebhookEndpoint.objects.create(
        name=name,
        url=url,
        topics=sorted(set(topics)),
        sealed=_seal(secret),
        created_at=clock.now(),
    )
    audit.record(
        endpoint, actor=actor, verb="connectors.webhook.added", after={"name": name, "url": url}
    )
    return endpoint, f"whsec_{base64.b64encode(secret).decode()}"


@transaction.atomic
def switch_off(endpoint: WebhookEndpoint, *, actor: Actor) -> WebhookEndpoint:
    """Tell it nothing from now on. Switching off twice changes nothing."""
    endpoint = WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)
    if endpoint.is_active:
        endpoint.is_active = False
        endpoint.save(update_fields=["is_active"])
        audit.record(endpoint, actor=actor, verb="connectors.webhook.switched_off")
    return endpoint


@transaction.atomic
def announce(*, topic: str, key: str, at: str, told: dict[str, Any]) -> int:
    """Write a message for every endpoint that listens to a topic, and have it sent. The same key again
    writes nothing. Returns how many listen."""
    body = json.dumps({"type": topic, "timestamp": at, "data": told}, separators=(",", ":"))
    listening = list(WebhookEndpoint.objects.listening_to(topic))
    WebhookDelivery.objects.bulk_create(
        [
            WebhookDelivery(
                endpoint=endpoint, key=key, topic=topic, body=body, created_at=clock.now()
            )
            for endpoint in listening
        ],
        ignore_conflicts=True,
    )
    fresh = WebhookDelivery.objects.filter(endpoint__in=listening, key=key, attempts=0)
    jobs.enqueue_all(_job(delivery) for delivery in fresh)
    return len(listening)


def _job(delivery: WebhookDelivery) -> tuple[str, str, dict[str, Any]]:
    key = f"webhook:{delivery.pk}:{delivery.round}:{delivery.attempts}"
    return "webhook.send", key, {"delivery": delivery.pk, "attempt": delivery.attempts}


def send(delivery_id: int, *, attempt: int) -> None:
    """Send one message, outside any transaction, and write down what came of it. An attempt that was
    written down before is not made again; one that was interrupted is: receivers know it by its id."""
    found = WebhookDelivery.objects.select_related("endpoint").get(pk=delivery_id)
    if found.state != State.WAITING or found.attempts != attempt:
        return
    if not found.endpoint.is_active:
        _end(found, None, "The endpoint was switched off.", is_last=True)
        return
    now, name = clock.now(), f"msg_{found.pk}"
    signature = Webhook(_opened(found.endpoint)).sign(name, now, found.body)
    headers = {
        "webhook-id": name,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signature,
    }
    try:
        status = calling.post(found.endpoint.url, body=found.body, headers=headers)
    except (OSError, BadAddressError) as fault:
        _end(found, None, f"{type(fault).__name__}: {fault}")
        return
    # 410 Gone: the receiver wants no more of it.
    _end(found, status, "" if status < 300 else f"answered {status}", is_last=status == 410)


@transaction.atomic
def _end(tried: WebhookDelivery, status: int | None, fault: str, *, is_last: bool = False) -> None:
    """Write down an attempt, and have the next one made when this failed."""
    delivery = WebhookDelivery.objects.select_for_update().get(pk=tried.pk)
    if delivery.state != State.WAITING or delivery.attempts != tried.attempts:
        return
    delivery.attempts += 1
    delivery.answered, delivery.fault, delivery.tried_at = status, fault[:200], clock.now()
    if not fault:
        delivery.state = State.DELIVERED
    elif is_last or delivery.attempts > len(PAUSES):
        delivery.state = State.DEAD
    delivery.save(update_fields=["attempts", "answered", "fault", "tried_at", "state"])
    if delivery.state == State.WAITING:
        later = clock.now() + PAUSES[delivery.attempts - 1]
        jobs.enqueue_all([_job(delivery)], not_before=later)


@transaction.atomic
def replay(delivery: WebhookDelivery, *, actor: Actor) -> WebhookDelivery:
    """Tell a message that was given up once more, with fresh attempts. Raises NotGivenUp."""
    delivery = WebhookDelivery.objects.select_for_update().get(pk=delivery.pk)
    if delivery.state != State.DEAD:
        raise NotGivenUp()
    delivery.state, delivery.attempts = State.WAITING, 0
    delivery.round += 1
    delivery.save(update_fields=["state", "attempts", "round"])
    jobs.enqueue_all([_job(delivery)])
    audit.record(delivery, actor=actor, verb="connectors.webhook_delivery.replayed")
    return delivery


def _seal(secret: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE)
    key = secret_keys.derived(secret_keys.secrets()[0], SEALING)
    return nonce + AESGCM(key).encrypt(nonce, secret, None)


def _opened(endpoint: WebhookEndpoint) -> bytes:
    """The endpoint's secret, by whichever key it was sealed with."""
    sealed, fault = bytes(endpoint.sealed), None
    for secret in secret_keys.secrets():
        try:
            key = secret_keys.derived(secret, SEALING)
            return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], None)
        except InvalidTag as wrong:
            fault = wrong
    raise LookupError("The secret's key is gone; add the endpoint anew.") from fault
