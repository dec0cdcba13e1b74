"""Telling other systems, against a listener of our own on the loopback."""

import json
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Event, Thread

import pytest
import time_machine
from standardwebhooks import Webhook

from loyalty.connectors.errors import BadWebhookAddress, NotGivenUp, SwitchedOff
from loyalty.connectors.models import WebhookDelivery, WebhookEndpoint
from loyalty.connectors.operations import calling, webhooks
from loyalty.connectors.personal import forget_what_was_said
from members import clock
from members.models import AuditRow, Job
from members.operations import jobs
from members.operations.holdings import Person
from tests.campaigns.conftest import act, take, work
from tests.campaigns.effects import published
from tests.conftest import SYSTEM
from tests.together import together

pytestmark = pytest.mark.django_db


class Listener:
    """Keeps what it is sent, and answers with the next of `answers` (200 when there is none) and `says`."""

    def __init__(self) -> None:
        listener, self.heard, self.answers, self.says = self, [], [], b""
        self.waits_for: Event | None = None

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                size = int(self.headers["Content-Length"])
                listener.heard.append((dict(self.headers), self.rfile.read(size).decode()))
                if listener.waits_for is not None:
                    listener.waits_for.wait(10)
                    return
                self.send_response(listener.answers.pop(0) if listener.answers else 200)
                self.send_header("Location", "http://127.0.0.1:1/")
                self.end_headers()
                self.wfile.write(listener.says)

            def log_message(self, *args):
                """Says nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def listener(settings):
    settings.WEBHOOKS_MAY_CALL_PRIVATE = True
    listening = Listener()
    yield listening
    listening.server.shutdown()
    listening.server.server_close()


def announce(key="k", topic="refill.thanked"):
    return webhooks.announce(
        topic=topic, key=key, at="2026-06-15T12:00:00+00:00", told={"member": "bo"}
    )


def state() -> tuple[str, int, str]:
    row = WebhookDelivery.objects.get()
    return row.state, row.attempts, row.fault


def test_a_rule_tells_whoever_listens_signed(listener, units, bo):
    """E46, E87: one message for the effect, that its receiver can verify."""
    _, secret = webhooks.add("Till", url=listener.url, topics=["refill.thanked"], actor=SYSTEM)
    webhooks.add("Other", url=listener.url, topics=["something.else"], actor=SYSTEM)
    published("thanks", {"kind": "webhook", "topic": "refill.thanked"})
    take(act("review.published", bo, id="v1", sku="soap"))
    work()
    [(headers, body)] = listener.heard
    said = {name.lower(): value for name, value in headers.items()}
    assert Webhook(secret).verify(body, said)["data"]["member"] == "bo"
    assert json.loads(body)["type"] == "refill.thanked"
    assert state() == ("delivered", 1, "")


def test_a_failure_is_tried_again_later_and_given_up_in_the_end(listener):
    """E87: eight attempts over more than three days, then it is dead, and can be told again."""
    webhooks.add("Till", url=listener.url, actor=SYSTEM)
    listener.answers = [500] * 8
    announce()
    start = clock.now()
    with time_machine.travel(start, tick=False) as traveller:
        work()
        assert state() == ("waiting", 1, "answered 500")
        work()
        assert len(listener.heard) == 1
        for pause in webhooks.PAUSES:
            traveller.shift(pause + timedelta(seconds=1))
            work()
        assert state() == ("dead", 8, "answered 500")
        assert sum(webhooks.PAUSES, timedelta()) > timedelta(days=3)
        webhooks.replay(WebhookDelivery.objects.get(), actor=SYSTEM)
        work()
    assert (state(), len(listener.heard)) == (("delivered", 1, ""), 9)
    assert len({body for _, body in listener.heard}) == 1
    with pytest.raises(NotGivenUp):
        webhooks.replay(WebhookDelivery.objects.get(), actor=SYSTEM)


def test_a_redirect_is_not_followed(listener):
    """Attack 10: 302 to anywhere is an answer, not an invitation."""
    webhooks.add("Till", url=listener.url, actor=SYSTEM)
    listener.answers = [302]
    announce()
    jobs.work_off()
    assert state() == ("waiting", 1, "answered 302")


def test_the_same_cause_is_told_once(listener):
    """E87: announced twice, sent once; a job that runs again sends nothing more."""
    webhooks.add("Till", url=listener.url, actor=SYSTEM)
    announce()
    announce()
    work()
    Job.objects.filter(kind="webhook.send").update(state="ready", attempts=0)
    work()
    assert len(listener.heard) == 1


def test_private_addresses_are_refused_at_save_and_at_send(listener, settings):
    """Attack 10: a name that leads inside is checked when it is called; the listener hears nothing."""
    endpoint, _ = webhooks.add("Till", url=listener.url, actor=SYSTEM)
    settings.WEBHOOKS_MAY_CALL_PRIVATE = False
    with pytest.raises(BadWebhookAddress):
        webhooks.add("Inside", url=listener.url, actor=SYSTEM)
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(url="https://localhost/hook")
    announce()
    work()
    assert state() == (
        "waiting",
        1,
        "BadAddressError: Its name leads to an address that is not public.",
    )
    assert listener.heard == []


def test_what_can_be_neither_called_nor_signed_is_written_down_as_an_attempt(listener):
    """E87: a name that no lookup takes, and a secret that nothing opens, are failures like any other."""
    webhooks.add("Till", url=listener.url, actor=SYSTEM)
    found = []
    for broken in ({"url": "https://a..b/"}, {"url": listener.url, "sealed": b"x" * 60}):
        WebhookEndpoint.objects.update(**broken)
        announce(str(broken))
        work()
        row = WebhookDelivery.objects.get(key=str(broken))
        found.append((row.state, row.attempts, row.fault))
    assert found == [
        ("waiting", 1, "BadAddressError: It names no host."),
        (
            "waiting",
            1,
            "SecretGoneError: Its key is gone; change the secret, and end the old one.",
        ),
    ]
    assert listener.heard == []


def test_an_answer_before_the_answer_is_not_taken_for_one(listener):
    """E87: only 2xx says that it was taken."""
    webhooks.add("Till", url=listener.url, actor=SYSTEM)
    listener.answers = [103]
    announce()
    work()
    assert state() == ("waiting", 1, "answered 103")


def test_what_was_switched_off_is_told_nothing(listener):
    """E87: also not what was waiting for it."""
    endpoint, _ = webhooks.add("Till", url=listener.url, actor=SYSTEM)
    announce()
    webhooks.switch_off(endpoint, actor=SYSTEM)
    work()
    assert (state()[0], listener.heard, announce("k2")) == ("dead", [], 0)


def test_the_secret_is_kept_sealed(listener):
    """The table alone signs nothing."""
    endpoint, secret = webhooks.add("Till", url=listener.url, actor=SYSTEM)
    import base64

    assert base64.b64decode(secret.removeprefix("whsec_")) not in bytes(endpoint.sealed)


def test_what_came_back_is_kept_up_to_a_bound(listener):
    """US21: the status, how the answer began, and when the next try is."""
    webhooks.add("Till", url=listener.url, actor=SYSTEM)
    listener.answers, listener.says = [500], b"\x00<b>No</b> " + b"x" * 5_000
    announce()
    start = clock.now()
    with time_machine.travel(start, tick=False):
        work()
    row = WebhookDelivery.objects.get()
    assert (row.answered, row.next_at) == (500, start + webhooks.PAUSES[0])
    assert row.answer == "\ufffd<b>No</b> " + "x" * 989


def test_an_answer_that_drips_in_is_cut_off(listener, monkeypatch):
    """P9: a slow drip is a failure like any other, and holds nobody up."""
    monkeypatch.setattr(calling, "AT_MOST", 0.2)
    webhooks.add("Till", url=listener.url, actor=SYSTEM)
    held = Event()
    listener.waits_for = held
    announce()
    work()
    held.set()
    assert state()[:2] == ("waiting", 1)
    assert "RemoteDisconnected" in state()[2]


def test_a_test_event_is_told_to_one_alone_and_is_nobodys_work(listener):
    """US21: signed like any message, told whatever it listens to, tried once; while it waits there is one."""
    endpoint, secret = webhooks.add("Till", url=listener.url, topics=["a"], actor=SYSTEM)
    webhooks.add("Other", url=listener.url, actor=SYSTEM)
    sent = webhooks.send_test(endpoint, actor=SYSTEM)
    assert webhooks.send_test(endpoint, actor=SYSTEM) == sent
    listener.answers = [500]
    work()
    [(headers, body)] = listener.heard
    said = {name.lower(): value for name, value in headers.items()}
    assert Webhook(secret).verify(body, said)["type"] == "webhook.test"
    assert state() == ("dead", 1, "answered 500")
    webhooks.switch_off(endpoint, actor=SYSTEM)
    with pytest.raises(SwitchedOff):
        webhooks.send_test(endpoint, actor=SYSTEM)
    assert WebhookDelivery.objects.count() == 1


def test_what_is_switched_on_again_is_told_again(listener):
    """US21: of what happens from then on."""
    endpoint, _ = webhooks.add("Till", url=listener.url, actor=SYSTEM)
    webhooks.switch_off(endpoint, actor=SYSTEM)
    assert announce("off") == 0
    webhooks.switch_on(endpoint, actor=SYSTEM)
    assert announce("on") == 1
    webhooks.listen(endpoint, topics=["b", "a", "b"], actor=SYSTEM)
    assert (announce("other"), announce("mine", topic="a")) == (0, 1)


def test_an_erased_address_stays_in_no_answer_however_it_was_said(listener, amara):
    """US21: in a page's words as in JSON, also in an answer to what was told of somebody else."""
    webhooks.add("Till", url=listener.url, actor=SYSTEM)
    for said in (amara.email, amara.email.upper(), f'{{"to": "{amara.email}"}}', "Nobody"):
        listener.says = f"<p>{said} is new here.</p>".encode()
        announce(said)
        work()
    forget_what_was_said(Person(amara, (amara,), amara.user))
    answers = WebhookDelivery.objects.order_by("pk").values_list("answer", flat=True)
    assert list(answers) == ["", "", "", "<p>Nobody is new here.</p>"]


