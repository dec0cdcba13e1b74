"""The statement adds up, explains every line, and shows nobody else's."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import Sum
from django.urls import reverse

from loyalty.campaigns.domain.told import Told
from loyalty.campaigns.operations import intake, standard
from members.domain.actors import Actor
from members.models import Account, Entry
from members.operations import corrections, ledger

SYSTEM = Actor.system("tests")
NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)


@pytest.fixture
def bo_in(client, at_noon, bo):
    client.force_login(bo.user)
    return client


def order(number: int, price: str, kind: str = "order.placed", **more) -> Told:
    line = {"line_id": "1", "sku": "tea", "quantity": 1, "unit_price": price}
    payload = {"order_id": f"A-{number}", "currency": "EUR", "lines": [line]} | more
    return Told("shop", f"{kind}:{number}", kind, "bo", NOON - timedelta(days=number), payload)


@pytest.fixture
def campaigns(units):
    return standard.install(actor=SYSTEM)


def wallet_of(bo, unit):
    return Account.objects.get(member=bo, unit=unit, kind="wallet")


def test_sum_of_all_lines_is_the_balance_and_every_line_has_a_reason(bo_in, bo, campaigns, units):
    """UM3."""
    intake.take([order(number, f"{number}.50") for number in range(1, 40)], actor=SYSTEM)
    pages = [bo_in.get(reverse("points:statement"), {"page": number}) for number in (1, 2)]
    lines = [line for page in pages for line in page.context["lines"]]
    assert len(lines) == 39
    assert all(line.title for line in lines)
    assert sum(line.entry.signed for line in lines) == sum(range(1, 40)) == 780
    assert lines[0].entry.after == wallet_of(bo, units["points"]).balance.amount == 780
    after = [line.entry.after for line in lines]
    signed = [line.entry.signed for line in lines]
    assert after[1:] == [a - s for a, s in zip(after, signed, strict=True)][:-1]


def test_why_names_rule_version_campaign_order_and_reason(bo_in, campaigns, bo):
    """UM3."""
    intake.take([order(1, "36.20")], actor=SYSTEM)
    entry = Entry.objects.of_member(bo).get(unit__code="points", amount=36)
    page = bo_in.get(reverse("points:line", args=[entry.pk])).content.decode()
    for words in (
        "Points on every order",
        "version 1",
        "A-1",
        "1 for each whole 1.00 of 36.20 EUR",
    ):
        assert words in page


def test_refill_bonus_is_apart_with_its_condition_until_the_jar_is_back(
    bo_in, campaigns, bo, units
):
    """UM4."""
    refill = {"serial": "J7", "sku": "oil"}
    asked = Told("shop", "r1", "refill.ordered", "bo", NOON, {"order_id": "A-9"} | refill)
    back = Told("shop", "r2", "refill.confirmed", "bo", NOON, {"order_id": "A-9"} | refill)
    intake.take([asked], actor=SYSTEM)
    page = bo_in.get(reverse("points:statement"))
    assert [str(each.condition) for each in page.context["promises"]] == ["when the jar is back"]
    assert "when the jar is back" in page.content.decode()
    assert page.context["lines"] == []
    intake.take([back], actor=SYSTEM)
    page = bo_in.get(reverse("points:statement"))
    assert page.context["promises"] == []
    assert [line.entry.signed for line in page.context["lines"]] == [25]
    assert wallet_of(bo, units["points"]).balance.amount == 25


def test_a_reversal_is_a_pair_linked_both_ways(bo_in, bo, units):
    """UM5."""
    given = ledger.accrue(
        bo,
        unit=units["points"],
        amount=31,
        key="a",
        reason="Order A-1031",
        actor=SYSTEM,
        cause=("test", None),
    )
    [taken] = corrections.reverse(given, key="r", reason="Order A-1031 came back", actor=SYSTEM)
    first, second = (reverse("points:line", args=[entry.pk]) for entry in (given, taken))
    statement = bo_in.get(reverse("points:statement")).content.decode()
    assert first in statement and second in statement
    assert f'href="{second}"' in bo_in.get(first).content.decode()
    assert f'href="{first}"' in bo_in.get(second).content.decode()
    assert Entry.objects.of_member(bo).aggregate(total=Sum("amount"))["total"] == 62


def test_another_members_line_is_not_found(bo_in, amara):
    entry = Entry.objects.of_member(amara).first()
    assert bo_in.get(reverse("points:line", args=[entry.pk])).status_code == 404


def test_a_unit_that_does_not_exist_is_not_found(bo_in):
    assert bo_in.get(reverse("points:statement"), {"unit": "gold"}).status_code == 404


def test_an_empty_statement_offers_one_action(bo_in):
    """UM23 (empty states)."""
    assert "No line yet" in bo_in.get(reverse("points:statement")).content.decode()


def test_a_visitor_is_sent_to_sign_in(client, db):
    response = client.get(reverse("points:statement"))
    assert (response.status_code, response.url.split("?")[0]) == (302, reverse("account_login"))


def test_the_statement_asks_the_same_number_of_queries_for_1_and_30_lines(
    bo_in, bo, campaigns, django_assert_num_queries
):
    intake.take([order(1, "1.50")], actor=SYSTEM)
    bo_in.get(reverse("points:statement"))
    with django_assert_num_queries(10):
        bo_in.get(reverse("points:statement"))
    intake.take([order(number, "1.50") for number in range(2, 31)], actor=SYSTEM)
    with django_assert_num_queries(10):
        bo_in.get(reverse("points:statement"))
