"""Changing the secret of a webhook, against a listener of our own on the loopback."""

from datetime import timedelta

import pytest
import time_machine
from standardwebhooks import Webhook, WebhookVerificationError

from loyalty.connectors.errors import NoOverlap, StillOverlapping
from loyalty.connectors.models import WebhookEndpoint
from loyalty.connectors.operations import webhook_secrets, webhooks
from members import clock
from members.models import AuditRow, Change
from tests.campaigns.conftest import work
from tests.conftest import SYSTEM
from tests.connectors.operations.test_webhooks import announce, listener
from tests.together import together

__all__ = ["listener"]


def verifies(secret: str, heard: tuple[dict, str]) -> bool:
    headers, body = heard
    try:
        Webhook(secret).verify(body, {name.lower(): value for name, value in headers.items()})
    except WebhookVerificationError:
        return False
    return True


@pytest.mark.django_db
def test_the_old_secret_is_valid_for_the_overlap(listener):
    """US21, P9: until its end both sign, as the independent library reads it; after it the new one alone."""
    endpoint, old = webhooks.add("Till", url=listener.url, actor=SYSTEM)
    start, found = clock.now(), []
    with time_machine.travel(start, tick=False) as traveller:
        endpoint, new = webhook_secrets.rotate(endpoint, actor=SYSTEM)
        assert endpoint.overlap_until == start + timedelta(hours=24)
        for pause in (timedelta(), timedelta(hours=24, seconds=-1), timedelta(seconds=1)):
            traveller.shift(pause)
            announce(str(pause))
            work()
            found.append([verifies(secret, listener.heard[-1]) for secret in (old, new)])
        webhook_secrets.forget_retired(start, clock.now())
    assert found == [[True, True], [True, True], [False, True]]
    signed = [
        next(value for name, value in headers.items() if name.lower() == "webhook-signature")
        for headers, _ in listener.heard
    ]
    assert [len(each.split()) for each in signed] == [2, 2, 1]
    kept = WebhookEndpoint.objects.values_list("sealed_before", "overlap_until").get()
    assert kept == (None, None)


@pytest.mark.django_db
def test_a_second_change_waits_for_the_end_of_the_overlap(listener):
    """US21: sent twice it changes once, so no secret that is in use is lost; who must, ends it by hand."""
    endpoint, old = webhooks.add("Till", url=listener.url, actor=SYSTEM)
    endpoint, new = webhook_secrets.rotate(endpoint, actor=SYSTEM)
    before = WebhookEndpoint.objects.values().get()
    with pytest.raises(StillOverlapping):
        webhook_secrets.rotate(endpoint, actor=SYSTEM)
    assert WebhookEndpoint.objects.values().get() == before
    webhook_secrets.end_overlap(endpoint, actor=SYSTEM)
    announce()
    work()
    [heard] = listener.heard
    assert (verifies(old, heard), verifies(new, heard)) == (False, True)
    with pytest.raises(NoOverlap):
        webhook_secrets.end_overlap(endpoint, actor=SYSTEM)


@pytest.mark.django_db
def test_no_secret_is_in_the_trail_or_the_history(listener):
    """US21: what the database notes of a change of secret holds neither of them."""
    endpoint, old = webhooks.add("Till", url=listener.url, actor=SYSTEM)
    endpoint, new = webhook_secrets.rotate(endpoint, actor=SYSTEM)
    webhook_secrets.end_overlap(endpoint, actor=SYSTEM)
    noted = Change.objects.filter(subject_type="connectors.webhookendpoint")
    trail = AuditRow.objects.filter(subject_type="connectors.webhookendpoint")
    words = str([*noted.values_list("before", "after"), *trail.values_list("before", "after")])
    assert noted.count() == 3 and trail.count() == 3
    assert "overlap_until" in words
    assert "sealed" not in words
    assert old.removeprefix("whsec_") not in words and new.removeprefix("whsec_") not in words


@pytest.mark.django_db(transaction=True)
def test_two_who_change_it_at_once_change_it_once(settings):
    """US21: the second waits for the row and hears that an overlap lasts."""
    endpoint, _ = webhooks.add("Till", url="https://till.example/hook", actor=SYSTEM)
    acts = [lambda: webhook_secrets.rotate(endpoint, actor=SYSTEM)] * 4
    said = together(*acts)
    assert sorted(map(str, said)) == ["done"] + ["webhook_still_overlapping"] * 3
    verb = "connectors.webhook.secret_rotated"
    assert AuditRow.objects.filter(verb=verb).count() == 1
