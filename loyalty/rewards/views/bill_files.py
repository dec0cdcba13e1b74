"""Bills, as a file to take away."""

from collections.abc import Iterable

from django.http import HttpResponse

from loyalty.rewards.domain.bill_file import bill_file
from loyalty.rewards.models import FundBill


def download(bills: Iterable[FundBill], *, name: str) -> HttpResponse:
    """The bills as CSV. They need their fund and its partner."""
    text = bill_file(
        (
            bill.fund.partner.name,
            bill.fund.name,
            f"{bill.month:%Y-%m}",
            bill.granted,
            bill.returned,
            bill.points,
            bill.fund.price_text,
            bill.fund.currency,
            bill.amount_text,
        )
        for bill in bills
    )
    return HttpResponse(
        text,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )
