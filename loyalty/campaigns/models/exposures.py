"""Who met a campaign with a holdout, and in which arm."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loyalty.campaigns.models.campaigns import Campaign, RuleVersion
from members.models import Activity, Member


class Exposure(models.Model):
    """That a campaign would have given a member something, for the first time: it did, or the member was
    held out. Stored for both arms by the same rule, so that they can be compared. Append-only."""

    class Arm(models.TextChoices):
        TREATED = "treated", _("treated")
        HELD_OUT = "held_out", _("held out")

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="exposures")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    rule_version = models.ForeignKey(RuleVersion, on_delete=models.PROTECT, related_name="+")
    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, related_name="+")
    arm = models.CharField(_("arm"), max_length=8, choices=Arm.choices)
    bucket = models.PositiveSmallIntegerField(_("bucket"))
    exposed_at = models.DateTimeField(_("exposed at"))

    class Meta:
        verbose_name = _("exposure")
        verbose_name_plural = _("exposures")
        constraints = [
            models.UniqueConstraint(fields=["campaign", "member"], name="exposed_once"),
            models.CheckConstraint(
                condition=Q(arm__in=["treated", "held_out"]), name="exposure_arm_known"
            ),
        ]
