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


def is_of_our_time(at: datetime) -> bool:
    """Whether an instant or wall time is one that every clock and zone can show."""
    return 2000 <= at.year < 3000


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class WallTimeField(forms.Field):
    """A date and time as a venue's wall shows it: without a zone on purpose."""

    widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})

    def to_python(self, value: Any) -> datetime | None:
        """A naive datetime, or None when empty."""
        if value in self.empty_values:
            return None
        try:
            found = datetime.fromisoformat(str(value))
        except ValueError:
            raise forms.ValidationError(_("Enter a date and a time."), code="invalid") from None
        if not is_of_our_time(found):
            raise forms.ValidationError(_("Enter a date and a time."), code="invalid")
        return found.replace(tzinfo=None, second=0, microsecond=0)
