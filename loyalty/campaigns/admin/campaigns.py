"""Campaigns in the staff console: drafted and written by one person, published by another."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from loyalty.audiences.domain.conditions import OPERATORS
from loyalty.campaigns import permissions, words
from loyalty.campaigns.building import offer
from loyalty.campaigns.errors import BadRule, RuleIsFixed
from loyalty.campaigns.forms import BacktestForm, CampaignForm, RuleForm, StackingGroupForm
from loyalty.campaigns.models import Campaign, Effect, ExchangeRate, RuleVersion, StackingGroup
from loyalty.campaigns.operations import campaigns, groups, rates, rulebook
from loyalty.campaigns.panel import concerns_of, panel
from loyalty.campaigns.steps import STATES, STEPS
from loyalty.campaigns.trial_form import TrialForm
from loyalty.campaigns.views import backtests, building, calendar, recipes
from members.console import OperationAdmin, ReadOnlyAdmin, Step, StepsAdmin, SurroundedAdmin
from members.domain.actors import Actor

#: Which two versions to compare, in the address.
COMPARED = ("before", "after")


@admin.register(Campaign)
class CampaignAdmin(SurroundedAdmin, StepsAdmin, OperationAdmin):
    """A campaign's frame is this form; its rule has a page of its own."""

    form = CampaignForm
    list_display = ("name", "slug", "state_label", "priority", "starts_at", "ends_at")
    list_filter = ("state",)
    search_fields = ("name", "slug")
    ordering = ("priority", "name")
    fields = (
        ("name", "slug"),
        ("description", "is_public"),
        ("priority", "holdout_percent"),
        ("group", "exclusive_category"),
        ("budget_units", "pays_partly"),
        ("budget_money", "cost_per_unit"),
        "funded_by",
        ("starts_at", "ends_at"),
        "state",
    )
    readonly_fields = ("state",)
    steps = STEPS
    change_form_outer_before_template = "admin/campaigns/panel.html"
    change_form_outer_after_template = "admin/campaigns/versions.html"
    list_before_template = "admin/campaigns/to_recipes.html"

    @display(description=_("state"), ordering="state", label=STATES)
    def state_label(self, campaign: Campaign) -> tuple[str, str]:
        """The state, as a label."""
        return campaign.state, campaign.get_state_display()

    def has_change_permission(self, request: HttpRequest, obj: Campaign | None = None) -> bool:
        """The frame is open while it is a draft."""
        may = super().has_change_permission(request, obj)
        return may and (obj is None or bool(permissions.can_draft(request.user, obj)))

    def add_row(self, actor: Actor, **fields: Any) -> Campaign:
        """By the operation."""
        return campaigns.draft(fields.pop("name"), actor=actor, **fields)

    def change_row(self, row: Campaign, actor: Actor, **fields: Any) -> Campaign:
        """By the operation."""
        return campaigns.revise(row, actor=actor, **fields)

    def response_add(self, request: HttpRequest, obj: Campaign, post_url_continue: Any = None):
        """A new campaign needs its rule next."""
        return redirect("admin:campaigns_campaign_rule", obj.pk)

    def _ask(
        self,
        request: HttpRequest,
        subject: Any,
        step: Step,
        form: forms.Form,
        refusal: str = "",
        **how: Any,
    ) -> HttpResponse:
        """Beside the question about publishing stands what should be thought about first."""
        response = super()._ask(request, subject, step, form, refusal, **how)
        if step.name == "publish" and isinstance(response, TemplateResponse):
            concerns = concerns_of(subject)
            response.context_data = (response.context_data or {}) | {"concerns": concerns}
        return response

    def around(self, request: HttpRequest, row: Campaign) -> dict[str, Any]:
        """Its panel, and every version in words."""
        return {
            "campaign": row,
            "versions": versions_in_words(row),
            "compared": compared(row, request.GET),
            "panel": panel(row, request.user, self.steps, address_of(row)),
        }

    def get_urls(self) -> list[URLPattern]:
        """The rule's page beside the stock ones, and what its builder asks."""
        seen, context = self.admin_site.admin_view, self.page_context
        pages = {
            "<int:pk>/rule/": (self.rule_view, "rule"),
            "<int:pk>/rule/check/": (building.check, "check"),
            "<int:pk>/rule/backtest/": (backtests.panel, "rule_backtest"),
            "<int:pk>/trial/": (partial(building.trial, context=context), "trial"),
            "calendar/": (partial(calendar.calendar, context=context), "calendar"),
            "recipes/": (partial(recipes.recipes, context=context), "recipes"),
        }
        return [
            *(
                path(route, seen(view), name=f"campaigns_campaign_{name}")
                for route, (view, name) in pages.items()
            ),
            *super().get_urls(),
        ]

    def page_context(self, request: HttpRequest, title: str) -> dict[str, Any]:
        """What a page of the console needs besides its own."""
        return {**self.admin_site.each_context(request), "title": title, "opts": self.opts}

    def rule_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Write the next version. A fault is shown with its place, and the input stays."""
        campaign = Campaign.objects.filter(pk=pk).first()
        if campaign is None:
            raise Http404
        verdict = permissions.can_write_rule(request.user, campaign)
        if not verdict:
            raise PermissionDenied(verdict.reason)
        last = campaign.versions.order_by("-number").first()
        form = RuleForm(
            request.POST if request.method == "POST" else None, initial=RuleForm.initial_of(last)
        )
        if request.method == "POST" and form.is_valid() and self._write(request, campaign, form):
            return redirect("admin:campaigns_campaign_change", campaign.pk)
        context = {
            **self.page_context(request, _("Rule of %(campaign)s") % {"campaign": campaign}),
            "campaign": campaign,
            "form": form,
            "offer": offer(campaign),
            "may_try": permissions.can_try(request.user),
            "trial_form": TrialForm(last),
            "backtest_form": BacktestForm(),
            "said": in_words(last) if last else None,
            "askable": [
                (field, ", ".join(OPERATORS[field.type]))
                for field in sorted(rulebook.catalogue().values(), key=lambda field: field.name)
            ],
            "back": reverse("admin:campaigns_campaign_change", args=(campaign.pk,)),
        }
        status = 422 if request.method == "POST" else 200
        return TemplateResponse(request, "admin/campaigns/rule.html", context, status=status)

    @staticmethod
    def _write(request: HttpRequest, campaign: Campaign, form: RuleForm) -> bool:
        try:
            version = campaigns.write_rule(
                campaign, actor=Actor.user(request.user), **form.cleaned_data
            )
        except BadRule as fault:
            form.show(str((fault.params or {})["pointer"]), " ".join(fault.messages))
            return False
        except RuleIsFixed as refusal:
            form.add_error(None, refusal)
            return False
        said = in_words(version)
        messages.success(
            request,
            _("Version %(number)s: when %(when)s, if %(if)s, then %(then)s.")
            % {
                "number": version.number,
                "when": said["when"],
                "if": said["if"],
                "then": ", ".join(said["then"]),
            },
        )
        return True


def address_of(campaign: Campaign) -> Callable[[str], str]:
    """Where a page of the campaign is, by its name."""
    return lambda page: reverse(f"admin:campaigns_campaign_{page}", args=(campaign.pk,))


def in_words(version: RuleVersion) -> dict[str, Any]:
    """A version as people read it."""
    return {"version": version, **words.whole(version)}


def versions_in_words(campaign: Campaign) -> list[dict[str, Any]]:
    """Newest first, each with what it changed of the one before."""
    rows = campaign.versions.select_related("drafted_by", "published_by").order_by("-number")
    found = list(rows)
    before = [*found[1:], None][: len(found)]
    return [
        in_words(version) | {"changed": words.differences(earlier, version) if earlier else []}
        for version, earlier in zip(found, before, strict=True)
    ]


def compared(campaign: Campaign, asked: Mapping[str, str]) -> dict[str, Any] | None:
    """What differs between the two versions that were chosen, older first; None when none were."""
    chosen = sorted({int(text) for name in COMPARED if (text := asked.get(name, "")).isdecimal()})
    rows = list(campaign.versions.filter(number__in=chosen).order_by("number"))
    if len(rows) != len(COMPARED):
        return None
    before, after = rows
    return {"before": before, "after": after, "changed": words.differences(before, after)}


@admin.register(Effect)
class EffectAdmin(ReadOnlyAdmin):
    """What activities brought members, through which rule, and why."""

    list_display = ("id", "campaign", "rule_version", "kind", "amount", "unit_code", "state", "why")
    list_filter = ("state", "kind", "campaign")
    search_fields = ("=activity__external_id", "=activity__member__ref")
    search_help_text = _("An activity's id at the source, or a member's reference")
    ordering = ("-id",)
    fields = (
        ("campaign", "rule_version"),
        ("kind", "amount", "unit_code"),
        ("state", "why"),
        "activity",
        "entry",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Effect]:
        """With what a page names."""
        named = ("campaign", "rule_version__campaign", "activity", "entry")
        return super().get_queryset(request).select_related(*named)


@admin.register(ExchangeRate)
class ExchangeRateAdmin(OperationAdmin):
    """What other currencies are worth. A rate is added, never changed."""

    list_display = ("currency", "rate", "starts_on")
    list_filter = ("currency",)
    ordering = ("currency", "-starts_on")
    fields = ("currency", "rate", "starts_on")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was used stays."""
        return False

    def add_row(self, actor: Actor, **fields: Any) -> ExchangeRate:
        """By the operation."""
        return rates.set_rate(actor=actor, **fields)


@admin.register(StackingGroup)
class StackingGroupAdmin(OperationAdmin):
    """Groups of campaigns that do not all pay. How one stacks is settled when it is made."""

    form = StackingGroupForm
    list_display = ("name", "slug", "mode", "priority")
    ordering = ("priority", "slug")
    fields = ("name", "slug", "mode", "priority", "weights")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Only the name can be changed."""
        return ("slug", "mode", "priority", "weights") if obj is not None else ()

    def add_row(self, actor: Actor, **fields: Any) -> StackingGroup:
        """By the operation."""
        return groups.define(fields.pop("name"), actor=actor, **fields)

    def change_row(self, row: StackingGroup, actor: Actor, **fields: Any) -> StackingGroup:
        """By the operation."""
        return groups.rename(row, actor=actor, name=fields["name"])
