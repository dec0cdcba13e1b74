"""Budgets for the members of a segment."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loyalty.audiences.models import Segment
from loyalty.campaigns.domain.rules import WINDOWS
from loyalty.campaigns.models.campaigns import Campaign


class SegmentBudget(models.Model):
    """At most so many units of a campaign for the members of a segment, in all or in each window of the
    programme's calendar. Locked while the campaign's rules are evaluated.

    `used` is what was given in `window`, the last in which anything was; a new window begins at 0.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="segment_budgets")
    segment = models.ForeignKey(
        Segment, on_delete=models.PROTECT, related_name="+", verbose_name=_("segment")
    )
    units = models.BigIntegerField(_("points"), validators=[MinValueValidator(1)])
    per = models.CharField(
        _("per"), max_length=5, choices=[(each, each) for each in WINDOWS], default="life"
    )
    is_open = models.BooleanField(default=True)
    window = models.CharField(max_length=12, default="life")
    used = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("budget for a segment")
        verbose_name_plural = _("budgets for segments")
        constraints = [
            models.UniqueConstraint(fields=["campaign", "segment"], name="one_budget_a_segment"),
            models.CheckConstraint(
                condition=Q(units__gt=0) & Q(used__gte=0), name="segment_budget_counts"
            ),
        ]
