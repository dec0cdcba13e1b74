"""Recipes: campaigns to start from."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from loyalty.campaigns import permissions, words
from loyalty.campaigns.errors import BadRule
from loyalty.campaigns.models import Campaign
from loyalty.campaigns.operations import looks
from loyalty.campaigns.operations import recipes as starting
from loyalty.campaigns.views.building import PageContext
from members.domain.actors import Actor


def recipes(request: HttpRequest, *, context: PageContext) -> HttpResponse:
    """Every recipe in sentences (GET); a draft from one of them, opened in the builder (POST)."""
    verdict = permissions.can_draft(request.user)
    if not verdict:
        raise PermissionDenied(verdict.reason)
    if request.method == "POST":
        return _start(request)
    shown = [
        {"recipe": recipe, "said": words.whole(looks.draft_of(Campaign(), recipe.rule))}
        for recipe in starting.RECIPES
    ]
    page = {**context(request, _("Start from a recipe")), "recipes": shown}
    return TemplateResponse(request, "admin/campaigns/recipes.html", page)


def _start(request: HttpRequest) -> HttpResponse:
    recipe = starting.find(request.POST.get("recipe", ""))
    if recipe is None:
        raise Http404
    try:
        campaign = starting.start(recipe, actor=Actor.user(request.user))
    except BadRule as fault:
        messages.error(request, " ".join(fault.messages))
        return redirect("admin:campaigns_campaign_recipes")
    return redirect("admin:campaigns_campaign_rule", campaign.pk)
