"""The programme page: what a visitor reads before joining; and its terms, in every wording they had."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from loyalty.campaigns.models import Campaign
from loyalty.rewards.models import Reward
from loyalty.views.first_run import HOW_IT_WORKS, READ
from members import clock
from members.models import Activity, ConsentText, Tier, Unit
from members.operations import consent_texts
from members.views.guards import member_of
from members.views.viewing import seen_by_staff

#: So many rewards are named as examples.
SAMPLES = 4


@seen_by_staff
@require_GET
def about(request: HttpRequest) -> HttpResponse:
    """The programme page for everybody; a member who has not read it yet finds at its end how to say so."""
    member = member_of(request)
    read = Activity.objects.filter(
        member=member, kind=READ, payload__content=HOW_IT_WORKS, source="portal"
    )
    return programme(request, asks_reader=member is not None and not read.exists())


def programme(request: HttpRequest, *, asks_reader: bool = False) -> HttpResponse:
    """What the programme is, everything that earns today, its tiers, and what points are good for."""
    now = clock.now()
    context = {
        "tiers": Tier.objects.select_related("group").order_by("group_id", "threshold"),
        "campaigns": Campaign.objects.filter(state=Campaign.State.LIVE, is_public=True)
        .exclude(description="")
        .order_by("priority", "pk"),
        "rewards": Reward.objects.on_offer(now).order_by("cost", "pk")[:SAMPLES],
        "unit": Unit.objects.filter(purpose=Unit.Purpose.SPENDABLE).order_by("pk").first(),
        "asks_reader": asks_reader,
    }
    return render(request, "portal/programme.html", context)


@require_GET
def terms(request: HttpRequest, version: int | None = None) -> HttpResponse:
    """The terms in force, or those of an earlier version, with what changed from each to the next."""
    versions = consent_texts.versions(ConsentText.Purpose.TERMS)
    found = next((each for each in versions if version in (None, each.version)), None)
    if found is None and version is not None:
        raise Http404
    context = {"terms": found, "versions": versions, "is_newest": found in versions[:1]}
    return render(request, "portal/terms.html", context)
