"""Words to guests."""

from django import forms
from django.utils.translation import gettext_lazy as _

from events_directory.forms.fields import new_key
from events_directory.models import GuestNote


class GuestNoteForm(forms.Form):
    """The text, how many will read it, and the key of this request."""

    text = forms.CharField(
        label=_("What do you want to tell them?"),
        max_length=GuestNote.LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_(
            "Only what helps those who come: no advertising. It is kept, and staff can read it."
        ),
    )
    expected = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    key = forms.CharField(widget=forms.HiddenInput, max_length=100, initial=new_key)

    def asking_again(self, number: int) -> "GuestNoteForm":
        """The same form with its faults, for as many guests as there are now."""
        again = GuestNoteForm(dict(self.data.items()) | {"expected": str(number)})
        again._errors = self.errors  # type: ignore[attr-defined] # Django's own, which the stubs leave out
        return again
