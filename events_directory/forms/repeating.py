"""Whether a micro-event comes again, and how."""

from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from events_directory.domain.repeats import LAST, MONTHLY, MOST, WEEKLY, Repeat, nth_of
from events_directory.forms.fields import DateInput, WallTimeField, offer
from events_directory.models import Venue


class RepeatForm(forms.Form):
    """Whether it comes again. The weekday and which of the month, when not said, are those of the first
    date."""

    REPEATING: tuple[str, ...] = ("repeats", "weekdays", "nth", "times", "last_on")

    repeats = forms.ChoiceField(
        label=_("Does it come again?"),
        required=False,
        choices=[("", _("No")), (WEEKLY, _("Every week")), (MONTHLY, _("Every month"))],
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=_("On which days of the week?"),
        required=False,
        choices=list(WEEKDAYS.items()),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("For every week. None: on the weekday of the first date."),
    )
    nth = forms.TypedChoiceField(
        label=_("On which of the month?"),
        required=False,
        coerce=int,
        empty_value=0,  # type: ignore[arg-type] # whatever `coerce` makes; the stubs know text only
        choices=[
            ("", _("as the first date")),
            (1, _("the first")),
            (2, _("the second")),
            (3, _("the third")),
            (4, _("the fourth")),
            (LAST, _("the last")),
        ],
        help_text=_("For every month, on the weekday of the first date."),
    )
    times = forms.IntegerField(
        label=_("How many times?"), required=False, min_value=2, max_value=MOST
    )
    last_on = forms.DateField(label=_("Or until which day?"), required=False, widget=DateInput())

    def clean(self) -> dict[str, Any]:
        """Adds `repeat`: the rule, or None when it does not come again."""
        cleaned = super().clean() or {}
        starts = cleaned.get("starts")
        cleaned["repeat"] = None
        if not cleaned.get("repeats") or starts is None or self.errors:
            return cleaned
        times, last_on = cleaned.get("times"), cleaned.get("last_on")
        if (times is None) == (last_on is None):
            self.add_error("times", _("Say how many times, or until which day: one of both."))
            return cleaned
        is_weekly = cleaned["repeats"] == WEEKLY
        own_day = (starts.weekday(),)
        cleaned["repeat"] = Repeat(
            cleaned["repeats"],
            tuple(cleaned.get("weekdays") or own_day) if is_weekly else own_day,
            0 if is_weekly else cleaned.get("nth") or nth_of(starts.date()),
            count=times,
            until=last_on,
        )
        return cleaned

    @property
    def repeating(self) -> list[forms.BoundField]:
        """The fields of the rule."""
        return [self[name] for name in self.REPEATING]

    @property
    def is_repeating(self) -> bool:
        """Whether a rule was asked for."""
        return bool(self["repeats"].value())


class ForeseeForm(RepeatForm):
    """As much as is needed to say which dates would come of a rule."""

    starts = WallTimeField()
    venue = forms.ModelChoiceField(queryset=Venue.objects.none())

    def __init__(self, *args: Any, venues, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "venue", venues)
