"""The life of a fund: opened, filled, paused, closed, paid back."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from events_directory.errors import OwnOrganisation
from events_directory.operations import partners
from loyalty.rewards import errors
from loyalty.rewards.models import Fund, FundMove
from loyalty.rewards.operations import funds
from members import clock
from members.domain.actors import Actor
from members.models import AuditRow
from members.operations import sweeps
from tests.campaigns.conftest import act, order, take
from tests.campaigns.funding import books, brewery, fund_of, funded, moves, sums
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db


@pytest.fixture
def partner(eli):
    return brewery(eli)


def pack(fund, points=100, reference="i-1", key="k", actor=SYSTEM):
    return funds.buy_pack(fund, points=points, reference=reference, key=key, actor=actor)


def test_a_pack_costs_the_funds_price_and_is_sold_once(points, partner, fay):
    """E93, E85: 8.00 for 1,000 points; the same key again is the same pack."""
    fund = fund_of(partner, points)
    first = pack(fund, 2_500, actor=Actor.user(fay))
    assert (first.points, first.money, first.reference) == (2_500, 2_000, "i-1")
    assert pack(fund, 2_500) == first
    with pytest.raises(errors.PackKeyReused):
        pack(fund, 2_501)
    assert (sums(fund), moves(fund)) == ((2_500, 0, 0, 2_500), [("bought", 2_500)])
    row = AuditRow.objects.get(verb="rewards.fund.filled")
    assert (row.actor_id, row.after["money"], row.after["reference"]) == (fay.pk, 2_000, "i-1")


@pytest.mark.parametrize(
    ("fields", "sold", "refusal"),
    [
        ({"kind": "postpaid"}, {}, errors.NotPrepaid),
        ({}, {"points": 0}, errors.PackTooSmall),
        ({}, {"points": -5}, errors.PackTooSmall),
        ({}, {"points": 10**9 + 1}, errors.PackTooSmall),
        ({}, {"reference": "  "}, errors.ReferenceMissing),
    ],
)
def test_what_is_no_pack_is_refused_and_nothing_changes(points, partner, fields, sold, refusal):
    fund = fund_of(partner, points, **fields)
    with pytest.raises(refusal):
        pack(fund, **sold)
    assert (moves(fund), sums(fund)[0]) == ([], 0)


def test_nobody_sells_packs_to_their_own_organisation(points, partner, eli, fay):
    """I18: neither opens, fills, pauses nor closes; also not who has just left it."""
    fund = fund_of(partner, points, points=100)
    actor = Actor.user(eli)
    with pytest.raises(OwnOrganisation):
        pack(fund, actor=actor)
    for verb in (funds.pause, funds.close):
        with pytest.raises(OwnOrganisation):
            verb(fund, actor=actor)
    with pytest.raises(OwnOrganisation):
        funds.open_fund(
            "mine", partner=partner, unit=points, kind="prepaid", price=Decimal(1),
            currency="EUR", actor=actor, name="Mine",
        )  # fmt: skip
    partners.seat(partner, user=fay, role="owner", actor=SYSTEM)
    partners.end_seat(partner.seats.get(user=eli), actor=SYSTEM)
    with pytest.raises(OwnOrganisation):
        pack(fund, actor=actor)
    assert (Fund.objects.count(), Fund.objects.get().state, moves(fund)) == (
        1,
        "open",
        [("bought", 100)],
    )


def test_the_same_fund_is_opened_once_and_another_under_its_address_not_at_all(points, partner):
    fund = fund_of(partner, points)
    assert fund_of(partner, points) == fund
    with pytest.raises(errors.FundTaken):
        fund_of(partner, points, price=Decimal("9"))
    assert Fund.objects.count() == 1


@pytest.mark.parametrize(
    "fields",
    [{"currency": "EURO"}, {"price": Decimal("-1")}, {"ceiling": 5}, {"kind": "free"}],
)
def test_nonsense_is_no_fund(points, partner, fields):
    with pytest.raises(ValidationError):
        fund_of(partner, points, **fields)
    assert not Fund.objects.exists()


def test_closing_pays_back_what_was_never_used_and_later_what_comes_back(bo, points, partner):
    """E93: the oldest pack is used up first; the rest is paid back at what it cost, each point once."""
    fund = fund_of(partner, points, points=100)
    pack(fund, 333, key="second")
    per_money = [{"kind": "earn", "unit": "points", "points": 1, "per": "1.00"}]
    funded(fund, "orders", triggers=["order.placed"], effects=per_money)
    take(order(bo, "150.00", id="a"))
    closed = funds.close(fund, actor=SYSTEM, reason="Over")
    assert (closed.state, closed.left_at(clock.now())) == ("closed", 0)
    # 80 for the first 100, 266 for the other 333: 283 of these are 226.06 cents.
    assert [(m.points, m.money) for m in fund.moves.filter(kind="refunded")] == [(283, 226)]
    take(act("order.returned", bo, id="r", order_id="a"))
    assert sums(fund) == (150, 150, 150, 150)
    for _ in range(2):
        sweeps.run_due(at=clock.now(), names=["fund_closings"])
    assert [(m.points, m.money) for m in fund.moves.filter(kind="refunded").order_by("pk")] == [
        (283, 226),
        (150, 120),
    ]
    assert (sums(fund), books()) == ((0, 150, 150, 0), [])


def test_a_fund_whose_time_is_over_is_closed_and_paid_back_by_the_sweep_once(points, partner):
    """E93."""
    end = clock.now() + timedelta(days=30)
    fund = fund_of(partner, points, points=1_000, valid_until=end)
    sweeps.run_due(at=end - timedelta(seconds=1), names=["fund_closings"])
    assert Fund.objects.get().state == "open"
    with clock.standing_at(end + timedelta(hours=1)):
        for _ in range(2):
            sweeps.run_due(at=clock.now(), names=["fund_closings"])
        with pytest.raises(errors.FundClosed):
            pack(fund)
    assert Fund.objects.get().closed_at == end + timedelta(hours=1)
    assert [(m.kind, m.points, m.money) for m in FundMove.objects.order_by("pk")] == [
        ("bought", 1_000, 800),
        ("refunded", 1_000, 800),
    ]
    assert books() == []


def test_a_fund_pauses_and_goes_on_and_what_is_closed_stays_closed(points, partner):
    fund = fund_of(partner, points, points=10)
    funds.pause(fund, actor=SYSTEM)
    assert funds.resume(fund, actor=SYSTEM).state == "open"
    funds.close(fund, actor=SYSTEM)
    for verb in (funds.pause, funds.resume, funds.close):
        with pytest.raises(errors.FundIllegalMove):
            verb(fund, actor=SYSTEM)
    with pytest.raises(errors.FundClosed):
        funds.change(fund, name="Other", actor=SYSTEM)
    assert (Fund.objects.get().name, moves(fund)) == ("Pack", [("bought", 10), ("refunded", 10)])
