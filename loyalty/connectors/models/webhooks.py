"""Systems that are told of what happens, and each telling."""

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
    """Where a system listens. The secret that signs is sealed, and shown once."""

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
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created at"), editable=False)

    objects = WebhookEndpointQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")

    def __str__(self) -> str:
        return self.name


class WebhookDelivery(models.Model):
    """One message for one endpoint, told until it is taken or given up.

    `key` is its cause: the same cause is told to an endpoint once. `body` is sent as it is, each time. One
    about somebody who was erased meanwhile is told no more.
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
    answered = models.PositiveSmallIntegerField(_("answer"), null=True)
    fault = models.CharField(_("fault"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("created at"))
    tried_at = models.DateTimeField(_("last tried at"), null=True)

    class Meta:
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "key"], name="webhook_told_once")
        ]

    def __str__(self) -> str:
        return f"{self.topic} #{self.pk}"