@pytest.mark.django_db(transaction=True)
def test_added_by_a_form_that_is_sent_twice_there_is_one(listener):
    """US21: on connections of their own; one secret is shown, and what the row says is in the trail."""
    asked = {"url": listener.url, "topics": ["b", "a"], "actor": SYSTEM}
    said = together(*[lambda: webhooks.add("Till", **asked)] * 4)
    assert sorted(map(str, said)) == ["done"] + ["webhook_listens_already"] * 3
    told = {"name": "Till", "url": listener.url, "topics": ["a", "b"]}
    assert AuditRow.objects.get(verb="connectors.webhook.added").after == told
    webhooks.switch_off(WebhookEndpoint.objects.get(), actor=SYSTEM)
    webhooks.add("Till", **asked)
    assert WebhookEndpoint.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_replay_that_is_asked_for_twice_at_once_is_told_once(listener):
    """US21: one effect, on connections of their own; and a job that runs twice sends once."""
    webhooks.add("Till", url=listener.url, actor=SYSTEM)
    announce()
    WebhookDelivery.objects.update(state="dead", attempts=8)
    Job.objects.all().delete()
    delivery = WebhookDelivery.objects.get()
    said = together(*[lambda: webhooks.replay(delivery, actor=SYSTEM)] * 4)
    assert sorted(map(str, said)) == ["done", "not_given_up", "not_given_up", "not_given_up"]
    assert Job.objects.filter(kind="webhook.send").count() == 1
    work()
    Job.objects.filter(kind="webhook.send").update(state="ready", attempts=0)
    work()
    assert (state(), len(listener.heard)) == (("delivered", 1, ""), 1)
