"""Levels of membership, reached by status points."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.models.ledger import Unit
from members.models.members import Member


class TierGroup(models.Model):
    """A ladder of tiers counted in one unit over a rolling window of months."""

    slug = models.SlugField(_("slug"), unique=True)
    name = models.CharField(_("name"), max_length=60)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="tier_groups")
    window_months = models.PositiveSmallIntegerField(_("window in months"), default=12)

    class Meta:
        verbose_name = _("tier group")
        verbose_name_plural = _("tier groups")

    def __str__(self) -> str:
        return self.name


class Tier(models.Model):
    """One step of a ladder. The lowest has threshold 0."""

    group = models.ForeignKey(TierGroup, on_delete=models.PROTECT, related_name="tiers")
    slug = models.SlugField(_("slug"))
    name = models.CharField(_("name"), max_length=60)
    threshold = models.PositiveIntegerField(_("threshold"), help_text=_("Status points needed."))
    benefits = models.CharField(_("benefits"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("tier")
        verbose_name_plural = _("tiers")
        constraints = [
            models.UniqueConstraint(fields=["group", "threshold"], name="tier_threshold_once"),
            models.UniqueConstraint(fields=["group", "slug"], name="tier_slug_once"),
        ]

    def __str__(self) -> str:
        return self.name


class TierPeriod(models.Model):
    """From when to when a member held a tier, and why it began. The open one is the present."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="tier_periods")
    tier = models.ForeignKey(Tier, on_delete=models.PROTECT, related_name="periods")
    group = models.ForeignKey(TierGroup, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField(_("from"))
    review_at = models.DateTimeField(_("review at"), null=True)
    ends_at = models.DateTimeField(_("until"), null=True)
    cause = models.CharField(_("cause"), max_length=20)

    class Meta:
        verbose_name = _("tier period")
        verbose_name_plural = _("tier periods")
        constraints = [
            models.UniqueConstraint(
                fields=["member", "group"], condition=Q(ends_at=None), name="tier_one_at_a_time"
            ),
            models.UniqueConstraint(
                fields=["member", "group", "starts_at"], name="tier_period_start_once"
            ),
        ]
        indexes = [
            models.Index(fields=["review_at"], name="tier_review_due", condition=Q(ends_at=None))
        ]
