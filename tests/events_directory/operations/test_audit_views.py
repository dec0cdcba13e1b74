"""What outside checks read: the views of the contract, with exactly their columns."""

import pytest
from django.db import connection

from events_directory.models import Grant, Occurrence
from events_directory.operations import applications, grants
from members.domain.actors import Actor
from tests.events_directory.conftest import broken

pytestmark = pytest.mark.django_db


def read(view: str) -> list[dict]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM audit.{view}")
        columns = [column.name for column in cursor.description]
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def test_occurrence_and_booking(booking, amara, occurrence):
    assert read("occurrence") == [{"id": occurrence.pk, "capacity": 10}]
    assert read("booking") == [
        {
            "id": booking.pk,
            "occurrence_id": occurrence.pk,
            "member_id": amara.pk,
            "seats": 1,
            "state": "booked",
        }
    ]


def test_pool_and_grant(application, pool, fay, ann):
    for user in (fay, ann):
        applications.approve(application, actor=Actor.user(user))
    grant = Grant.objects.get()
    part = grants.release(grant, amount=15_000, key="a", actor=Actor.user(fay))
    grants.pay(part, key="b", actor=Actor.user(ann))
    assert read("pool") == [
        {
            "id": pool.pk,
            "currency": "EUR",
            "deposited": 100_000,
            "available": 60_000,
            "committed": 25_000,
            "payable": 0,
            "disbursed": 15_000,
        }
    ]
    assert read('"grant"') == [
        {"id": grant.pk, "pool_id": pool.pk, "awarded": 40_000, "paid": 15_000}
    ]


def test_a_check_names_the_row_that_is_off(booking, occurrence):
    """What `verify_ledger` prints: the first offending rows of the invariant that broke."""
    Occurrence.objects.filter(pk=occurrence.pk).update(booked=5)
    assert broken() == {"I16a": [(occurrence.pk, 10, 5, 1)]}
