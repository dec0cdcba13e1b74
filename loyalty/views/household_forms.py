"""What members say about their household: its name, a code, how much goes in or out."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from members.models import Unit
from members.operations import households


class OpenForm(forms.Form):
    """A household of one's own."""

    name = forms.CharField(
        label=_("What do you call it?"),
        max_length=60,
        help_text=_("Everybody in it reads this name."),
    )


class JoinForm(forms.Form):
    """The code that the head of a household gave away. Whatever is no code gets the same sentence."""

    code = forms.CharField(
        label=_("Code of the household"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )

    def __init__(self, *args: Any, reads_codes: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._reads_codes = reads_codes

    def clean_code(self) -> str:
        """It must lead somewhere; the household is found again when the seat is taken."""
        if not self._reads_codes:
            sentence = _("That were too many wrong codes. Try again in an hour.")
            raise forms.ValidationError(sentence, code="tired")
        self.household = households.invited_to(self.cleaned_data["code"])
        if self.household is None:
            sentence = _("This code leads to no household. Ask for it again, letter by letter.")
            raise forms.ValidationError(sentence, code="unknown")
        return self.cleaned_data["code"]


class MoveForm(forms.Form):
    """So many points of a unit. `key` is made with the page, so that sent twice it moves once."""

    amount = forms.IntegerField(label=_("How many"), min_value=1, max_value=10**9)
    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("Of what"), empty_label=None)
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(self, *args: Any, units: list[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["unit"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Unit.objects.filter(pk__in=[unit.pk for unit in units])
        if len(units) == 1:
            field.widget, field.initial = forms.HiddenInput(), units[0].pk


class LimitForm(forms.Form):
    """How much each may take out a day."""

    limit = forms.IntegerField(
        label=_("Points that each may take out a day"),
        min_value=0,
        max_value=10**9,
        required=False,
        help_text=_("Empty: any. It does not hold for you."),
    )
