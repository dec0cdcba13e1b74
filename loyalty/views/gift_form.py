"""What a member says to give points to another."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.models import Balance, Member, Unit
from members.operations import gifts


class GiftForm(forms.Form):
    """To whom, by the code they told; how much; with which words.

    Only a code finds anybody, and whatever is no code gets the same sentence: a member's reference,
    a name or a slip of the pen tell nothing about who is here. `key` is made with the page, so that a
    button pressed twice gives once.
    """

    code = forms.CharField(
        label=_("Their gift code"),
        max_length=20,
        help_text=_("They find it under “Gifts”, like K7QP-3MXD."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    amount = forms.IntegerField(label=_("How many"), min_value=1, max_value=10**9)
    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("Of what"), empty_label=None)
    message = forms.CharField(label=_("A few words"), max_length=200, required=False)
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, giver: Member, *args: Any, reads_codes: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.giver, self._reads_codes = giver, reads_codes
        self.units = list(Unit.objects.filter(purpose=Unit.Purpose.SPENDABLE).order_by("pk"))
        field = self.fields["unit"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Unit.objects.filter(pk__in=[unit.pk for unit in self.units])
        if len(self.units) == 1:
            field.widget, field.initial = forms.HiddenInput(), self.units[0].pk

    def clean_code(self) -> Member:
        """Whose code it is. The giver's own is answered here, for it is no secret to them."""
        if not self._reads_codes:
            sentence = _("That were too many wrong codes. Try again in an hour.")
            raise forms.ValidationError(sentence, code="tired")
        receiver = gifts.bearer_of(self.cleaned_data["code"])
        if receiver is None:
            sentence = _("This code leads to nobody. Ask for it again, letter by letter.")
            raise forms.ValidationError(sentence, code="unknown")
        if receiver.pk == self.giver.pk:
            raise forms.ValidationError(_("This is your own code."), code="own")
        return receiver

    def clean(self) -> dict[str, Any]:
        """There must be enough to give; the ledger asks again when it is given."""
        cleaned = super().clean() or {}
        if {"unit", "amount"} <= set(cleaned) and self._left(cleaned) < 0:
            self.add_error("amount", _("You do not have as many."))
        return cleaned

    def foreseen(self) -> dict[str, Any]:
        """Whom it reaches, by the name they show to others, and what is left."""
        asked = self.cleaned_data
        return {"asked": asked, "receiver": asked["code"], "left": self._left(asked)}

    def _left(self, asked: dict[str, Any]) -> int:
        wallet = Balance.objects.filter(
            account__member=self.giver, account__unit=asked["unit"], account__kind="wallet"
        )
        return sum(wallet.values_list("amount", flat=True)) - asked["amount"]
