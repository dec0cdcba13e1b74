"""What two memberships had both been given, though one person gets it once."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loyalty.campaigns.models.evaluations import Effect
from members.models import Merge


class MergedBonus(models.Model):
    """That a merge took `amount` points of an effect back, because the other member had had the same;
    until it was given again."""

    merge = models.ForeignKey(Merge, on_delete=models.PROTECT, related_name="bonuses")
    effect = models.ForeignKey(Effect, on_delete=models.PROTECT, related_name="merged")
    amount = models.BigIntegerField(_("points"))
    window = models.CharField(max_length=12, blank=True)
    given_again_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("bonus taken back by a merge")
        verbose_name_plural = _("bonuses taken back by merges")
        constraints = [
            models.UniqueConstraint(
                fields=["effect"], condition=Q(given_again_at=None), name="merged_bonus_once"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="merged_bonus_not_empty"),
        ]
