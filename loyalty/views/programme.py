"""The programme page: what a visitor reads before joining."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from loyalty.campaigns.models import Campaign
from members.models import Tier


def programme(request: HttpRequest) -> HttpResponse:
    """What the programme is, its tiers, and everything that earns today."""
    context = {
        "tiers": Tier.objects.select_related("group").order_by("group_id", "threshold"),
        "campaigns": Campaign.objects.filter(state=Campaign.State.LIVE, is_public=True)
        .exclude(description="")
        .order_by("priority", "pk"),
    }
    return render(request, "portal/programme.html", context)
