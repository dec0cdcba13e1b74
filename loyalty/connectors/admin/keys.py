"""API keys and webhooks in the staff console: keys are created once, shown once, revoked at once."""

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
from loyalty.connectors.models import ApiKey, WebhookDelivery, WebhookEndpoint
from loyalty.connectors.operations import keys, webhooks
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


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(StepsAdmin, ReadOnlyAdmin):
    """Systems that are told of what happens. They are added on the command line (`add_webhook`)."""

    list_display = ("name", "url", "topics", "is_active", "created_at")
    list_filter = ("is_active",)
    search_fields = ("name", "url")
    ordering = ("-id",)
    fields = ("name", "url", "topics", "is_active", "created_at")
    steps = (
        Step(
            "switch_off",
            _("Switch off"),
            _("It is told nothing from now on. This cannot be undone."),
            "connectors.change_webhookendpoint",
            webhooks.switch_off,
            can=permissions.can_switch_off,
            fits=lambda endpoint: endpoint.is_active,
            icon="block",
            variant=ActionVariant.DANGER,
        ),
    )


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(StepsAdmin, ReadOnlyAdmin):
    """Every message, and what came of it."""

    list_display = ("topic", "endpoint", "state", "attempts", "answered", "fault", "tried_at")
    list_filter = ("state", "endpoint")
    search_fields = ("=key", "=topic")
    search_help_text = _("A cause or a topic")
    list_select_related = ("endpoint",)
    ordering = ("-id",)
    bulk = ("replay",)
    steps = (
        Step(
            "replay",
            _("Tell it again"),
            _("The same message once more, with fresh attempts."),
            "connectors.change_webhookdelivery",
            webhooks.replay,
            can=permissions.can_replay,
            fits=lambda delivery: delivery.state == WebhookDelivery.State.DEAD,
            icon="replay",
            variant=ActionVariant.PRIMARY,
        ),
    )
