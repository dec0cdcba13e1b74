"""Checkout reservations over the API."""

import pytest

from members.models import Entry, Hold

pytestmark = pytest.mark.django_db


def body(**told):
    return {"member": "amara", "unit": "points", "amount": 250, "expires_in": 900} | told


def test_a_checkout_holds_captures_and_sees_the_lots(shop, amara):
    """E7, E2: the balance tells it at once, and the captured entry names its lots."""
    made = shop.send("POST", "holds", body(order_id="o-1"), **{"Idempotency-Key": "cart-1"})
    assert made.status_code == 201
    hold = made.json()
    assert (hold["state"], hold["amount"], hold["order_id"]) == ("held", 250, "o-1")
    [points] = [
        row
        for row in shop.send("GET", "members/amara/balances").json()["balances"]
        if row["unit"] == "points"
    ]
    assert (points["available"], points["held"]) == (350, 250)
    done = shop.send("POST", f"holds/{hold['id']}/capture", {"amount": 120})
    assert (done.status_code, done.json()["captured"]) == (200, 120)
    spent = Entry.objects.get(key=f"hold:{hold['id']}:captured")
    told = shop.send("GET", f"members/amara/entries/{spent.pk}").json()
    assert (told["amount"], [lot["amount"] for lot in told["lots"]]) == (-120, [100, 20])


def test_the_same_key_holds_once(shop, amara):
    """E85: the stored answer, and one hold."""
    key = {"Idempotency-Key": "cart-1"}
    first, second = (shop.send("POST", "holds", body(), **key) for _ in range(2))
    assert first.content == second.content
    assert Hold.objects.count() == 1


def test_long_keys_that_differ_at_their_end_are_two_holds(shop, amara):
    """E85: the whole key counts, up to its 200 characters."""
    made = [
        shop.send("POST", "holds", body(amount=n), **{"Idempotency-Key": "k" * 199 + str(n)}).json()
        for n in (1, 2)
    ]
    assert [hold["amount"] for hold in made] == [1, 2]


@pytest.mark.parametrize(
    "told, status, code",
    [
        ({"amount": 601}, 409, "not_enough"),
        ({"amount": 0}, 400, None),
        ({"expires_in": 0}, 400, None),
        ({"unit": "gold"}, 404, None),
        ({"member": "nobody"}, 404, None),
    ],
)
def test_what_cannot_be_held(shop, amara, told, status, code):
    """E7: a clear error, and nothing has changed."""
    entries = Entry.objects.count()
    answer = shop.send("POST", "holds", body(**told))
    assert answer.status_code == status
    assert code is None or answer.json()["code"] == code
    assert (Hold.objects.count(), Entry.objects.count()) == (0, entries)


def test_a_captured_hold_cannot_be_released(shop, amara):
    """P7: it ends once."""
    hold = shop.send("POST", "holds", body()).json()["id"]
    assert shop.send("POST", f"holds/{hold}/capture").status_code == 200
    answer = shop.send("POST", f"holds/{hold}/release")
    assert (answer.status_code, answer.json()["code"]) == (409, "hold_ended")
