"""The liability in the console: the page, the same rows as a file, a rate entered."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest

from loyalty.measurement.models import LiabilityRate
from loyalty.measurement.operations import rates
from tests.conftest import SYSTEM
from tests.measurement.test_liability import story
from tests.staff.conftest import client_of

__all__ = ["story"]

pytestmark = pytest.mark.django_db

PAGE = "/admin/measurement/liabilityrate/report/"
FILE = "/admin/measurement/liabilityrate/report.csv"
MARCH = {"unit": "points", "since": "2026-03-01", "through": "2026-03-31"}


@pytest.fixture
def rated(story, points):
    for day, rate in ((date(2026, 1, 1), "0.8"), (date(2026, 3, 20), "0.5")):
        rates.set_rate(
            points,
            valid_from=day,
            redemption_rate=Decimal(rate),
            cost=Decimal("0.5"),
            reason="Reviewed",
            actor=SYSTEM,
        )


def test_page_and_file_show_the_same_rows_with_totals_and_difference(rated, ira):
    """I14, I16, US18."""
    client = client_of(ira)
    page = client.get(PAGE, MARCH)
    text = page.content.decode()
    assert page.status_code == 200
    assert "Difference to the accounts: 0" in text and "0.5000" in text and "0.2000" in text
    assert "Of all points that have ended, 100.00% were redeemed." in text
    file = client.get(FILE, MARCH)
    assert file["Content-Type"] == "text/csv; charset=utf-8"
    assert "liability-points-2026-03-01-2026-04-01.csv" in file["Content-Disposition"]
    _, *rows = csv.reader(io.StringIO(file.content.decode()))
    shown = [[month, *map(str, figures)] for month, figures in page.context["rows"]]
    assert [row[1:] for row in rows] == shown
    assert shown == [
        [
            "2026-01",
            "70",
            *"0000",
            "-25",
            *"0000",
            "45",
            "EUR",
            "28.00",
            "-10.00",
            "-6.75",
            "11.25",
        ],
        ["2026-02", *"00000000000", "EUR", "0.00", "0.00", "0.00", "0.00"],
    ]
    total = page.context["total"]
    assert (total[0], total[10], str(total[12]), str(total[15])) == (70, 45, "28.00", "11.25")
    assert len(page.context["heads"]) == len(total) == 16


def test_without_a_question_it_shows_this_month_of_the_first_unit(amara, ira):
    page = client_of(ira).get(PAGE)
    assert page.status_code == 200
    assert "No rate has been entered" in page.content.decode()


@pytest.mark.parametrize(
    "asked",
    [
        {"unit": "nothing"},
        {"since": "2026-04-01"},
        {"since": "soon"},
        {"through": "9999-12-31"},
        {"since": "0001-01-01"},
        {"since": ""},
    ],
)
def test_nonsense_is_refused_on_page_and_file(rated, ira, asked):
    client = client_of(ira)
    assert client.get(PAGE, MARCH | asked).status_code == 422
    assert client.get(FILE, MARCH | asked).status_code == 422


def test_a_rate_is_entered_by_form_and_kept_by_the_operation(points, ira):
    client = client_of(ira)
    sent = {
        "unit": points.pk,
        "valid_from": "2026-01-01",
        "redemption_rate": "0.8",
        "cost": "0.01",
        "reason": "As last year",
    }
    assert client.post("/admin/measurement/liabilityrate/add/", sent).status_code == 302
    row = LiabilityRate.objects.get()
    assert (row.made_by, row.currency, row.factor) == (ira, "EUR", Decimal("0.008"))
    earlier = client.post(
        "/admin/measurement/liabilityrate/add/", sent | {"valid_from": "2025-12-31"}
    )
    assert earlier.status_code == 422 and "There is a rate from" in earlier.content.decode()
    for faulty in ({"redemption_rate": "1.5"}, {"cost": "-1"}, {"reason": ""}):
        answer = client.post("/admin/measurement/liabilityrate/add/", sent | faulty)
        assert answer.status_code == 422
    assert LiabilityRate.objects.count() == 1


def test_only_those_with_the_permission_read_it(rated, hal, bo):
    for address in (PAGE, FILE):
        assert client_of(hal).get(address, MARCH).status_code == 403
        assert client_of(bo.user).get(address, MARCH).status_code == 302


def test_the_page_costs_the_same_whatever_it_shows(rated, ira, django_assert_max_num_queries):
    client = client_of(ira)

    def queries(asked) -> int:
        with django_assert_max_num_queries(30) as captured:
            assert client.get(PAGE, asked).status_code == 200
        return len(captured)

    queries(MARCH)
    assert queries(MARCH) == queries(MARCH | {"since": "2026-01-01", "through": "2027-12-31"})
