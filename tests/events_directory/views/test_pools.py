"""What everybody may read of the pools."""

import pytest

from events_directory.operations import pools
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db


def test_a_pool_shows_where_its_money_is(client, pool):
    """D18 (narrow): a public ledger."""
    listed = client.get("/events/pools/").content.decode()
    assert "1,000.00\N{NO-BREAK SPACE}EUR" in listed
    page = client.get(f"/events/pools/{pool.slug}/")
    assert page.context["balances"]["available"] == 100_000
    assert "Spring collection" in page.content.decode()


def test_a_pool_costs_the_same_however_long_its_ledger(client, pool, django_assert_num_queries):
    for n in range(5):
        pools.deposit(pool, amount=1, key=str(n), actor=SYSTEM)
    with django_assert_num_queries(4):
        client.get(f"/events/pools/{pool.slug}/")


def test_an_unknown_pool_is_a_404(client, db):
    assert client.get("/events/pools/none/").status_code == 404
