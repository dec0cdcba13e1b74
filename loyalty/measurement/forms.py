"""Which liability to look at."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminDateWidget, UnfoldAdminSelectWidget

from members import clock
from members.domain.calendar import local_date
from members.models import Unit

#: No programme is older, and no report needs to look further ahead.
EARLIEST, LATEST = date(1970, 1, 1), date(2200, 1, 1)


class PeriodForm(forms.Form):
    """A unit, and the days from and to which; both count."""

    unit = forms.ModelChoiceField(
        Unit.objects.order_by("pk"),
        label=gettext_lazy("Unit"),
        to_field_name="code",
        empty_label=None,
        widget=UnfoldAdminSelectWidget(),
    )
    since = forms.DateField(label=gettext_lazy("From"), widget=UnfoldAdminDateWidget())
    through = forms.DateField(label=gettext_lazy("Through"), widget=UnfoldAdminDateWidget())

    def clean(self) -> dict[str, Any]:
        """A period that has at least a day."""
        cleaned = super().clean() or {}
        since, through = cleaned.get("since"), cleaned.get("through")
        if since and through and not EARLIEST <= since <= through <= LATEST:
            raise forms.ValidationError(_("It ends on the day it begins, or later."))
        return cleaned

    @property
    def until(self) -> date:
        """The first day that is over the end."""
        return self.cleaned_data["through"] + timedelta(days=1)

    @classmethod
    def usual(cls) -> dict[str, Any]:
        """This month so far, of the first unit."""
        today = local_date(clock.now(), settings.PROGRAMME_TIME_ZONE)
        unit = Unit.objects.order_by("pk").values_list("code", flat=True).first()
        return {"unit": unit, "since": today.replace(day=1), "through": today}
