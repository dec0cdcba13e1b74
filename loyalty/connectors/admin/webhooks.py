"""Webhooks in the staff console: where other systems listen, what they were told, and what came of it."""

import json
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display
from unfold.enums import ActionVariant

from loyalty.connectors import permissions
from loyalty.connectors.forms import TopicsForm, WebhookForm
from loyalty.connectors.models import WebhookDelivery, WebhookEndpoint
from loyalty.connectors.operations import webhook_secrets, webhooks
from members import clock
from members.console import ReadOnlyAdmin, Step, StepsAdmin, SurroundedAdmin
from members.domain.actors import Actor

State = WebhookDelivery.State
STATES = {"waiting": "info", "delivered": "success", "dead": "danger", "erased": "default"}
CHANGING = "connectors.change_webhookendpoint"
#: Messages that an endpoint's page shows; the list has them all.
LATEST = 10


def _shown_once(
    request: HttpRequest, endpoint: WebhookEndpoint, secret: str, said: str
) -> HttpResponse:
    """The page that shows a secret, this once; nothing keeps a copy of it."""
    context = {
        **admin.site.each_context(request),
        "title": endpoint.name,
        "opts": WebhookEndpoint._meta,
        "endpoint": endpoint,
        "secret": secret,
        "said": said,
    }
    response = TemplateResponse(request, "admin/connectors/new_webhook.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _show_rotated(request: HttpRequest, done: tuple[WebhookEndpoint, str]) -> HttpResponse:
    said = _("The secret has been changed. Copy it now: it is shown this once.")
    return _shown_once(request, *done, said)


def _to_test(request: HttpRequest, delivery: WebhookDelivery) -> HttpResponse:
    return redirect("admin:connectors_webhookdelivery_change", delivery.pk)


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(StepsAdmin, SurroundedAdmin, ReadOnlyAdmin):
    """Systems that are told of what happens."""

    list_display = ("name", "url", "topics_shown", "is_active", "overlap_until", "created_at")
    list_filter = ("is_active",)
    search_fields = ("name", "url")
    ordering = ("-id",)
    fields = ("name", "url", "topics_shown", ("is_active", "created_at"), "overlap_until")
    readonly_fields = ("topics_shown",)
    change_form_before_template = "admin/connectors/webhook.html"
    steps = (
        Step(
            "send_test",
            gettext_lazy("Send a test event"),
            gettext_lazy("It is sent a signed message, webhook.test, once."),
            CHANGING,
            webhooks.send_test,
            can=permissions.can_send_test,
            fits=lambda endpoint: endpoint.is_active,
            icon="send",
            variant=ActionVariant.PRIMARY,
            leads=_to_test,
        ),
        Step(
            "listen",
            gettext_lazy("Choose its events"),
            gettext_lazy("It is told of these from now on."),
            permissions.ADMINISTERING,
            webhooks.listen,
            can=permissions.can_choose_topics,
            form=TopicsForm,
            icon="checklist",
            starts=lambda endpoint: {"topics": endpoint.topics},
        ),
        Step(
            "rotate",
            gettext_lazy("Change its secret"),
            gettext_lazy(
                "The new secret is shown once. The one before signs as well for 24 hours, so that the"
                " receiver can change over when it suits."
            ),
            permissions.ADMINISTERING,
            webhook_secrets.rotate,
            can=permissions.can_rotate,
            fits=lambda endpoint: not endpoint.overlaps(clock.now()),
            icon="key",
            leads=_show_rotated,
        ),
        Step(
            "end_overlap",
            gettext_lazy("End the old secret now"),
            gettext_lazy("From now on only the new secret signs. This cannot be undone."),
            permissions.ADMINISTERING,
            webhook_secrets.end_overlap,
            can=permissions.can_end_overlap,
            fits=lambda endpoint: endpoint.overlaps(clock.now()),
            icon="key_off",
        ),
        Step(
            "switch_off",
            gettext_lazy("Switch off"),
            gettext_lazy("It is told nothing from now on. What waits for it is given up."),
            CHANGING,
            webhooks.switch_off,
            can=permissions.can_switch_off,
            fits=lambda endpoint: endpoint.is_active,
            icon="block",
            variant=ActionVariant.DANGER,
        ),
        Step(
            "switch_on",
            gettext_lazy("Switch on"),
            gettext_lazy(
                "It is told of what happens from now on. What was given up meanwhile can be told again,"
                " from the list of deliveries."
            ),
            permissions.ADMINISTERING,
            webhooks.switch_on,
            can=permissions.can_switch_on,
            fits=lambda endpoint: not endpoint.is_active,
            icon="play_arrow",
            variant=ActionVariant.PRIMARY,
        ),
    )

    @admin.display(description=gettext_lazy("events"))
    def topics_shown(self, endpoint: WebhookEndpoint) -> str:
        """Of what it is told."""
        return ", ".join(endpoint.topics) or _("everything")

    def around(self, request: HttpRequest, row: WebhookEndpoint) -> dict[str, Any]:
        """How many messages are in which state, each number its list, and the latest."""
        told = row.deliveries.filter(is_test=False)
        counted = dict(told.values_list("state").annotate(Count("pk")).order_by())
        home = reverse("admin:connectors_webhookdelivery_changelist")
        return {
            "endpoint": row,
            "overlap_until": row.overlap_until if row.overlaps(clock.now()) else None,
            "latest": row.deliveries.order_by("-pk")[:LATEST],
            "piles": [
                {
                    "label": label,
                    "count": counted.get(state, 0),
                    "link": f"{home}?endpoint__id__exact={row.pk}&is_test__exact=0&state__exact={state}",
                }
                for state, label in State.choices
            ],
        }

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Who may add them."""
        return bool(permissions.can_add_webhook(request.user))

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Add one and show its secret, this once."""
        if not self.has_add_permission(request):
            raise PermissionDenied(permissions.can_add_webhook(request.user).reason)
        form = WebhookForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            try:
                endpoint, secret = webhooks.add(**form.cleaned_data, actor=Actor.user(request.user))
            except ValidationError as refusal:
                form.add_error("url", refusal)
            else:
                said = _("The webhook has been added. Copy its secret now: it is shown this once.")
                return _shown_once(request, endpoint, secret, said)
        context = {
            **self.admin_site.each_context(request),
            "title": _("New webhook"),
            "opts": self.opts,
            "form": form,
        }
        status = 422 if request.method == "POST" else 200
        template = "admin/connectors/new_webhook.html"
        return TemplateResponse(request, template, context, status=status)


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(StepsAdmin, SurroundedAdmin, ReadOnlyAdmin):
    """Every message, and what came of it."""

    list_display = (
        "topic",
        "endpoint",
        "state_label",
        "attempts",
        "answered",
        "fault",
        "tried_at",
        "next_at",
    )
    list_filter = ("state", "is_test", "endpoint")
    search_fields = ("=key", "=topic")
    search_help_text = gettext_lazy("A cause or a topic")
    list_select_related = ("endpoint",)
    ordering = ("-id",)
    fields = (
        ("topic", "endpoint"),
        ("state", "is_test"),
        ("attempts", "answered"),
        ("created_at", "tried_at"),
        ("next_at", "fault"),
        "body_shown",
        "answer_shown",
        "key",
    )
    readonly_fields = ("body_shown", "answer_shown")
    change_form_before_template = "admin/connectors/delivery.html"
    bulk = ("replay",)
    steps = (
        Step(
            "replay",
            gettext_lazy("Tell it again"),
            gettext_lazy("The same message once more, with fresh attempts."),
            "connectors.change_webhookdelivery",
            webhooks.replay,
            can=permissions.can_replay,
            fits=lambda delivery: delivery.state == State.DEAD,
            icon="replay",
            variant=ActionVariant.PRIMARY,
        ),
    )

    def around(self, request: HttpRequest, row: WebhookDelivery) -> dict[str, Any]:
        """What came of it, in a sentence."""
        return {"delivery": row}

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any):
        """A page that waits for a test's outcome is loaded anew once there is one."""
        response = super().change_view(request, object_id, *args, **kwargs)
        delivery = (getattr(response, "context_data", None) or {}).get("delivery")
        if "HX-Request" in request.headers and delivery and delivery.state != State.WAITING:
            response["HX-Refresh"] = "true"
        return response

    @display(description=gettext_lazy("state"), ordering="state", label=STATES)
    def state_label(self, delivery: WebhookDelivery) -> tuple[str, str]:
        """In words, with its colour."""
        return delivery.state, delivery.get_state_display()

    @admin.display(description=gettext_lazy("message"))
    def body_shown(self, delivery: WebhookDelivery) -> SafeString:
        """What is sent, laid out to be read."""
        return _text(json.dumps(json.loads(delivery.body), indent=2, ensure_ascii=False))

    @admin.display(description=gettext_lazy("answer, how it began"))
    def answer_shown(self, delivery: WebhookDelivery) -> SafeString | str:
        """What came back at the last attempt, as it was."""
        return _text(delivery.answer) if delivery.answer else "–"


def _text(words: str) -> SafeString:
    return format_html(
        '<pre class="font-mono whitespace-pre-wrap break-all" tabindex="0">{}</pre>', words
    )
