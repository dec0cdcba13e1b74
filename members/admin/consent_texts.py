"""What members are asked to agree to. A published version is never changed: the next one replaces it."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from members.console import OperationAdmin, RefusableForm
from members.domain.actors import Actor
from members.models import ConsentText
from members.operations import consent_texts

PARTS = ("title", "text", "changes")
WRITABLE = tuple(f"{part}_{code}" for code, _name in settings.LANGUAGES for part in PARTS)


class ConsentTextForm(RefusableForm):
    """The next version of one text, in all languages at once. The programme's own language is needed."""

    class Meta:
        model = ConsentText
        fields = ("purpose", "published_at")
        help_texts = {"published_at": _("Left empty: at once. Never in the past.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "published_at" in self.fields:
            self.fields["published_at"].required = False

    def clean(self) -> dict[str, Any] | None:
        """A language has a title and a text, or neither."""
        cleaned = super().clean() or {}
        for code, _name in settings.LANGUAGES:
            title, text = cleaned.get(f"title_{code}"), cleaned.get(f"text_{code}")
            if bool(title) != bool(text):
                missing = f"text_{code}" if title else f"title_{code}"
                self.add_error(missing, _("A wording has a title and a text."))
        return cleaned


def _wordings(fields: dict[str, Any]) -> dict[str, consent_texts.Wording]:
    return {
        code: (fields[f"title_{code}"], fields[f"text_{code}"], fields[f"changes_{code}"])
        for code, _name in settings.LANGUAGES
        if fields.get(f"title_{code}")
    }


def _with_languages(form: type[ConsentTextForm]) -> type[ConsentTextForm]:
    """The form with three fields a language."""
    fields: dict[str, Any] = {}
    for code, name in settings.LANGUAGES:
        is_needed = code == settings.LANGUAGE_CODE
        fields[f"title_{code}"] = forms.CharField(
            label=_("Title (%(language)s)") % {"language": name},
            max_length=150,
            required=is_needed,
            widget=UnfoldAdminTextInputWidget(),
        )
        fields[f"text_{code}"] = forms.CharField(
            label=_("Text (%(language)s)") % {"language": name},
            required=is_needed,
            help_text=_("An empty line begins a paragraph, “## ” a heading."),
            widget=UnfoldAdminTextareaWidget(attrs={"rows": 14}),
        )
        fields[f"changes_{code}"] = forms.CharField(
            label=_("What changed (%(language)s)") % {"language": name},
            required=False,
            help_text=_("In a sentence or two; members read it before they agree."),
            widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        )
    return type("ConsentTextLanguagesForm", (form,), fields)


@admin.register(ConsentText)
class ConsentTextAdmin(OperationAdmin):
    """Every version in every language. Publishing asks members anew at their next sign-in."""

    form = _with_languages(ConsentTextForm)
    list_display = ("title", "purpose", "version", "language", "published_at")
    list_filter = ("purpose", "language")
    ordering = ("purpose", "-version", "language")

    def has_change_permission(self, request: HttpRequest, obj: ConsentText | None = None) -> bool:
        """Never: somebody may have agreed to it."""
        return False

    def get_fields(self, request: HttpRequest, obj: ConsentText | None = None) -> tuple:
        """What is written, or what was."""
        if obj is None:
            return ("purpose", "published_at", *WRITABLE)
        return ("purpose", ("version", "language"), "published_at", *PARTS)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any):
        """Only the model's own fields are Django's to make."""
        kwargs["fields"] = ("purpose", "published_at") if obj is None else ()
        return super().get_form(request, obj, change, **kwargs)

    def add_row(self, actor: Actor, **fields: Any) -> ConsentText:
        """By the operation."""
        return consent_texts.publish(
            fields["purpose"],
            wordings=_wordings(fields),
            published_at=fields["published_at"],
            actor=actor,
        )
