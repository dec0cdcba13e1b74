"""The form in which a published campaign's frame is changed, and the input of amounts by unit."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    INPUT_CLASSES,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from loyalty.campaigns.models import Campaign, StackingGroup
from loyalty.campaigns.operations import frames
from members.models import Unit

COST_OF_ONE = _("What one of each unit costs in the programme's currency, for the budget in money.")


class ByUnitWidget(forms.Widget):
    """One small input for each unit of the programme, named `<field>-<unit>`."""

    use_fieldset = True

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        """A list of a unit's name and its amount each."""
        held = value if isinstance(value, Mapping) else {}
        start = (attrs or {}).get("id", f"id_{name}")
        rows = [
            (
                f"{start}-{code}",
                unit,
                flatatt(
                    {
                        "type": "text",
                        "inputmode": "decimal",
                        "name": f"{name}-{code}",
                        "id": f"{start}-{code}",
                        "value": held.get(code, ""),
                        "class": " ".join(INPUT_CLASSES),
                    }
                ),
            )
            for code, unit in Unit.objects.order_by("pk").values_list("code", "name")
        ]
        inputs = format_html_join("", '<p><label for="{}">{}</label> <input{}></p>', rows)
        return format_html('<div id="{}" class="by-unit">{}</div>', start, inputs)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, str]:
        """What was filled in, by unit."""
        codes = Unit.objects.order_by("pk").values_list("code", flat=True)
        said = {code: str(data.get(f"{name}-{code}") or "").strip() for code in codes}
        return {code: text for code, text in said.items() if text}

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """An amount that is left empty is none; only a form without the inputs leaves them out."""
        return not any(key.startswith(f"{name}-") for key in data)


class ByUnitField(forms.Field):
    """Amounts by unit, as decimal texts: `{"points": "0.008"}`."""

    widget = ByUnitWidget

    def clean(self, value: Any) -> dict[str, str]:
        """The amounts. Raises ValidationError for what is none."""
        try:
            frames.costs_of(value or {})
        except (ValueError, ArithmeticError):
            raise forms.ValidationError(_("Write amounts like 0.008.")) from None
        return dict(value or {})

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether any amount has."""
        return dict(initial or {}) != dict(data or {})


class ChangeForm(forms.Form):
    """A published campaign's frame as it will be with its next version; only what is changed is proposed.

    Emptied, a budget, a date or a group is lifted.
    """

    priority = forms.IntegerField(
        label=_("Priority"), min_value=0, max_value=32767, widget=UnfoldAdminIntegerFieldWidget()
    )
    group = forms.ModelChoiceField(
        StackingGroup.objects.order_by("priority", "slug"),
        label=_("Stacking group"),
        required=False,
        widget=UnfoldAdminSelectWidget(),
    )
    exclusive_category = forms.SlugField(
        label=_("Exclusive category"),
        help_text=_("Of the campaigns with the same word only the first that pays applies."),
        max_length=60,
        required=False,
        widget=UnfoldAdminTextInputWidget(),
    )
    budget_units = forms.IntegerField(
        label=_("Budget"), min_value=1, required=False, widget=UnfoldAdminIntegerFieldWidget()
    )
    budget_money = forms.IntegerField(
        label=_("Budget in money"),
        help_text=_("In the smallest unit of the programme's currency."),
        min_value=1,
        required=False,
        widget=UnfoldAdminIntegerFieldWidget(),
    )
    cost_per_unit = ByUnitField(label=_("Cost of one"), help_text=COST_OF_ONE, required=False)
    pays_partly = forms.BooleanField(
        label=_("Pays what is left"),
        help_text=_("When less is left than is due: pay the rest instead of nothing."),
        required=False,
        widget=UnfoldBooleanWidget(),
    )
    holdout_percent = forms.IntegerField(
        label=_("Holdout"),
        min_value=0,
        max_value=50,
        widget=UnfoldAdminIntegerFieldWidget(),
    )
    starts_at = forms.DateTimeField(
        label=_("From"), required=False, widget=UnfoldAdminTextInputWidget()
    )
    ends_at = forms.DateTimeField(
        label=_("Until"), required=False, widget=UnfoldAdminTextInputWidget()
    )

    def clean(self) -> dict[str, Any]:
        """Only what changes."""
        asked = super().clean() or {}
        changed = {name: asked[name] for name in self.changed_data if name in asked}
        if not changed and not self.errors:
            raise forms.ValidationError(_("Nothing is different yet."))
        return changed


def frame_to_be(campaign: Campaign) -> dict[str, Any]:
    """The frame with what the next version's draft already changes of it, for the form to start with."""
    draft = campaign.versions.filter(published_at=None).first()
    frame = frames.stored(campaign) | (draft.frame if draft else {})
    for name in frames.DATES:
        frame[name] = datetime.fromisoformat(frame[name]) if frame[name] else None
    return {name: value for name, value in frame.items() if name in ChangeForm.base_fields}
