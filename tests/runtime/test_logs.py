"""Logs are JSON lines without personal data."""

import io
import json
import logging

import pytest
import structlog

from loyalty.connectors.operations import keys
from tests.conftest import SYSTEM


@pytest.fixture
def written(monkeypatch):
    """What the console handler writes during the test, as objects."""
    handler = logging.getLogger().handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    stream = io.StringIO()
    monkeypatch.setattr(handler, "stream", stream)
    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.fixture(autouse=True)
def console():
    """Our own handler in front, whatever pytest has attached."""
    root = logging.getLogger()
    ours = [
        one for one in root.handlers if one.formatter.__class__.__name__ == "ProcessorFormatter"
    ]
    before, root.handlers = root.handlers, ours
    yield
    root.handlers = before


def test_a_library_line_loses_addresses(written):
    logging.getLogger("axes").warning("Failure by amara@example.org from %s", "10.2.3.4")
    (line,) = written()
    assert line["event"] == "Failure by [e-mail] from [address]"
    assert (line["level"], line["logger"]) == ("warning", "axes")


def test_our_own_line_keeps_its_words(written):
    structlog.get_logger("members").info("job_done", job=7, kind="campaigns.evaluate")
    (line,) = written()
    assert {name: line[name] for name in ("event", "job", "kind", "level", "logger")} == {
        "event": "job_done",
        "job": 7,
        "kind": "campaigns.evaluate",
        "level": "info",
        "logger": "members",
    }


def test_a_request_loses_query_secret_and_browser(written):
    structlog.get_logger("web").info(
        "request_finished",
        request="GET /calendar/8f2kd93kfj20dkf93kd0/feed.ics?email=amara@example.org",
        ip="10.2.3.4",
        user_agent="Firefox",
        user_id=3,
    )
    (line,) = written()
    assert line["request"] == "GET /calendar/[secret]/feed.ics"
    assert line["user_id"] == 3
    assert {"ip", "user_agent"} & set(line) == set()


def test_the_key_of_a_mail_and_the_path_of_what_was_not_found_are_secrets(written):
    log = structlog.get_logger("web")
    key = "eyJtIjoxLCJ0IjoidGllciJ9:1vNq3B:9yq0N2v3kq5Wm1dXg7rV-8sT2uA"
    log.info("request_finished", request=f"POST /mail/{key}/")
    log.warning(f"Not Found: /b/{key[:22]}/")
    sent, missing = written()
    assert sent["request"] == "POST /mail/[secret]/"
    assert missing["event"] == "Not Found: /b/[secret]/"


def test_the_start_of_a_request_is_not_a_line_of_its_own(written):
    structlog.get_logger("web").info("request_started", request="GET /")
    assert written() == []


def test_a_failure_keeps_its_trace(written):
    try:
        raise ValueError("amara@example.org is taken")
    except ValueError:
        structlog.get_logger("web").exception("failed")
    (line,) = written()
    assert line["exception"].endswith("ValueError: [e-mail] is taken")


@pytest.mark.django_db
def test_a_request_with_a_key_names_the_key_and_no_user(written, client):
    key, text = keys.create("shop", scopes=["rewards:read"], actor=SYSTEM)
    client.get("/api/v1/rewards", headers={"Authorization": f"Bearer {text}"})
    (line,) = [line for line in written() if line["event"] == "request_finished"]
    assert (line["key_id"], "user_id" in line) == (key.pk, False)
