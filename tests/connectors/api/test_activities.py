"""POST activities, previews, and the same answer again."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from loyalty.connectors.models import StoredAnswer
from members.models import Activity, Balance, Entry
from tests.connectors.conftest import Shop, shop_with

EVENT = {
    "specversion": "1.0",
    "id": "A-1",
    "source": "shop",
    "type": "order.placed",
    "subject": "bo",
    "time": "2026-03-14T09:30:00+01:00",
    "data": {
        "order_id": "A-1",
        "currency": "EUR",
        "lines": [{"line_id": "1", "sku": "soap", "quantity": 2, "unit_price": "14.99"}],
    },
}


def event(**changes):
    return {**EVENT, **changes}


@pytest.mark.django_db
def test_an_order_is_answered_with_effects_and_reasons(shop, bo):
    """E39, E85: effects and plain reasons."""
    response = shop.send("POST", "activities", EVENT)
    assert response.status_code == 200
    body = response.json()
    assert (body["id"], body["source"], body["status"]) == ("A-1", "shop", "accepted")
    assert body["effects"][0] == {
        "kind": "points",
        "unit": "points",
        "amount": 29,
        "state": "active",
        "campaign": "base",
        "rule_version": 1,
        "why": "Points on every order: 1 for each whole 1.00 of 29.98 EUR",
    }
    again = shop.send("POST", "activities", EVENT).json()
    assert again == body | {"status": "duplicate"}


@pytest.mark.django_db
def test_a_batch_has_a_status_for_each_item(shop, bo):
    batch = [
        EVENT,
        EVENT,
        event(id="A-2", subject="nobody"),
        event(id="A-3", type="no.such"),
        event(id="A-4", time="2999-01-01T00:00:00Z"),
    ]
    response = shop.send(
        "POST", "activities", batch, content_type="application/cloudevents-batch+json"
    )
    assert response.status_code == 200
    assert [item["status"] for item in response.json()] == [
        "accepted", "duplicate", "parked", "rejected", "quarantined",
    ]  # fmt: skip
    assert response.json()[3]["errors"] == [
        {
            "pointer": "/type",
            "code": "unknown_kind",
            "detail": "There is no activity kind 'no.such'.",
        }
    ]


@pytest.mark.django_db
def test_other_content_under_the_same_id_is_a_409(shop, bo):
    """E85: same key, other content."""
    shop.send("POST", "activities", EVENT)
    response = shop.send("POST", "activities", event(time="2026-03-15T09:30:00+01:00"))
    assert response.status_code == 409
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "said_differently"


@pytest.mark.django_db
def test_preview_writes_nothing(shop, bo):
    """E36."""
    before = (Activity.objects.count(), Entry.objects.count())
    response = shop.send("POST", "activities/preview", EVENT)
    assert response.json()["effects"][0]["amount"] == 29
    assert (Activity.objects.count(), Entry.objects.count()) == before


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body",
    [
        "", "{", "[]", "[1]", "1", '"x"', "null", "NaN", '{"id": NaN}', "[" * 20_000,
        '{"specversion":"2.0"}',
        '{"id":"a","source":"s","type":"order.placed","subject":"bo","time":"yesterday"}',
        '{"id":"a","source":"s","type":"app.opened","subject":"bo","data":[]}',
        '{"id":"a\\u0000","source":"s","type":"app.opened","subject":"bo"}',
        '{"id":"a","source":"s","type":"app.opened","subject":"bo","data":{"x":"\\u0000"}}',
        '{"id":"a","source":"s","type":"app.opened","subject":"bo","data":{"x":1e400}}',
        '{"id":"a","source":"s","type":"app.opened","subject":"bo","data":{"x":"\\ud800"}}',
        '{"id":"a","source":"s","type":"app.opened","subject":"bo","data":{"x":9007199254740993}}',
    ],
)  # fmt: skip
def test_nonsense_is_a_400_and_changes_nothing(shop, bo, body):
    before = Activity.objects.count()
    response = shop.send("POST", "activities", body)
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert Activity.objects.count() == before


@pytest.mark.django_db
def test_without_a_key_401_without_the_scope_403(shop, bo):
    assert Shop("nonsense").send("POST", "activities", EVENT).status_code == 401
    assert shop.post("/api/v1/activities").status_code == 401
    assert shop_with("members:read").send("POST", "activities", EVENT).status_code == 403
    assert not Activity.objects.filter(external_id="A-1").exists()


@pytest.mark.django_db
def test_an_idempotency_key_gives_the_same_bytes(shop, bo):
    """E85: same key and body, same answer; other body, 422."""
    first = shop.send("POST", "activities", EVENT, **{"Idempotency-Key": "k"})
    again = shop.send("POST", "activities", EVENT, **{"Idempotency-Key": "k"})
    assert (again.status_code, again.content) == (first.status_code, first.content)
    other = shop.send("POST", "activities", event(id="B"), **{"Idempotency-Key": "k"})
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert not Activity.objects.filter(external_id="B").exists()


@pytest.mark.django_db
def test_another_key_may_use_the_same_idempotency_key(shop, bo):
    shop.send("POST", "activities", EVENT, **{"Idempotency-Key": "k"})
    other = shop_with("activities:write")
    response = other.send("POST", "activities", event(id="B"), **{"Idempotency-Key": "k"})
    assert response.json()["id"] == "B"
    assert StoredAnswer.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_parallel_tellings_of_one_activity_have_one_effect(shop, bo):
    """E85, A9: twenty at once; one is accepted, the rest are duplicates with the same effects."""
    gate = Barrier(10)

    def tell(number: int):
        try:
            if number < 10:
                gate.wait()
            return Shop(shop.key).send("POST", "activities", EVENT).json()
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(tell, range(20)))
    assert sorted(answer["status"] for answer in answers) == ["accepted", *["duplicate"] * 19]
    assert len({str(answer["effects"]) for answer in answers}) == 1
    assert Entry.objects.filter(cause_kind="activity", reason__startswith="Points on").count() == 2
    assert Balance.objects.get(account__member=bo, account__unit__code="points").amount == 29


@pytest.mark.django_db
def test_reading_an_activity_back_shows_its_trace(shop, bo):
    """E38: per rule and per condition, the value seen; of a rule that the order's own content rules out,
    what did so."""
    shop.send("POST", "activities", EVENT)
    pk = Activity.objects.get(external_id="A-1").pk
    body = shop.send("GET", f"activities/{pk}").json()
    assert body["status"] == "accepted"
    missed = next(trace for trace in body["trace"] if trace["campaign"] == "double-refills")
    assert missed["tests"] == [["order.categories", "has", [], False]]
    assert missed["code"] == "conditions"
    assert shop.send("GET", "activities/999999").status_code == 404


@pytest.mark.django_db
def test_an_order_told_without_a_time_is_recognised_when_it_comes_again(shop, bo):
    """E39: the README's own example has no time."""
    untimed = {name: value for name, value in EVENT.items() if name != "time"}
    first = shop.send("POST", "activities", untimed).json()
    again = shop.send("POST", "activities", untimed)
    assert (again.status_code, again.json()) == (200, first | {"status": "duplicate"})
    [in_batch] = shop.send("POST", "activities", [untimed]).json()
    assert in_batch == first | {"status": "duplicate"}
    assert Activity.objects.filter(source="shop").count() == 1
    other = shop.send("POST", "activities", {**untimed, "subject": "amara"})
    assert (other.status_code, other.json()["code"]) == (409, "said_differently")
