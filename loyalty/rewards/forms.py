"""The forms that exchange points and take coupons."""

from django import forms
from django.utils.translation import gettext_lazy as _


class RedeemForm(forms.Form):
    """`key` is made with the page, so that a button pressed twice redeems once."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    use_household = forms.BooleanField(
        label=_("Take what is missing from our household"), required=False
    )


class CouponForm(forms.Form):
    """A code, as it is read out or scanned."""

    code = forms.CharField(
        label=_("Coupon code"),
        max_length=100,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        help_text=_("Upper or lower case, with or without hyphens."),
    )


class CodesFileForm(forms.Form):
    """A file of coupon codes."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("One code a line, or CSV with the columns code and expires_on (2027-01-31)."),
    )

    def clean_file(self):
        """Text, and not larger than the largest pool."""
        given = self.cleaned_data["file"]
        if given.size > 5_000_000:
            raise forms.ValidationError(_("The file is larger than 5 MB."))
        try:
            given.text = given.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise forms.ValidationError(_("The file is not text in UTF-8.")) from error
        return given
