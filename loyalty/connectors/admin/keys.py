"""API keys in the staff console: created once, shown once, revoked at once."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextInputWidget

from loyalty.connectors import permissions
from loyalty.connectors.models import ApiKey
from loyalty.connectors.operations import keys
from members.console import ReadOnlyAdmin, Step, StepsAdmin
from members.domain.actors import Actor


class KeyForm(forms.Form):
    """A name that people recognise, and what the key may do."""

    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("Who uses it, for example “Shop in Weimar”."),
    )
    scopes = forms.MultipleChoiceField(
        label=_("Scopes"),
        choices=[(scope, scope) for scope in keys.SCOPES],
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
        help_text=_("As few as it needs."),
    )


@admin.register(ApiKey)
class ApiKeyAdmin(StepsAdmin, ReadOnlyAdmin):
    """Keys. Only a hash is kept, so a lost key is replaced, never shown again."""

    list_display = ("name", "prefix", "scopes_shown", "created_at", "last_used_on", "revoked_at")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter),)
    search_fields = ("name", "prefix")
    ordering = ("-id",)
    fields = ("name", "prefix", "scopes_shown", "created_at", "last_used_on", "revoked_at")
    readonly_fields = ("scopes_shown",)
    steps = (
        Step(
            "revoke",
            _("Revoke key"),
            _("The key stops working with the next request. This cannot be undone."),
            "connectors.change_apikey",
            keys.revoke,
            can=permissions.can_revoke_key,
            fits=lambda key: key.revoked_at is None,
            icon="block",
            variant=ActionVariant.DANGER,
        ),
    )

    @admin.display(description=_("scopes"))
    def scopes_shown(self, key: ApiKey) -> str:
        """What it may do."""
        return ", ".join(key.scopes)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Who may create keys."""
        return bool(permissions.can_create_key(request.user))

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Create a key and show its text, this once."""
        if not self.has_add_permission(request):
            raise PermissionDenied(permissions.can_create_key(request.user).reason)
        form = KeyForm(request.POST if request.method == "POST" else None)
        text, status = "", 200
        if request.method == "POST":
            if form.is_valid():
                _key, text = keys.create(
                    form.cleaned_data["name"],
                    scopes=form.cleaned_data["scopes"],
                    actor=Actor.user(request.user),
                )
            else:
                status = 422
        context = {
            **self.admin_site.each_context(request),
            "title": _("New API key"),
            "opts": self.opts,
            "form": form,
            "key_text": text,
        }
        response = TemplateResponse(
            request, "admin/connectors/new_key.html", context, status=status
        )
        response["Cache-Control"] = "no-store"
        return response
