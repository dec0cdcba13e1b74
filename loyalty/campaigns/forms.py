"""Forms of the staff console's campaign pages."""

import json
from datetime import date, timedelta
from functools import partial
from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminDateWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from loyalty.audiences.models import Segment
from loyalty.campaigns.domain import days
from loyalty.campaigns.domain.months import FIRST_YEAR, LAST_YEAR
from loyalty.campaigns.frame_form import COST_OF_ONE, ByUnitField
from loyalty.campaigns.models import Campaign, RuleVersion, StackingGroup
from loyalty.campaigns.operations import schedules
from loyalty.campaigns.words import WINDOWS
from loyalty.rewards.models import Fund
from members import clock
from members.console import ReasonForm, RefusableForm
from members.domain.calendar import local_date, start_of_day
from members.models import ActivityKind

#: Which field of the form a fault's pointer belongs to; conditions are the tree itself.
PLACES = ("triggers", "effects", "limit")


def day_before(days: int) -> date:
    """So many days before today, in the programme's zone."""
    return local_date(clock.now(), settings.PROGRAMME_TIME_ZONE) - timedelta(days=days)


class CampaignForm(RefusableForm):
    """The frame: name, words, dates, budget."""

    cost_per_unit = ByUnitField(label=_("Cost of one"), help_text=COST_OF_ONE, required=False)

    class Meta:
        model = Campaign
        fields = (
            "name",
            "slug",
            "description",
            "is_public",
            "priority",
            "group",
            "exclusive_category",
            "budget_units",
            "budget_money",
            "cost_per_unit",
            "pays_partly",
            "funded_by",
            "holdout_percent",
            "returns",
            "starts_at",
            "ends_at",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fund = self.fields.get("funded_by")
        if isinstance(fund, forms.ModelChoiceField):  # a frame that is only shown has no fields
            fund.queryset = Fund.objects.for_campaigns()
            fund.label_from_instance = _named  # type: ignore[method-assign] # Django's own way


class StackingGroupForm(RefusableForm):
    """How the campaigns of a group stack."""

    weights = ByUnitField(
        label=_("Weights"),
        help_text=_("What one of each unit weighs when the best for the member is chosen."),
        required=False,
    )

    class Meta:
        model = StackingGroup
        fields = ("name", "slug", "mode", "priority", "weights")


class PublishForm(forms.Form):
    """Publishing: what is forbidden is refused, what should be thought about is confirmed."""

    confirms = forms.BooleanField(
        label=_("I have read what should be thought about"),
        required=False,
        widget=UnfoldBooleanWidget(),
    )


class CloneForm(forms.Form):
    """A copy needs a name and a slug of its own."""

    name = forms.CharField(label=_("Name"), max_length=120, widget=UnfoldAdminTextInputWidget())
    slug = forms.SlugField(label=_("Slug"), max_length=60, widget=UnfoldAdminTextInputWidget())


class RollBackForm(ReasonForm):
    """Back to which version."""

    number = forms.IntegerField(
        label=_("Version"), min_value=1, widget=UnfoldAdminIntegerFieldWidget()
    )
    field_order = ("number", "reason")


class DayInput(UnfoldAdminTextInputWidget):
    """The browser's own choice of a day."""

    input_type = "date"

    def format_value(self, value: Any) -> str | None:
        """As browsers want it, whatever the language."""
        return value.isoformat() if isinstance(value, date) else value


def day_field(label: Any, help_text: Any = "") -> forms.DateField:
    """A day that a calendar can show."""
    return forms.DateField(
        label=label,
        help_text=help_text,
        required=False,
        widget=DayInput(),
        validators=[
            MinValueValidator(date(FIRST_YEAR, 1, 1)),
            MaxValueValidator(date(LAST_YEAR, 12, 30)),
        ],
    )


class MoveForm(forms.Form):
    """To which days; what is left empty stays. `seen` is what the page showed when it was made."""

    starts_on = day_field(_("Starts on"))
    ends_on = day_field(
        _("Ends with"), _("The last day. What is left empty stays, and so does the time of day.")
    )
    seen = forms.CharField(widget=forms.HiddenInput, max_length=100)

    @staticmethod
    def initial_of(campaign: Campaign) -> dict[str, Any]:
        """The days as they are, or as the next version will have them."""
        draft = campaign.versions.filter(published_at=None).first()
        dates = schedules.dates_to_be(campaign, draft)
        first, last = days.days_of(*dates, settings.PROGRAMME_TIME_ZONE)
        return {"starts_on": first, "ends_on": last, "seen": schedules.as_seen(dates)}


class SegmentBudgetForm(forms.Form):
    """A cap for the members of one segment."""

    segment = forms.ModelChoiceField(
        Segment.objects.filter(state=Segment.State.ACTIVE).order_by("name"),
        label=_("Segment"),
        widget=UnfoldAdminSelectWidget(),
    )
    units = forms.IntegerField(
        label=_("At most"),
        help_text=_("Points in all for its members. 0 lifts the cap."),
        min_value=0,
        max_value=10**12,
        widget=UnfoldAdminIntegerFieldWidget(),
    )
    per = forms.ChoiceField(
        label=_("Counted"),
        choices=[(each, label) for each, label in WINDOWS.items() if each != "hour"],
        initial="life",
        widget=UnfoldAdminSelectWidget(),
    )


def _named(obj: Any) -> str:
    """A fund as it is chosen: whose it is, and of which unit."""
    return f"{obj.partner}: {obj} ({obj.unit})"


class Indented(json.JSONEncoder):
    """JSON as people read it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**(kwargs | {"indent": 2}))


class BacktestForm(forms.Form):
    """The days from and to which; both count. Usually the last thirty."""

    since = forms.DateField(
        label=_("From"), widget=UnfoldAdminDateWidget(), initial=partial(day_before, 30)
    )
    through = forms.DateField(
        label=_("Through"), widget=UnfoldAdminDateWidget(), initial=partial(day_before, 1)
    )

    def clean(self) -> dict[str, Any]:
        """The two instants, in the programme's zone; a day that is not over ends now."""
        cleaned = super().clean() or {}
        since, through = cleaned.get("since"), cleaned.pop("through", None)
        if since is None or through is None:
            return cleaned
        zone = settings.PROGRAMME_TIME_ZONE
        until = min(start_of_day(through + timedelta(days=1), zone), clock.now())
        return {"since": start_of_day(since, zone), "until": until}


class TreeField(forms.JSONField):
    """JSON as a text that is empty when there is nothing in it, not "null"."""

    def prepare_value(self, value: Any) -> Any:
        """What stands in the text area."""
        return "" if value is None else super().prepare_value(value)


def tree_field(label: Any, help_text: Any, rows: int, **kwargs: Any) -> forms.JSONField:
    """A JSON text, large enough to read."""
    widget = UnfoldAdminTextareaWidget(
        attrs={"rows": rows, "spellcheck": "false", "class": "font-mono"}
    )
    return TreeField(label=label, help_text=help_text, widget=widget, encoder=Indented, **kwargs)


class RuleForm(forms.Form):
    """When, if, then, at most. The tree is checked by the operation, which names the place of a fault."""

    triggers = forms.MultipleChoiceField(
        label=_("When"),
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
        help_text=_("The activities that set the rule off."),
    )
    conditions = tree_field(
        _("If"),
        _(
            "Empty: always. A test is"
            ' {"field": "order.base", "op": "at_least", "value": "50.00"};'
            ' tests are joined by {"all": […]}, {"any": […]} and {"not": …}.'
        ),
        14,
        required=False,
    )
    effects = tree_field(
        _("Then"),
        _(
            'A list of {"kind": "earn", "unit": "points", "amount": 25},'
            ' {"kind": "earn", "unit": "points", "points": 1, "per": "1.00"},'
            ' {"kind": "multiply", "unit": "points", "factor": "2"},'
            ' {"kind": "badge", "badge": "slug"} or {"kind": "access", "name": "…", "days": 30}.'
        ),
        14,
    )
    limit = tree_field(
        _("At most"),
        _('For one member. Empty: no limit. {"times": 1, "units": 500, "per": "month"}'),
        5,
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = ActivityKind.objects.filter(is_active=True).order_by("name")
        self.fields["triggers"].choices = [  # type: ignore[attr-defined] # a choice field
            (kind.name, f"{kind.title} ({kind.name})") for kind in kinds
        ]

    @staticmethod
    def initial_of(version: RuleVersion | None) -> dict[str, Any]:
        """What the form starts with: the last version's words."""
        if version is None:
            return {}
        return {
            "triggers": version.triggers,
            "conditions": version.conditions or None,
            "effects": version.effects,
            "limit": version.limit or None,
        }

    def show(self, pointer: str, sentence: str) -> None:
        """Put a fault beside the field in which its pointer lies."""
        head = pointer.strip("/").split("/")[0]
        self.add_error(head if head in PLACES else "conditions", sentence)
