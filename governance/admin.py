"""Committees in the staff console: who sits where, what they judge by, and where cases stand.

Ballots and what judges read are nobody's business here; staff see states and counts.
"""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import display
from unfold.enums import ActionVariant
from unfold.widgets import (
    UnfoldAdminEmailInputWidget,
    UnfoldAdminSelectWidget,
)

from governance import permissions
from governance.criteria_form import CriteriaForm, fieldsets, initial_of
from governance.models import Case, Committee, Criteria, Decision, Seat
from governance.operations import cases, committees
from governance.operations import criteria as rubrics
from members import clock
from members.console import (
    OperationAdmin,
    ReadOnlyAdmin,
    ReasonForm,
    Step,
    StepsAdmin,
)
from members.domain.actors import Actor
from members.models import User

STATES = {"open": "info", "decided": "success", "void": "warning"}
OUTCOMES = {"approved": "success", "rejected": "danger", "void": "warning"}


class SeatForm(forms.Form):
    """Whom to seat, and as what."""

    user = forms.EmailField(label=_("E-mail address"), widget=UnfoldAdminEmailInputWidget())
    role = forms.ChoiceField(
        label=_("Role"),
        choices=Seat.Role.choices,
        initial=Seat.Role.MEMBER,
        widget=UnfoldAdminSelectWidget(),
    )

    def clean_user(self) -> User:
        """Somebody who signs in with this address."""
        found = User.objects.filter(email__iexact=self.cleaned_data["user"], is_active=True).first()
        if found is None:
            raise ValidationError(_("Nobody signs in with this address."), code="unknown")
        return found


