"""Telling other systems: signed (Standard Webhooks), tried over days, given up in the end, told again."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import connection, transaction

from loyalty.connectors.domain.addresses import BadAddressError
from loyalty.connectors.errors import BadWebhookAddress, ListensAlready, NotGivenUp, SwitchedOff
from loyalty.connectors.models import WebhookDelivery, WebhookEndpoint
from loyalty.connectors.operations import calling, webhook_secrets
from members import clock
from members.domain.actors import Actor
from members.operations import audit, jobs

State = WebhookDelivery.State
#: How long after each failed attempt the next one is; after the last it is given up.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 480, 1440, 2880))
#: What a test message is about, whatever its endpoint listens to.
TEST = "webhook.test"
#: Characters of an answer that are kept.
KEPT = 1_000


@transaction.atomic
def add(
    name: str, *, url: str, actor: Actor, topics: Sequence[str] = ()
) -> tuple[WebhookEndpoint, str]:
    """A new endpoint; returns it and its secret, which is shown this once. Raises BadWebhookAddress, and
    ListensAlready for a form that is sent twice: its first secret would be lost, and all be told twice."""
    try:
        calling.check_url(url)
    except BadAddressError as fault:
        raise BadWebhookAddress(why=str(fault)) from fault
    with connection.cursor() as cursor:  # whoever adds the same meanwhile waits here
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('laurel.webhooks'))")
    if WebhookEndpoint.objects.filter(name=name, url=url, is_active=True).exists():
        raise ListensAlready()
    sealed, secret = webhook_secrets.made()
    endpoint = WebhookEndpoint.objects.create(
        name=name,
        url=url,
        topics=sorted(set(topics)),
        sealed=sealed,
        created_at=clock.now(),
    )
    told = {"name": name, "url": url, "topics": endpoint.topics}
    audit.record(endpoint, actor=actor, verb="connectors.webhook.added", after=told)
    return endpoint, secret


@transaction.atomic
def listen(endpoint: WebhookEndpoint, *, topics: Sequence[str], actor: Actor) -> WebhookEndpoint:
    """Tell it of these topics from now on; of none means of everything."""
    endpoint = WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)
    before, endpoint.topics = endpoint.topics, sorted(set(topics))
    endpoint.save(update_fields=["topics"])
    audit.record(
        endpoint,
        actor=actor,
        verb="connectors.webhook.topics_chosen",
        before={"topics": before},
        after={"topics": endpoint.topics},
    )
    return endpoint


def switch_off(endpoint: WebhookEndpoint, *, actor: Actor) -> WebhookEndpoint:
    """Tell it nothing from now on. Switching off twice changes nothing."""
    return _switch(endpoint, to=False, verb="connectors.webhook.switched_off", actor=actor)


def switch_on(endpoint: WebhookEndpoint, *, actor: Actor) -> WebhookEndpoint:
    """Tell it again from now on; what was given up meanwhile is not told by itself."""
    return _switch(endpoint, to=True, verb="connectors.webhook.switched_on", actor=actor)


@transaction.atomic
def _switch(endpoint: WebhookEndpoint, *, to: bool, verb: str, actor: Actor) -> WebhookEndpoint:
    endpoint = WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)
    if endpoint.is_active != to:
        endpoint.is_active = to
        endpoint.save(update_fields=["is_active"])
        audit.record(endpoint, actor=actor, verb=verb)
    return endpoint


@transaction.atomic
def announce(*, topic: str, key: str, at: str, told: dict[str, Any]) -> int:
    """Write a message for every endpoint that listens to a topic, and have it sent. The same key again
    writes nothing. Returns how many listen."""
    body, now = _message(topic, at=at, told=told), clock.now()
    listening = list(WebhookEndpoint.objects.listening_to(topic))
    WebhookDelivery.objects.bulk_create(
        [
            WebhookDelivery(
                endpoint=endpoint, key=key, topic=topic, body=body, created_at=now, next_at=now
            )
            for endpoint in listening
        ],
        ignore_conflicts=True,
    )
    fresh = WebhookDelivery.objects.filter(endpoint__in=listening, key=key, attempts=0)
    jobs.enqueue_all(_job(delivery) for delivery in fresh)
    return len(listening)


@transaction.atomic
def send_test(endpoint: WebhookEndpoint, *, actor: Actor) -> WebhookDelivery:
    """A real signed message to this endpoint alone, tried once. While one waits, another is that one.
    Raises SwitchedOff."""
    endpoint = WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)
    if not endpoint.is_active:
        raise SwitchedOff()
    waiting = endpoint.deliveries.filter(is_test=True, state=State.WAITING).first()
    if waiting is not None:
        return waiting
    now = clock.now()
    told = {"programme": settings.PROGRAMME_NAME, "message": "This is a test."}
    delivery = WebhookDelivery.objects.create(
        endpoint=endpoint,
        key=f"test:{uuid4()}",
        topic=TEST,
        body=_message(TEST, at=now.isoformat(), told=told),
        is_test=True,
        created_at=now,
        next_at=now,
    )
    jobs.enqueue_all([_job(delivery)])
    audit.record(delivery, actor=actor, verb="connectors.webhook_delivery.test_sent")
    return delivery


def _message(topic: str, *, at: str, told: dict[str, Any]) -> str:
    return json.dumps({"type": topic, "timestamp": at, "data": told}, separators=(",", ":"))


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
    try:
        answer = calling.post(found.endpoint.url, body=found.body, headers=_signed(found))
    except (OSError, BadAddressError, webhook_secrets.SecretGoneError) as fault:
        _end(found, None, f"{type(fault).__name__}: {fault}")
        return
    said = "" if 200 <= answer.status < 300 else f"answered {answer.status}"
    # 410 Gone: the receiver wants no more of it.
    _end(found, answer, said, is_last=answer.status == 410)


def _signed(delivery: WebhookDelivery) -> dict[str, str]:
    """The headers by which its receiver knows a message again, and whose it is."""
    now, name = clock.now(), f"msg_{delivery.pk}"
    return {
        "webhook-id": name,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": webhook_secrets.sign(delivery.endpoint, name, delivery.body, at=now),
    }


@transaction.atomic
def _end(
    tried: WebhookDelivery, answer: calling.Answer | None, fault: str, *, is_last: bool = False
) -> None:
    """Write down an attempt, and have the next one made when this failed."""
    delivery = WebhookDelivery.objects.select_for_update().get(pk=tried.pk)
    if delivery.state != State.WAITING or delivery.attempts != tried.attempts:
        return
    delivery.attempts += 1
    delivery.answered = answer.status if answer is not None else None
    delivery.answer = answer.text[:KEPT] if answer is not None else ""
    delivery.fault, delivery.tried_at, delivery.next_at = fault[:200], clock.now(), None
    if not fault:
        delivery.state = State.DELIVERED
    elif is_last or delivery.is_test or delivery.attempts > len(PAUSES):
        delivery.state = State.DEAD
    else:
        delivery.next_at = delivery.tried_at + PAUSES[delivery.attempts - 1]
        jobs.enqueue_all([_job(delivery)], not_before=delivery.next_at)
    delivery.save(
        update_fields=["attempts", "answered", "answer", "fault", "tried_at", "next_at", "state"]
    )


@transaction.atomic
def replay(delivery: WebhookDelivery, *, actor: Actor) -> WebhookDelivery:
    """Tell a message that was given up once more, with fresh attempts. Raises NotGivenUp."""
    delivery = WebhookDelivery.objects.select_for_update().get(pk=delivery.pk)
    if delivery.state != State.DEAD:
        raise NotGivenUp()
    delivery.state, delivery.attempts, delivery.next_at = State.WAITING, 0, clock.now()
    delivery.round += 1
    delivery.save(update_fields=["state", "attempts", "next_at", "round"])
    jobs.enqueue_all([_job(delivery)])
    audit.record(delivery, actor=actor, verb="connectors.webhook_delivery.replayed")
    return delivery
