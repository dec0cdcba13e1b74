"""What a partner sees of the points it pays for: what is left, what it reached, what it owes."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from events_directory.views import desk
from loyalty.rewards.models import Fund, FundBill, FundMove
from loyalty.rewards.permissions import can_see_funds
from loyalty.rewards.views.bill_files import download
from members import clock

LAST = 12


@login_required
@require_GET
def points(request: HttpRequest, slug: str) -> HttpResponse:
    """Every fund of the organisation with its month so far, and the last bills. Members are counted,
    never named."""
    partner = desk.organisation(request, slug, can_see_funds)
    funds, now = list(Fund.objects.of_partner(partner)), clock.now()
    months = {row["fund_id"]: row for row in FundMove.objects.of_this_month(funds, now)}
    shown = [
        {"fund": fund, "left": fund.left_at(now), "pays": fund.pays_at(now)}
        | months.get(fund.pk, {"granted": 0, "members": 0})
        for fund in funds
    ]
    bills = FundBill.objects.of_partner(partner)[:LAST]
    return desk.page(request, "rewards/points", partner, funds=shown, bills=bills, now=now)


@login_required
@require_GET
def bills(request: HttpRequest, slug: str) -> HttpResponse:
    """All bills of the organisation as CSV."""
    partner = desk.organisation(request, slug, can_see_funds)
    return download(FundBill.objects.of_partner(partner), name=f"bills-{partner.slug}")