class SeatRows(TabularInline):
    """Who sits, or sat."""

    model = Seat
    fields = readonly_fields = ("user", "role", "starts_at", "ends_at")
    extra = 0
    can_delete = False
    show_change_link = True
    ordering = ("-starts_at",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """By the button."""
        return False


@admin.register(Committee)
class CommitteeAdmin(StepsAdmin, OperationAdmin):
    """Committees and their seats."""

    list_display = ("name", "slug", "sitting", "open_cases")
    search_fields = ("name", "slug")
    ordering = ("name",)
    fields = ("name", "slug", "purpose")
    steps = (
        Step(
            "give_seat",
            _("Give a seat"),
            _("This person judges the cases that are opened from now on."),
            "governance.seat_committee",
            committees.seat,
            can=permissions.can_seat,
            form=SeatForm,
            icon="person_add",
            variant=ActionVariant.PRIMARY,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Committee]:
        """With the counts of the list."""
        held = Q(seats__ends_at=None) | Q(seats__ends_at__gt=clock.now())
        return (
            super()
            .get_queryset(request)
            .annotate(
                seats_held=Count("seats", filter=held, distinct=True),
                cases_open=Count("cases", filter=Q(cases__state=Case.State.OPEN), distinct=True),
            )
        )

    def get_inlines(self, request: HttpRequest, obj: Committee | None) -> tuple:
        """The seats are shown, never sent."""
        return (SeatRows,) if obj is not None and request.method == "GET" else ()

    @display(description=_("people"))
    def sitting(self, committee: Any) -> int:
        """How many sit on it now."""
        return committee.seats_held

    @display(description=_("open cases"))
    def open_cases(self, committee: Any) -> int:
        """How many cases wait."""
        return committee.cases_open

    def get_readonly_fields(self, request: HttpRequest, obj: Committee | None = None) -> tuple:
        """Its address is for ever."""
        return ("slug",) if obj else ()

    def add_row(self, actor: Actor, **fields: Any) -> Committee:
        """By the operation."""
        return committees.create(fields.pop("slug"), actor=actor, **fields)

    def change_row(self, row: Committee, actor: Actor, **fields: Any) -> Committee:
        """By the operation."""
        return committees.change(row, actor=actor, **fields)


@admin.register(Seat)
class SeatAdmin(StepsAdmin, ReadOnlyAdmin):
    """Seats; ended, never deleted."""

    list_display = ("user", "committee", "role", "starts_at", "ends_at")
    list_filter = ("committee", "role")
    search_fields = ("user__email",)
    list_select_related = ("user", "committee")
    ordering = ("committee", "-starts_at")
    steps = (
        Step(
            "end_seat",
            _("End the seat"),
            _("From now on this person sees and judges nothing. Ballots they cast still count."),
            "governance.seat_committee",
            committees.end,
            can=permissions.can_end_seat,
            fits=lambda seat: seat.ends_at is None,
            form=ReasonForm,
            icon="person_remove",
            variant=ActionVariant.DANGER,
        ),
    )


@admin.register(Criteria)
class CriteriaAdmin(OperationAdmin):
    """Published versions. A change is a new version under the same slug."""

    form = CriteriaForm
    list_display = ("title", "slug", "version", "published_at")
    search_fields = ("title", "slug")
    ordering = ("slug", "-version")
    readonly_fields = ("wording", "next_version")

    def get_fieldsets(self, request: HttpRequest, obj: Criteria | None = None) -> tuple:
        """A block for each criterion to write; of what is published, its words."""
        if obj is None:
            return fieldsets()
        shown = (("slug", "version"), "title", "published_at", "wording", "next_version")
        return ((None, {"fields": shown}),)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The next version of a slug begins with the words of its newest."""
        slug = request.GET.get("slug", "")
        newest = Criteria.objects.newest(slug) if slug.isprintable() else None
        return initial_of(newest) if newest else {}

    @display(description=_("criteria"))
    def wording(self, criteria: Criteria) -> str:
        """The criteria as judges read them."""
        return render_to_string("admin/governance/wording.html", {"criteria": criteria.rubric})

    @display(description=_("next version"))
    def next_version(self, criteria: Criteria) -> str:
        """Where a change begins."""
        address = f"{reverse('admin:governance_criteria_add')}?{urlencode({'slug': criteria.slug})}"
        link = '<a class="font-medium text-primary-600 dark:text-primary-500" href="{}">{}</a>'
        return format_html(link, address, _("Begin with these words"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Who may publish."""
        return bool(permissions.can_publish_criteria(request.user))

    def has_change_permission(self, request: HttpRequest, obj: Criteria | None = None) -> bool:
        """Published words never change."""
        return False

    def add_row(self, actor: Actor, **fields: Any) -> Criteria:
        """By the operation."""
        return rubrics.publish(fields.pop("slug"), actor=actor, **fields)


@admin.register(Case)
class CaseAdmin(StepsAdmin, ReadOnlyAdmin):
    """Where cases stand: the state, who could judge, how many have."""

    list_display = ("title", "committee", "state_label", "judges", "ballots", "opened_at")
    list_filter = ("state", "committee")
    list_select_related = ("committee",)
    ordering = ("-opened_at",)
    fields = (
        ("committee", "criteria"),
        ("state", "round"),
        ("opened_at", "closed_at"),
        ("judges", "recused", "ballots"),
    )
    readonly_fields = ("judges", "recused", "ballots")
    steps = (
        Step(
            "void",
            _("End without a decision"),
            _("For a case that can never reach its quorum. It may be put again."),
            "governance.void_case",
            cases.void,
            can=permissions.can_void,
            fits=lambda case: case.is_open,
            form=ReasonForm,
            icon="block",
            variant=ActionVariant.DANGER,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Case]:
        """With the counts."""
        return (
            super()
            .get_queryset(request)
            .annotate(
                seats_assigned=Count("assignments", distinct=True),
                seats_recused=Count("assignments__recusal", distinct=True),
                ballots_standing=Count(
                    "assignments__ballot",
                    filter=Q(assignments__ballot__void=None, assignments__recusal=None),
                    distinct=True,
                ),
            )
        )

    @display(description=_("state"), ordering="state", label=STATES)
    def state_label(self, case: Case) -> tuple[str, str]:
        """The state, as a label."""
        return case.state, case.get_state_display()

    @display(description=_("judges"))
    def judges(self, case: Any) -> int:
        """Assigned and not recused."""
        return case.seats_assigned - case.seats_recused

    @display(description=_("stepped back"))
    def recused(self, case: Any) -> int:
        """How many do not judge it."""
        return case.seats_recused

    @display(description=_("ballots"))
    def ballots(self, case: Any) -> int:
        """How many ballots stand; never what they say."""
        return case.ballots_standing


@admin.register(Decision)
class DecisionAdmin(ReadOnlyAdmin):
    """What came of cases."""

    list_display = ("case", "outcome_label", "yes", "no", "abstained", "needed", "decided_at")
    list_filter = ("outcome",)
    list_select_related = ("case",)
    ordering = ("-decided_at",)

    @display(description=_("outcome"), ordering="outcome", label=OUTCOMES)
    def outcome_label(self, decision: Decision) -> tuple[str, str]:
        """The outcome, as a label."""
        return decision.outcome, decision.get_outcome_display()
