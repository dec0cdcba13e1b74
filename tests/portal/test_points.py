"""The statement adds up, explains every line, and shows nobody else's."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import Sum
from django.urls import reverse

from loyalty.campaigns.domain.told import Told
from loyalty.campaigns.operations import intake, standard
from members.domain.actors import Actor
from members.models import Account, Entry
from members.operations import corrections, holds, ledger

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
    with django_assert_num_queries(13):
        bo_in.get(reverse("points:statement"))
    intake.take([order(number, "1.50") for number in range(2, 31)], actor=SYSTEM)
    with django_assert_num_queries(13):
        bo_in.get(reverse("points:statement"))


def test_a_returned_order_is_a_pair_that_names_the_return_both_ways(bo_in, bo, campaigns):
    """UM5: each line leads to the other, and the return's order stands on the reversal's page."""
    intake.take([order(2, "36.20")], actor=SYSTEM)
    intake.take([order(1, "1.00", kind="order.returned", order_id="A-2", lines=[])], actor=SYSTEM)
    given, taken = Entry.objects.of_member(bo).filter(unit__code="points").order_by("pk")
    first, second = (reverse("points:line", args=[entry.pk]) for entry in (given, taken))
    statement = bo_in.get(reverse("points:statement")).content.decode()
    assert statement.count(f'href="{first}"') == statement.count(f'href="{second}"') == 2
    page = bo_in.get(second)
    assert (page.context["why"].order, page.context["takes_back"]) == ("A-2", given)
    assert "order A-2 came back, 36 of 36 points with it" in page.content.decode()
    assert list(bo_in.get(first).context["taken_back_by"]) == [taken]


def test_what_was_pending_first_is_a_pair_too(bo_in, bo, campaigns):
    """UM5: the line that the member sees is the activation, the reversal names the accrual."""
    refill = {"serial": "J7", "sku": "oil", "order_id": "A-1"}
    asked = Told("shop", "r1", "refill.ordered", "bo", NOON, refill)
    back = Told("shop", "r2", "refill.confirmed", "bo", NOON, refill)
    intake.take([asked, back], actor=SYSTEM)
    accrual = Entry.objects.of_member(bo).get(kind="accrual")
    [taken] = corrections.reverse(accrual, key="x", reason="A mistake", actor=SYSTEM)
    lines = bo_in.get(reverse("points:statement")).context["lines"]
    assert [(line.entry.kind, line.undone_by) for line in lines] == [
        ("reversal", None),
        ("activation", taken.pk),
    ]
    page = bo_in.get(reverse("points:line", args=[lines[1].entry.pk]))
    assert list(page.context["taken_back_by"]) == [taken]


def test_a_pending_bonus_says_how_far_its_refill_is(bo_in, bo, campaigns):
    """E47, semantic 26: beside the promise, and only where there is a refill to speak of."""
    refill = {"serial": "J7", "sku": "oil", "order_id": "A-1"}
    asked = Told("shop", "r1", "refill.ordered", "bo", NOON, refill)
    intake.take([asked], actor=SYSTEM)
    assert bo_in.get(reverse("points:statement")).context["promises"][0].state == "ordered"
    shipped = Told("shop", "r2", "refill.inspected", "bo", NOON, refill)
    intake.take([shipped], actor=SYSTEM)
    page = bo_in.get(reverse("points:statement"))
    assert page.context["promises"][0].state == "inspected"
    assert "Inspected" in page.content.decode()


def test_debt_and_held_points_are_said_in_words_and_not_at_all_when_there_are_none(
    bo_in, bo, units
):
    """UM5, UM4: on the first page and on the statement."""
    pages = (reverse("home"), reverse("points:statement"))
    how = {"unit": units["points"], "actor": SYSTEM, "cause": ("test", None)}
    given = ledger.accrue(bo, amount=100, key="e", reason="Order", **how)
    for page in pages:
        text = bo_in.get(page).content.decode()
        assert "You owe" not in text and "set aside" not in text
    holds.place(bo, unit=units["points"], amount=70, key="h", actor=SYSTEM, reference="A-7")
    corrections.reverse(given, key="b", reason="It came back", actor=SYSTEM)
    for page in pages:
        text = bo_in.get(page).content.decode()
        assert "You owe <bdi>70</bdi> points; what you earn next repays them." in text
        assert "<bdi>70</bdi> points are set aside for a checkout." in text
    assert "A-7" in bo_in.get(pages[1]).content.decode()


def test_a_captured_hold_lists_its_lots_and_says_what_it_paid_for(bo_in, bo, units):
    """UM5, E9: the lots of what a checkout took, and the way from the hold to what came back."""
    how = {"unit": units["points"], "actor": SYSTEM, "cause": ("test", None)}
    lot = ledger.accrue(bo, amount=100, key="e", reason="Order", **how)
    hold = holds.place(bo, unit=units["points"], amount=70, key="h", actor=SYSTEM, reference="A-7")
    holds.capture(hold, amount=50, actor=SYSTEM)
    spent = Entry.objects.get(kind="redemption")
    page = bo_in.get(reverse("points:line", args=[spent.pk]))
    assert page.context["lots"] == [(lot, 50)]
    assert (
        "Paid for order <bdi>A-7</bdi>" in bo_in.get(reverse("points:statement")).content.decode()
    )
    [back] = corrections.restore(spent, key="r", reason="It came back", actor=SYSTEM, amount=20)
    lines = bo_in.get(reverse("points:statement")).context["lines"]
    held = next(line for line in lines if line.hold)
    assert (held.undone_by, held.undone, held.is_undone) == (back.pk, 20, False)
    assert "Partly given back" in bo_in.get(reverse("points:statement")).content.decode()
    page = bo_in.get(reverse("points:line", args=[hold.entry_id]))
    assert list(page.context["taken_back_by"]) == [back]
