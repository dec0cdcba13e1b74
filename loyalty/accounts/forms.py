"""What is agreed to, as forms. allauth builds its sign-up forms on the first of them."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.translation import gettext as _

from members.models import ConsentText, User
from members.operations import consent_texts

Purpose = ConsentText.Purpose


class TermsForm(forms.Form):
    """The terms in force: agreed to in the version that was read, or not at all."""

    terms = forms.BooleanField()
    terms_version = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.texts = consent_texts.in_force()
        text = self.texts[Purpose.TERMS]
        link = format_html(
            '<a href="{}" target="_blank">{}</a>', reverse("programme_terms"), text.title
        )
        self.fields["terms"].label = format_html(_("I agree to this: {}"), link)
        self.fields["terms"].error_messages["required"] = _(
            "Without agreeing to the terms you cannot take part."
        )
        self.fields["terms_version"].initial = str(text.version)

    def clean_terms_version(self) -> str:
        """Who read an older version is shown the new one first."""
        version = str(self.texts[Purpose.TERMS].version)
        if self.cleaned_data["terms_version"] != version:
            self.data = dict(self.data.items()) | {self.add_prefix("terms_version"): version}
            raise forms.ValidationError(
                _("The terms have changed just now. Please read them again.")
            )
        return version


class ConsentsForm(TermsForm):
    """What everybody is asked who signs up. Nothing is ticked beforehand."""

    field_order = ("email", "password1", "password2", "terms", "news")
    news = forms.BooleanField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        text = self.texts.get(Purpose.NEWS)
        if text is None:
            del self.fields["news"]
        else:
            self.fields["news"].label = text.title
            # Pages take what stands beside a field for HTML.
            self.fields["news"].help_text = escape(" ".join(text.text.split()))

    @property
    def agreed_news(self) -> str:
        """The version of the news text that was agreed to; empty when it was not."""
        return str(self.texts[Purpose.NEWS].version) if self.cleaned_data.get("news") else ""

    def signup(self, request: HttpRequest, user: User) -> None:
        """What was agreed to is stored with the membership (`AccountAdapter.save_user`)."""


class ErasureForm(forms.Form):
    """A step that cannot be undone is not taken by accident."""

    word = forms.CharField(max_length=20)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.wanted = _("ERASE")
        self.fields["word"].label = _("Type %(word)s to confirm") % {"word": self.wanted}
        self.fields["word"].widget.attrs["autocomplete"] = "off"

    def clean_word(self) -> str:
        """As it stands there; capitals or not."""
        word = self.cleaned_data["word"].strip()
        if word.upper() != self.wanted.upper():
            raise forms.ValidationError(_("This is not the word."))
        return word
