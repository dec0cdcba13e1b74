"""What a partner sees of the points it pays for, and what staff do with its funds."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.test import Client

from events_directory.operations import partners
from loyalty.rewards.models import Fund, FundMove
from members import clock
from members.operations import members, sweeps
from tests.campaigns.conftest import act, take
from tests.campaigns.funding import brewery, fund_of, funded, moves
from tests.conftest import SYSTEM, person

pytestmark = pytest.mark.django_db

MAY = datetime(2026, 5, 10, 12, tzinfo=UTC)
JUNE = datetime(2026, 6, 10, 12, tzinfo=UTC)


@pytest.fixture
def partner(eli):
    return brewery(eli)


@pytest.fixture
def console(client, eli, partner):
    """Eli at the partner console."""
    client.force_login(eli)
    return client


@pytest.fixture
def staff(client, fay):
    """Fay at the staff console."""
    client.force_login(fay)
    return client


@pytest.fixture
def busy(points, partner):
    """A pack that is used up, and a monthly bill for May."""
    with clock.standing_at(MAY):
        pack = fund_of(partner, points, points=1_040)
        bill = fund_of(partner, points, slug="bill", kind="postpaid", ceiling=5_000)
        funded(pack, "visits", effects=[{"kind": "earn", "unit": "points", "amount": 520}])
        funded(bill, "opened", triggers=["app.opened"])
        for ref in ("ann", "ben"):
            member = members.enrol(ref, actor=SYSTEM)
            take(act("visit.checked_in", member, id=f"v-{ref}"))
            take(act("app.opened", member, id=f"o-{ref}"))
    with clock.standing_at(JUNE):
        sweeps.run_due(at=JUNE, names=["fund_bills"])
    return pack, bill


def test_a_partner_reads_what_is_left_whom_it_reached_and_what_it_owes(console, busy):
    """E93: numbers only; no member is named."""
    with clock.standing_at(MAY):
        page = console.get("/partner/brew/points/").content.decode()
    shown = " ".join(page.split())
    for said in (
        '<span class="stat-label">Bought</span> <span class="stat-value">1,040</span>',
        '<span class="stat-label">Granted this month</span> <span class="stat-value">1,040</span>',
        '<span class="stat-label">Members reached this month</span>'
        ' <span class="stat-value">2</span>',
        '<span class="stat-label">Left</span> <span class="stat-value">0</span>',
        "It is used up",
        "8.00 EUR for 1,000 points",
        "0.32 EUR",
    ):
        assert said in shown, said
    assert "ann" not in shown.replace("Planned", "").split()
    with clock.standing_at(JUNE):
        page = console.get("/partner/brew/points/")
    assert [(one["granted"], one["members"], one["left"]) for one in page.context["funds"]] == [
        (0, 0, 0),
        (0, 0, 5_000),
    ]


def test_bills_are_a_file_without_formulas(console, busy, partner):
    """E93; attack 11: a name that would be a formula is plain text."""
    Fund.objects.filter(slug="bill").update(name="=1+1")
    response = console.get("/partner/brew/points/bills.csv")
    assert response["Content-Disposition"] == 'attachment; filename="bills-brew.csv"'
    assert response.content.decode().splitlines() == [
        "partner,fund,month,granted,came_back,points,per_1000,currency,amount",
        "Brew & Co,'=1+1,2026-05,40,0,40,8.00,EUR,0.32",
    ]


def test_other_organisations_do_not_exist_and_helpers_stay_at_the_door(client, busy, partner, gus):
    """P12: 404 for P2, 403 for a role that does not reach this far."""
    partners.register("Other", slug="other", owner=gus, actor=SYSTEM)
    client.force_login(gus)
    for page in ("points/", "points/bills.csv"):
        assert client.get(f"/partner/brew/{page}").status_code == 404
    helper = person("hal@example.test")
    partners.seat(partner, user=helper, role="helper", actor=SYSTEM)
    client.force_login(helper)
    for page in ("points/", "points/bills.csv"):
        assert client.get(f"/partner/brew/{page}").status_code == 403
    assert "/partner/brew/points/" not in client.get("/partner/brew/dates/").content.decode()


def test_a_partner_that_pays_for_nothing_reads_how_to_begin(console):
    page = console.get("/partner/brew/points/").content.decode()
    assert "You do not pay for points yet" in page


def test_the_page_costs_the_same_however_many_funds(
    console, busy, partner, points, django_assert_num_queries
):
    with django_assert_num_queries(7):
        console.get("/partner/brew/points/")
    for number in range(5):
        fund_of(partner, points, slug=f"more-{number}", points=10)
    with django_assert_num_queries(7):
        console.get("/partner/brew/points/")


def test_staff_open_a_fund_and_sell_a_pack_that_is_shown_before(staff, partner, points):
    """E93, E85: the money is shown before it is confirmed, and sent twice it is one pack."""
    opened = staff.post(
        "/admin/rewards/fund/add/",
        {
            "name": "Autumn", "slug": "autumn", "partner": partner.pk, "unit": points.pk,
            "kind": "prepaid", "price": "7.50", "currency": "eur", "returns_expired": "on",
        },
    )  # fmt: skip
    assert opened.status_code == 302
    fund = Fund.objects.get()
    assert (fund.price, fund.currency, fund.returns_expired) == (Decimal("7.50"), "EUR", True)
    page = f"/admin/rewards/fund/{fund.pk}/sell-pack/"
    assert staff.get(page).status_code == 200
    asked = {"points": 2_000, "reference": "R-77", "key": str(uuid4())}
    seen = staff.post(page, asked).content.decode()
    assert "2,000 points for 15.00 EUR." in seen
    assert moves(fund) == []
    for _ in range(2):
        assert staff.post(page, asked | {"sure": "1"}).status_code == 302
    assert moves(fund) == [("bought", 2_000)]
    again = staff.post(page, asked | {"key": str(uuid4())}).content.decode()
    assert "This invoice has already paid for 2,000 points, on " in again
    assert "R-77" in staff.get("/admin/rewards/fundmove/").content.decode()


def test_what_was_agreed_is_not_changed_and_a_refusal_keeps_the_form(staff, partner, points):
    fund = fund_of(partner, points, kind="postpaid", ceiling=100)
    page = f"/admin/rewards/fund/{fund.pk}/change/"
    asked = {
        "name": "Pack",
        "ceiling": "200",
        "price": "1",
        "valid_until_0": "",
        "valid_until_1": "",
    }
    assert staff.post(page, asked).status_code == 302
    fund.refresh_from_db()
    assert (fund.ceiling, fund.price) == (200, Decimal("8.00"))
    assert staff.post(page, asked | {"ceiling": "0"}).status_code == 422
    fund.refresh_from_db()
    assert fund.ceiling == 200


def test_closing_asks_and_pays_back(staff, partner, points):
    fund = fund_of(partner, points, points=500)
    page = f"/admin/rewards/fund/{fund.pk}/close/"
    assert staff.get(page).status_code == 200
    assert moves(fund) == [("bought", 500)]
    assert staff.post(page, {"reason": "Over"}).status_code == 302
    assert moves(fund) == [("bought", 500), ("refunded", 500)]
    assert staff.post(page, {"reason": "Again"}).status_code == 403
    assert FundMove.objects.count() == 2


def test_a_bill_is_a_file_in_the_console_too(staff, busy):
    bill = busy[1].bills.get()
    page = f"/admin/rewards/fundbill/{bill.pk}/change/"
    assert f"/admin/rewards/fundbill/{bill.pk}/csv/" in staff.get(page).content.decode()
    file = staff.get(f"/admin/rewards/fundbill/{bill.pk}/csv/")
    assert file.content.decode().splitlines()[1] == "Brew & Co,Bill,2026-05,40,0,40,8.00,EUR,0.32"


def test_a_draft_campaign_is_given_its_fund_in_the_console(staff, busy, partner, points):
    """E93: only funds that may still pay are offered."""
    closed = fund_of(partner, points, slug="closed", state="closed", closed_at=clock.now())
    page = staff.get("/admin/campaigns/campaign/add/").content.decode()
    assert "Brew &amp; Co: Pack (Points)" in page
    assert f'<option value="{closed.pk}"' not in page
    asked = {
        "name": "Brew day", "slug": "brew-day", "priority": "10", "funded_by": busy[0].pk,
        "returns": "line", "holdout_percent": "0",
    }  # fmt: skip
    assert staff.post("/admin/campaigns/campaign/add/", asked).status_code == 302
    assert busy[0].campaigns.filter(slug="brew-day").exists()


@pytest.mark.parametrize("kind", ["fund", "fundmove", "fundbill"])
def test_lists_cost_a_constant_number_of_queries(
    kind, staff, busy, partner, points, django_assert_max_num_queries
):
    with django_assert_max_num_queries(12) as few:
        assert staff.get(f"/admin/rewards/{kind}/").status_code == 200
    for number in range(5):
        fund_of(partner, points, slug=f"more-{number}", points=10)
    with django_assert_max_num_queries(len(few)):
        staff.get(f"/admin/rewards/{kind}/")


def test_members_read_who_paid(points, busy):
    """E39, E93: on the statement's own page of the line."""
    user = person("cem@example.test")
    member = members.enrol("cem", user=user, actor=SYSTEM)
    with clock.standing_at(JUNE + timedelta(days=1)):
        take(act("app.opened", member, id="o-cem"))
    reader = Client()
    reader.force_login(user)
    entry = member.accounts.get(kind="wallet", unit=points).credits.get()
    page = reader.get(f"/points/{entry.pk}/").content.decode()
    assert "20 for doing it, paid by Brew &amp; Co" in page
