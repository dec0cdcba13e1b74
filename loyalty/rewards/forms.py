"""The form that exchanges points."""

from django import forms


class RedeemForm(forms.Form):
    """`key` is made with the page, so that a button pressed twice redeems once."""

    key = forms.UUIDField(widget=forms.HiddenInput)
