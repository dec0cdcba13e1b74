"""What members did."""

from django.db import models
from django.db.models.fields.json import KeyTransform
from django.utils.translation import gettext_lazy as _

from members.models.members import Member


class ActivityKind(models.Model):
    """A kind of activity and the JSON Schema its payload must meet."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    title = models.CharField(_("title"), max_length=120)
    schema = models.JSONField(_("schema"), default=dict)
    version = models.PositiveIntegerField(_("version"), default=1)
    is_active = models.BooleanField(_("active"), default=True)
    is_shipped = models.BooleanField(_("shipped with Laurel"), default=False, editable=False)

    class Meta:
        verbose_name = _("activity kind")
        verbose_name_plural = _("activity kinds")

    def __str__(self) -> str:
        return self.title


class ActivityKindVersion(models.Model):
    """One wording of a kind's schema, from when it was made until the next one; it never changes."""

    kind = models.ForeignKey(
        ActivityKind, on_delete=models.PROTECT, related_name="versions", verbose_name=_("kind")
    )
    number = models.PositiveIntegerField(_("version"))
    schema = models.JSONField(_("schema"))
    created_at = models.DateTimeField(_("from"))
    created_by = models.CharField(_("by"), max_length=150)

    class Meta:
        verbose_name = _("activity kind's version")
        verbose_name_plural = _("activity kinds' versions")
        constraints = [
            models.UniqueConstraint(fields=["kind", "number"], name="kind_version_numbered")
        ]

    def __str__(self) -> str:
        return f"{self.number}"


class Activity(models.Model):
    """A fact that was told to us once, for ever known by (source, external id).

    `occurred_at` is when the member did it and picks rules and windows; `received_at` is when we
    were told. `subject` is the member reference as it was sent; `member` is who that turned out to
    be. The payload is never changed; its hash tells a retry from a different statement.

    `worth` is what an order's earning base came to when it was told, in minor units of the programme's
    currency; below zero, what a part that came back takes off it; empty for everything else.
    `kind_version` is the number of the schema that the payload was checked against; empty for what we
    recorded ourselves, and for what was told before that was kept.
    """

    class Status(models.TextChoices):
        ACCEPTED = "accepted", _("accepted")
        PARKED = "parked", _("parked")
        QUARANTINED = "quarantined", _("quarantined")
        DECLINED = "declined", _("declined")

    source = models.CharField(_("source"), max_length=100)
    external_id = models.CharField(_("id at the source"), max_length=200)
    kind = models.CharField(_("kind"), max_length=60)
    subject = models.CharField(_("member reference"), max_length=100, blank=True)
    member = models.ForeignKey(
        Member, on_delete=models.PROTECT, null=True, related_name="activities"
    )
    occurred_at = models.DateTimeField(_("occurred at"))
    received_at = models.DateTimeField(_("received at"))
    payload = models.JSONField(_("payload"), default=dict)
    body_hash = models.BinaryField(max_length=32)
    status = models.CharField(_("status"), max_length=12, choices=Status.choices)
    status_reason = models.CharField(_("reason"), max_length=200, blank=True)
    recorded_by = models.CharField(_("recorded by"), max_length=120)
    worth = models.BigIntegerField(_("worth"), null=True)
    kind_version = models.PositiveIntegerField(_("version of the kind"), null=True)

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="activity_told_once"),
            models.CheckConstraint(
                condition=models.Q(member__isnull=False) | ~models.Q(status="accepted"),
                name="activity_accepted_has_member",
            ),
        ]
        indexes = [
            models.Index(
                fields=["member", "kind", "occurred_at", "id"],
                include=["status", "worth"],
                name="activity_past",
            ),
            models.Index(
                fields=["subject"], name="activity_parked", condition=models.Q(status="parked")
            ),
            models.Index(
                models.F("member"),
                KeyTransform("order_id", "payload"),
                name="activity_of_order",
                condition=models.Q(
                    kind__in=[
                        "order.placed",
                        "order.fulfilled",
                        "order.returned",
                        "order.cancelled",
                    ]
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.source}/{self.external_id}"
