"""Households in the console: looked at, and closed with a reason."""

import pytest

from members.models import AuditRow, Balance, Household
from members.operations import accounts, households, ledger, purses
from tests.books import faults
from tests.conftest import SYSTEM, member_of
from tests.staff.conftest import client_of
from tests.staff.test_pages import LIST_BUDGET

LIST = "/admin/members/household/"


@pytest.fixture
def home(amara, bo, points) -> Household:
    household = households.open(amara, name="Lindenweg 3", actor=SYSTEM)
    code = households.invite(amara, actor=SYSTEM).code
    households.join(bo, code=code, actor=SYSTEM)
    purses.contribute(amara, unit=points, amount=150, key="in", actor=SYSTEM)
    purses.draw(bo, unit=points, amount=20, key="out", actor=SYSTEM)
    return household


def address(home, step: str = "change") -> str:
    return f"{LIST}{home.pk}/{step}/"


def test_the_page_shows_seats_and_the_statement_of_the_purse(home, ira):
    """E11: every line signed from the purse's side, with who is at the other end."""
    client = client_of(ira)
    assert client.get(LIST).context["cl"].result_count == 1
    assert client.get(LIST, {"q": "bo"}).context["cl"].result_count == 1
    together = client.get(address(home)).context["together"]
    assert [str(seat.member) for seat in together["seats"]] == ["Amara Obi", "Bo"]
    assert [(line["signed"], str(line["other"])) for line in together["lines"]] == [
        (-20, "Bo"),
        (50, "Amara Obi"),
        (100, "Amara Obi"),
    ]
    purse = Balance.objects.get(account__household=home)
    page = client.get(f"/admin/members/balance/{purse.pk}/change/").content.decode()
    assert "Lindenweg 3" in page and "household&#x27;s purse" in page


def test_it_is_closed_with_a_reason_and_everybody_gets_back_what_was_theirs(
    amara, home, points, ira
):
    client = client_of(ira)
    assert client.post(address(home, "close")).status_code == 422
    assert client.post(address(home, "close"), {"reason": "Asked by post"}).status_code == 302
    assert Balance.objects.get(account=ledger.wallet(amara, points)).amount == 580
    row = AuditRow.objects.get(verb="members.household.closed")
    assert (row.reason, row.after, row.actor_id) == ("Asked by post", {"points": 130}, ira.pk)
    assert client.post(address(home, "close"), {"reason": "Again"}).status_code == 403
    assert faults() == []


def test_nobody_closes_or_unfreezes_their_own(amara, home, points, ira):
    """E65: the page says why, and nothing changes."""
    own = member_of(ira, "ira")
    code = households.invite(amara, actor=SYSTEM).code
    households.join(own, code=code, actor=SYSTEM)
    purse = accounts.purse(home, points)
    accounts.freeze(purse.pk, reason="Odd", actor=SYSTEM)
    client, rows = client_of(ira), AuditRow.objects.count()
    for path in (
        address(home, "close"),
        f"/admin/members/balance/{purse.pk}/unfreeze/",
        f"/admin/members/member/{amara.pk}/adjust/",
        f"/admin/members/member/{amara.pk}/give-tier/",
    ):
        page = client.post(path, {"reason": "x"})
        assert page.status_code == 403
        assert b"Nobody adjusts points or tiers of their own household." in page.content
    home.refresh_from_db()
    assert (home.closed_at, AuditRow.objects.count()) == (None, rows)


def test_a_list_costs_the_same_however_long_it_is(
    home, dee, ira, gil, django_assert_max_num_queries
):
    for who in (dee, member_of(ira, "ira")):
        households.open(who, name="Home", actor=SYSTEM)
    client = client_of(gil)
    with django_assert_max_num_queries(LIST_BUDGET):
        assert client.get(LIST).status_code == 200
