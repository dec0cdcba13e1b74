"""Reading CloudEvents 1.0 in JSON, one or a batch."""

from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.parsers import JSONParser

from loyalty.campaigns.domain.told import Told

MAX_BATCH = 1_000
_LENGTHS = {"id": 180, "source": 100, "type": 60}
_SUBJECT = 100


class EventParser(JSONParser):
    """JSON under the media type of one CloudEvent. Too deep a nesting is a fault, not a crash."""

    media_type = "application/cloudevents+json"

    def parse(self, stream, media_type=None, parser_context=None) -> Any:
        """The JSON value of the body."""
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError("The body is nested too deep.") from error


class BatchParser(EventParser):
    """The same, for a batch."""

    media_type = "application/cloudevents-batch+json"


class PlainParser(EventParser):
    """The same, under the ordinary media type."""

    media_type = "application/json"


def read_batch(body: Any, *, now: datetime) -> list[Told]:
    """The activities of a batch. Raises ValidationError with the place of every fault."""
    if not isinstance(body, list) or not 1 <= len(body) <= MAX_BATCH:
        raise ValidationError({"": [f"Expected a list of 1 to {MAX_BATCH} events."]})
    faults: dict[str, Any] = {}
    tolds: list[Told] = []
    for place, event in enumerate(body):
        try:
            tolds.append(read_event(event, now=now))
        except ValidationError as error:
            faults[str(place)] = error.detail
    if faults:
        raise ValidationError(faults)
    return tolds


def read_event(event: Any, *, now: datetime) -> Told:
    """One activity. Raises ValidationError with a fault for each attribute that is wrong."""
    if not isinstance(event, dict):
        raise ValidationError({"": ["Expected an object."]})
    faults: dict[str, list[str]] = {}
    if event.get("specversion", "1.0") != "1.0":
        faults["specversion"] = ["Expected 1.0."]
    for name, length in _LENGTHS.items():
        fault = _text_fault(event.get(name), length)
        if fault:
            faults[name] = [fault]
    data = event.get("data", {})
    if not isinstance(data, dict):
        faults["data"] = ["Expected an object."]
    subject = event.get("subject")
    # Without a member, `customer` says who it was; whether it does is the door's to find out.
    names_nobody = subject is None and isinstance(data, dict) and "customer" in data
    if not names_nobody and (fault := _text_fault(subject, _SUBJECT)):
        faults["subject"] = [fault]
    time = _time(event.get("time"), now)
    if time is None:
        faults["time"] = ["Expected a time with its zone, such as 2026-03-14T09:30:00+01:00."]
    if faults:
        raise ValidationError(faults)
    assert time is not None
    return Told(event["source"], event["id"], event["type"], subject or "", time, data)


def _text_fault(value: Any, length: int) -> str:
    if not isinstance(value, str) or not value:
        return "Expected a text."
    if len(value) > length or not value.isprintable():
        return f"Expected at most {length} printable characters."
    return ""


def _time(value: Any, now: datetime) -> datetime | None:
    return now if value is None else read_time(value)


def read_time(value: Any) -> datetime | None:
    """An RFC 3339 time with its zone, or None when it is not one."""
    if not isinstance(value, str):
        return None
    try:
        at = parse_datetime(value)
    except ValueError:
        return None
    return at if at is not None and at.tzinfo is not None and 1900 < at.year < 9000 else None
