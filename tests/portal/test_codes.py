"""The page on which members enter a code."""

from uuid import uuid4

import pytest

from members.models import Activity
from tests.campaigns.effects import balance, earns, published

pytestmark = pytest.mark.django_db
PAGE = "/points/code/"


@pytest.fixture
def spring(units):
    return published(
        "spring",
        earns(25),
        triggers=["code.entered"],
        conditions={"field": "activity.code", "op": "is", "value": "SPRING25"},
        limit={"times": 1, "per": "life"},
    )


def send(client, code, key=None):
    return client.post(PAGE, {"code": code, "key": key or uuid4()})


def test_a_code_brings_what_its_rule_says(client, spring, bo, points):
    """E34: in small letters too; the page says what it brought."""
    client.force_login(bo.user)
    answer = send(client, " spring25 ")
    assert answer.status_code == 200
    assert "Spring: 25 for doing it" in answer.content.decode()
    assert balance(bo, points) == 25


def test_a_button_pressed_twice_enters_it_once(client, spring, bo, points):
    """E85: the same page sent again gets the first answer."""
    client.force_login(bo.user)
    key = uuid4()
    for _ in range(2):
        assert "Spring: 25 for doing it" in send(client, "spring25", key).content.decode()
    assert (balance(bo, points), Activity.objects.filter(kind="code.entered").count()) == (25, 1)


def test_a_code_that_was_used_up_says_so_and_a_wrong_one_tells_nothing(client, spring, bo, points):
    """The limit is for whoever had the code; a guesser reads neither codes nor conditions."""
    client.force_login(bo.user)
    send(client, "spring25")
    again = send(client, "spring25")
    assert again.status_code == 422
    assert "The limit of 1 ever has been reached" in again.content.decode()
    wrong = send(client, "summer")
    assert "This code is not known, or its time is over." in wrong.content.decode()
    assert "SPRING25" not in wrong.content.decode()
    assert balance(bo, points) == 25


def test_guessing_ends_after_ten_wrong_codes(client, spring, bo, points):
    """E34: then not even the right one is read, for an hour."""
    client.force_login(bo.user)
    assert [send(client, f"guess{n}").status_code for n in range(10)] == [422] * 10
    refused = send(client, "spring25")
    assert (refused.status_code, balance(bo, points)) == (429, 0)
    assert Activity.objects.filter(kind="code.entered").count() == 10


def test_the_page_and_an_empty_code(client, spring, bo):
    client.force_login(bo.user)
    assert client.get(PAGE).status_code == 200
    assert send(client, "").status_code == 422
    assert not Activity.objects.filter(kind="code.entered").exists()
