"""Fields and widgets that the forms of the directory share."""

import uuid
from datetime import datetime
from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _


def new_key() -> str:
    """A fresh key for one rendering of a form: sending that rendering twice is one request."""
    return uuid.uuid4().hex


def offer(form: forms.Form, name: str, rows: models.QuerySet) -> None:
    """Let the field `name` choose among `rows`."""
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = rows


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class WallTimeField(forms.Field):
    """A date and time as a venue's wall shows it: without a zone on purpose. Near the ends of the calendar
    there is no instant for every one, so nothing is scheduled there."""

    YEARS = range(1900, 3000)
    widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})

    def to_python(self, value: Any) -> datetime | None:
        """A naive datetime, or None when empty."""
        if value in self.empty_values:
            return None
        try:
            found = datetime.fromisoformat(str(value)).replace(tzinfo=None, second=0, microsecond=0)
        except ValueError:
            found = None
        if found is None or found.year not in self.YEARS:
            raise forms.ValidationError(_("Enter a date and a time."), code="invalid")
        return found
