"""Segments in the staff console: described, looked at, then saved."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.enums import ActionVariant

from loyalty.audiences import permissions
from loyalty.audiences.building import offer
from loyalty.audiences.domain.conditions import OPERATORS, BadTreeError, parse
from loyalty.audiences.domain.fields import Catalogue
from loyalty.audiences.domain.sentence import sentence
from loyalty.audiences.errors import BadCondition
from loyalty.audiences.forms import ConditionForm
from loyalty.audiences.models import Segment
from loyalty.audiences.operations import belonging, segments
from loyalty.audiences.operations.belonging import Audience
from loyalty.audiences.operations.profiles import askable, catalogue, sayable
from loyalty.audiences.views import building
from members.console import OperationAdmin, ReasonForm, Step, StepsAdmin
from members.domain.actors import Actor
from members.errors import Refused

State = Segment.State
#: What a new segment's page begins with, to be written over.
EXAMPLE = {"all": [{"field": "history.orders", "op": "at_least", "value": 3}]}
STATES = {"draft": "info", "active": "success", "archived": "default"}
STEPS = (
    Step(
        "activate",
        _("Activate"),
        _("From now on it has members, wherever it is asked for."),
        permissions.CHANGING,
        segments.activate,
        can=permissions.can_activate,
        fits=lambda segment: segment.state != State.ACTIVE and segment.versions.exists(),
        icon="play_arrow",
        variant=ActionVariant.PRIMARY,
    ),
    Step(
        "archive",
        _("Archive"),
        _("From now on nobody belongs to it. Rewards that are for it alone are closed."),
        permissions.CHANGING,
        segments.archive,
        can=permissions.can_archive,
        fits=lambda segment: segment.state != State.ARCHIVED,
        form=ReasonForm,
        icon="inventory_2",
        variant=ActionVariant.WARNING,
    ),
)


@admin.register(Segment)
class SegmentAdmin(StepsAdmin, OperationAdmin):
    """A segment's name is this form; whom it describes has a page of its own."""

    list_filter = ("state",)
    search_fields = ("name", "slug")
    ordering = ("name",)
    fields = (("name", "slug"), "description", "state", "described", "wordings")
    steps = STEPS
    change_form_outer_after_template = "admin/audiences/revise.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Segment]:
        """With what it says now."""
        return super().get_queryset(request).with_wording()

    def get_list_display(self, request: HttpRequest) -> tuple:
        """Whom each describes, in words; what may be asked is read once for the whole list."""
        known = sayable()

        @display(description=_("members for whom"))
        def words(segment: Segment) -> str:
            return in_words(segment.conditions, known)

        return ("name", "slug", "state_label", words)

    def get_fields(self, request: HttpRequest, obj: Segment | None = None) -> tuple:
        """A new one has no words yet."""
        return self.fields if obj else (("name", "slug"), "description")

    def get_readonly_fields(self, request: HttpRequest, obj: Segment | None = None) -> tuple:
        """Its address is for ever, its state moves by steps."""
        return ("slug", "state", "described", "wordings") if obj else ()

    def add_row(self, actor: Actor, **fields: Any) -> Segment:
        """By the operation."""
        return segments.define(fields.pop("name"), actor=actor, **fields)

    def change_row(self, row: Segment, actor: Actor, **fields: Any) -> Segment:
        """By the operation."""
        return segments.rename(row, actor=actor, **fields)

    def response_add(self, request: HttpRequest, obj: Segment, post_url_continue: Any = None):
        """A new segment needs its condition next."""
        return redirect("admin:audiences_segment_condition", obj.pk)

    @display(description=_("state"), ordering="state", label=STATES)
    def state_label(self, segment: Segment) -> tuple[str, str]:
        """The state, as a label."""
        return segment.state, segment.get_state_display()

    @display(description=_("members for whom"))
    def described(self, segment: Segment) -> str:
        """The condition in force, in words."""
        return in_words(segment.conditions, sayable())

    @display(description=_("versions"))
    def wordings(self, segment: Segment) -> str:
        """Every version in words, newest first."""
        rows, known = segment.versions.order_by("-number"), sayable()
        said = ((row.number, in_words(row.conditions, known)) for row in rows)
        return format_html_join("", "<div>{} · {}</div>", said)

    def get_urls(self) -> list[URLPattern]:
        """The condition's page beside the stock ones, and what its builder asks."""
        view = self.admin_site.admin_view(self.condition_view)
        check = self.admin_site.admin_view(building.check)
        return [
            path("<int:pk>/condition/", view, name="audiences_segment_condition"),
            path("<int:pk>/condition/check/", check, name="audiences_segment_check"),
            *super().get_urls(),
        ]

    def condition_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Write whom it describes: first it is shown with its members, then it can be saved."""
        segment = Segment.objects.with_wording().filter(pk=pk).first()
        if segment is None:
            raise Http404
        verdict = permissions.can_revise(request.user, segment)
        if not verdict:
            raise PermissionDenied(verdict.reason)
        is_sent = request.method == "POST"
        start = EXAMPLE if segment.conditions is None else segment.conditions
        form = ConditionForm(request.POST if is_sent else None, initial={"conditions": start})
        found, mark = None, ""
        if is_sent and form.is_valid():
            mark = form.mark
            if request.POST.get("looked_at") == mark and self._save(request, segment, form):
                return redirect("admin:audiences_segment_change", segment.pk)
            found = self._look(form)
        elif not is_sent and segment.conditions is not None:
            found = belonging.audience(segment.conditions)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Members of %(segment)s") % {"segment": segment},
            "opts": self.opts,
            "segment": segment,
            "form": form,
            "offer": offer(catalogue()),
            "found": found,
            "mark": mark if found else "",
            "askable": [
                (field, ", ".join(OPERATORS[field.type]))
                for field in sorted(askable().values(), key=lambda field: field.name)
            ],
            "back": reverse("admin:audiences_segment_change", args=(segment.pk,)),
        }
        status = 422 if is_sent and not form.is_valid() else 200
        return TemplateResponse(request, "admin/audiences/condition.html", context, status=status)

    @staticmethod
    def _look(form: ConditionForm) -> Audience | None:
        if not form.is_valid():
            return None
        try:
            return belonging.audience(form.cleaned_data["conditions"])
        except BadCondition as fault:
            form.add_error("conditions", fault)
            return None

    @staticmethod
    def _save(request: HttpRequest, segment: Segment, form: ConditionForm) -> bool:
        try:
            version = segments.revise(
                segment,
                conditions=form.cleaned_data["conditions"],
                actor=Actor.user(request.user),
            )
        except Refused as refusal:
            form.add_error("conditions", refusal)
            return False
        said = {"number": version.number, "words": in_words(version.conditions, sayable())}
        messages.success(request, _("Version %(number)s: members for whom %(words)s.") % said)
        return True


def in_words(tree: Any, known: Catalogue) -> str:
    """A condition as people read it, or the fault that it has by now; empty when there is none."""
    try:
        return "" if tree is None else sentence(parse(tree, known), known.titles)
    except BadTreeError as fault:
        return str(fault)
