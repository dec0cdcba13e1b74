"""The keys by which a purchase without a member is matched: card tokens, phone numbers, e-mail addresses."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.domain.keys import CARD, EMAIL, PHONE
from members.models.activities import Activity
from members.models.members import Member


class CustomerKey(models.Model):
    """One key, as a keyed hash, and whose it is: nobody's as long as only purchases have named it.

    The value itself is not kept anywhere. The row is what the matching locks, so that a purchase told
    and a key given at the same moment see each other.
    """

    class Kind(models.TextChoices):
        CARD = CARD, _("card")
        PHONE = PHONE, _("phone number")
        EMAIL = EMAIL, _("e-mail address")

    kind = models.CharField(_("kind"), max_length=5, choices=Kind.choices)
    digest = models.BinaryField(max_length=32)
    member = models.ForeignKey(
        Member, on_delete=models.PROTECT, null=True, related_name="customer_keys"
    )
    noted_at = models.DateTimeField(_("first told at"))
    given_at = models.DateTimeField(_("given at"), null=True)

    class Meta:
        verbose_name = _("customer key")
        verbose_name_plural = _("customer keys")
        constraints = [
            models.UniqueConstraint(fields=["kind", "digest"], name="customer_key_once"),
            models.CheckConstraint(
                condition=Q(member=None, given_at=None)
                | Q(member__isnull=False, given_at__isnull=False),
                name="customer_key_given_when_owned",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"


class ActivityKey(models.Model):
    """That a parked activity named this key. Deleted once the activity has found its member."""

    pk = models.CompositePrimaryKey("activity_id", "key_id")
    activity = models.ForeignKey(
        Activity, on_delete=models.PROTECT, related_name="keys", db_index=False
    )
    key = models.ForeignKey(CustomerKey, on_delete=models.PROTECT, related_name="activities")

    class Meta:
        verbose_name = _("key of an activity")
        verbose_name_plural = _("keys of activities")
