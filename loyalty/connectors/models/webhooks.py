"""Systems that are told of what happens, and each telling."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class WebhookEndpointQuerySet(models.QuerySet["WebhookEndpoint"]):
    """Questions over endpoints."""

    def listening_to(self, topic: str) -> "WebhookEndpointQuerySet":
        """Those that are told of a topic: they name it, or name none."""
        return self.filter(Q(topics=[]) | Q(topics__contains=[topic]), is_active=True)


class WebhookEndpoint(models.Model):
    """Where a system listens. The secret that signs is sealed, and shown once; the one before it signs as
    well until the end of an overlap."""

    name = models.CharField(_("name"), max_length=100)
    url = models.CharField(_("address"), max_length=500)
    topics = ArrayField(
        models.CharField(max_length=60),
        verbose_name=_("topics"),
        default=list,
        blank=True,
        help_text=_("Empty: everything."),
    )
    sealed = models.BinaryField(editable=False)
    sealed_before = models.BinaryField(null=True, editable=False)
    overlap_until = models.DateTimeField(
        _("the secret before it signs until"), null=True, editable=False
    )
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created at"), editable=False)

    objects = WebhookEndpointQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        permissions = [
            ("administer_webhookendpoint", "Can add webhooks and change their secrets and events")
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(sealed_before=None, overlap_until=None)
                | Q(sealed_before__isnull=False, overlap_until__isnull=False),
                name="webhook_old_secret_has_an_end",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def overlaps(self, at: datetime) -> bool:
        """Whether the secret before the current one still signs."""
        return self.overlap_until is not None and at < self.overlap_until


class WebhookDelivery(models.Model):
    """One message for one endpoint, told until it is taken or given up.

    `key` is its cause: the same cause is told to an endpoint once. `body` is sent as it is, each time, and
    `answer` is how the answer to the last attempt began. One about somebody who was erased meanwhile is
    told no more. A test is a message that somebody asked for: tried once, and nobody's work if it fails.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        DELIVERED = "delivered", _("delivered")
        DEAD = "dead", _("gave up")
        ERASED = "erased", _("not told: its member is erased")

    endpoint = models.ForeignKey(
        WebhookEndpoint, on_delete=models.PROTECT, related_name="deliveries"
    )
    key = models.CharField(_("cause"), max_length=200)
    topic = models.CharField(_("topic"), max_length=60)
    body = models.TextField(_("message"))
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    round = models.PositiveSmallIntegerField(default=1)
    is_test = models.BooleanField(_("test"), default=False)
    answered = models.PositiveSmallIntegerField(_("status of the answer"), null=True)
    answer = models.TextField(_("answer"), blank=True)
    fault = models.CharField(_("fault"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("created at"))
    tried_at = models.DateTimeField(_("last tried at"), null=True)
    next_at = models.DateTimeField(_("next try"), null=True)

    class Meta:
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "key"], name="webhook_told_once")
        ]

    def __str__(self) -> str:
        return f"{self.topic} #{self.pk}"
