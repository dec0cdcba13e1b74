"""The journeys of containers."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.models import Member


class RefillCycle(models.Model):
    """One journey of a container (its serial) for one order of a member, and the steps told of it.

    `loyalty.campaigns.domain.refills` holds which step may follow which.
    """

    class State(models.TextChoices):
        ORDERED = "ordered", _("ordered")
        SHIPPED = "shipped", _("sent out")
        RETURNED = "returned", _("sent back")
        INSPECTED = "inspected", _("inspected")
        REFILLED = "refilled", _("refilled")
        REJECTED = "rejected", _("rejected")

    serial = models.CharField(_("container"), max_length=200)
    number = models.PositiveIntegerField(_("cycle"))
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="refill_cycles")
    order_id = models.CharField(_("order"), max_length=200)
    state = models.CharField(_("state"), max_length=9, choices=State.choices)
    told = ArrayField(models.CharField(max_length=9, choices=State.choices))
    changed_at = models.DateTimeField(_("changed at"))

    class Meta:
        verbose_name = _("refill cycle")
        verbose_name_plural = _("refill cycles")
        constraints = [
            models.UniqueConstraint(fields=["serial", "number"], name="refill_cycle_numbered"),
            models.UniqueConstraint(
                fields=["serial", "member", "order_id"], name="refill_cycle_once_an_order"
            ),
            models.UniqueConstraint(
                fields=["serial"],
                condition=~Q(state__in=["refilled", "rejected"]),
                name="container_in_one_order",
            ),
        ]
        indexes = [models.Index(fields=["member", "order_id"], name="refill_cycle_of_order")]

    def __str__(self) -> str:
        return f"{self.serial} #{self.number}"
