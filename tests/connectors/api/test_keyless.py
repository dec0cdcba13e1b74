"""Purchases without a member, and keys of members, over HTTP."""

import json
import logging

import pytest

from loyalty.connectors.domain.orderfile import read_jsonl
from loyalty.connectors.operations import imports
from members.models import Activity, Member
from tests.campaigns.conftest import work
from tests.conftest import SYSTEM
from tests.connectors.api.test_activities import EVENT

pytestmark = pytest.mark.django_db

SECRETS = ("4711-0815", "ann@example.test", "030 9876543", "+49309876543", "9876543")


def keyless(id: str = "K-1", **customer):
    event = {name: value for name, value in EVENT.items() if name != "subject"}
    return event | {"id": id, "data": EVENT["data"] | {"customer": customer}}


def test_a_keyless_purchase_counts_once_a_member_has_the_key(shop, bo):
    """E89: parked (202), then the member's; the answer of a retry names the effects."""
    event = keyless(card_token="4711-0815", phone="030 9876543", email="ann@example.test")
    first = shop.send("POST", "activities", event)
    assert (first.status_code, first.json()["status"]) == (202, "parked")
    given = shop.send("PUT", "members/bo", {"keys": {"card_token": ["4711-0815"]}})
    assert given.status_code == 200
    assert given.json()["keys"] == {"card_token": 1, "phone": 0, "email": 0}
    work()
    again = shop.send("POST", "activities", event).json()
    assert (again["status"], again["effects"][0]["amount"]) == ("duplicate", 29)
    row = Activity.objects.get(external_id="K-1")
    body = shop.send("GET", f"activities/{row.pk}").json()
    assert (body["subject"], body["member"], body["status"]) == ("", "bo", "accepted")


def test_what_it_says_of_the_customer_is_kept_nowhere(shop, bo, caplog):
    """E89, P19: neither in a table nor in a log, also where it is refused."""
    caplog.set_level(logging.DEBUG)
    event = keyless(card_token=SECRETS[0], phone=SECRETS[2], email=SECRETS[1])
    shop.send("POST", "activities", event)
    shop.send("POST", "activities", event | {"id": "K-2", "subject": "bo"})
    shop.send("POST", "activities", event | {"id": "K-2", "subject": "nobody"})
    shop.send("PUT", "members/bo", {"keys": {"phone": [SECRETS[2]]}})
    stored = json.dumps(list(Activity.objects.values()), default=str)
    said = stored + "".join(record.getMessage() for record in caplog.records)
    assert [secret for secret in SECRETS if secret in said] == []


def test_a_key_of_another_member_is_a_409_and_changes_nothing(shop, bo, dee):
    """E89."""
    shop.send("PUT", "members/bo", {"keys": {"phone": ["030 9876543"]}})
    answer = shop.send(
        "PUT",
        "members/dee",
        {"given_name": "Didi", "keys": {"card_token": ["1"], "phone": ["+49309876543"]}},
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "key_taken")
    body = shop.send("GET", "members/dee").json()
    assert (body["given_name"], body["keys"]["card_token"]) == ("Dee", 0)
    new = shop.send("PUT", "members/new", {"keys": {"phone": ["030 9876543"]}})
    assert new.status_code == 409
    assert not Member.objects.filter(ref="new").exists()


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({"phone": ["none"]}, "/keys/phone"),
        ({"email": [""]}, "/keys/email"),
        ({"card_token": "1"}, "/keys/card_token"),
        ({"card_token": [{"a": 1}]}, "/keys/card_token"),
        ({"card_token": ["x" * 400]}, "/keys/card_token"),
        ({"card": ["1"], "phone": ["030 9876543"]}, "/keys/card"),
        ("1", "/keys"),
    ],
)
def test_nonsense_is_a_400(shop, bo, given, pointer):
    answer = shop.send("PUT", "members/bo", {"keys": given})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"].startswith(pointer)


def test_an_event_needs_a_member_or_a_customer(shop):
    """E89, E33: with the place of the fault."""
    nobody = {name: value for name, value in EVENT.items() if name != "subject"}
    answer = shop.send("POST", "activities", nobody)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/subject")
    for customer in ({}, {"email": "x"}, {"phone": None}):
        answer = shop.send("POST", "activities", keyless(**customer))
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "nobody")
    answer = shop.send("POST", "activities", keyless(email=5))
    assert answer.json()["errors"][-1]["pointer"] == "/data/customer/email"
    answer = shop.send("POST", "activities", keyless(email="ann@example.test") | {"subject": ""})
    assert answer.status_code == 400
    assert Activity.objects.count() == 0


def test_a_file_may_hold_purchases_without_members(units, bo):
    """E89, E90: JSON Lines; a dry run tells the faults, a second run changes nothing."""
    lines = [json.dumps(keyless(email="ann@example.test")), json.dumps(keyless(id="K-2"))]
    dry = imports.run(read_jsonl(lines), source="file", actor=SYSTEM, dry_run=True)
    assert dry.statuses == {"accepted": 1, "rejected": 1}
    report = imports.run(read_jsonl(lines), source="file", actor=SYSTEM)
    assert report.statuses == {"parked": 1, "rejected": 1}
    assert [(fault.line, fault.column) for fault in report.faults] == [(2, "/subject")]
    assert Member.objects.count() == 1
    again = imports.run(read_jsonl(lines), source="file", actor=SYSTEM)
    assert again.statuses == {"parked": 1, "rejected": 1}
    assert Activity.objects.filter(source="file").count() == 1
