"""Levels of membership, reached by status points."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.models.ledger import Unit
from members.models.members import Member


class TierGroup(models.Model):
    """A ladder of tiers: what counts towards it, over which days, and how it lets members down."""

    class Window(models.TextChoices):
        ROLLING = "rolling", _("the last months, on every day")
        CALENDAR = "calendar", _("the calendar year")
        ANNIVERSARY = "anniversary", _("the membership year")
        FIXED = "fixed", _("terms from a fixed date on")

    class Downgrade(models.TextChoices):
        EARNED = "earned", _("straight to the tier that was earned")
        STEP = "step", _("one tier at each review")

    slug = models.SlugField(_("slug"), unique=True)
    name = models.CharField(_("name"), max_length=60)
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="tier_groups", verbose_name=_("unit")
    )
    window = models.CharField(
        _("what counts"), max_length=12, choices=Window.choices, default=Window.ROLLING
    )
    window_months = models.PositiveSmallIntegerField(
        _("window in months"), default=12, help_text=_("A year has 12.")
    )
    window_starts_on = models.DateField(
        _("a term starts on"),
        null=True,
        blank=True,
        help_text=_("For fixed terms only: the first day of any of them."),
    )
    downgrade = models.CharField(
        _("downgrade"), max_length=8, choices=Downgrade.choices, default=Downgrade.EARNED
    )
    grace_days = models.PositiveSmallIntegerField(
        _("days of grace"),
        default=0,
        help_text=_("After a review that was not passed, points can still be added for so long."),
    )
    undo_days = models.PositiveSmallIntegerField(
        _("days in which a return undoes an upgrade"),
        default=30,
        null=True,
        blank=True,
        help_text=_("Later returns wait for the review. Empty: all do."),
    )
    notice_days = models.PositiveSmallIntegerField(
        _("days of notice before a downgrade"), default=30, help_text=_("0: no message.")
    )

    class Meta:
        verbose_name = _("tier group")
        verbose_name_plural = _("tier groups")
        constraints = [
            models.CheckConstraint(
                condition=Q(window="fixed", window_starts_on__isnull=False)
                | (~Q(window="fixed") & Q(window_starts_on=None)),
                name="tier_group_fixed_has_start",
                violation_error_message=_(
                    "Fixed terms need a start date, other windows have none."
                ),
            ),
            models.CheckConstraint(
                condition=Q(window__in=["rolling", "fixed"], window_months__range=(1, 120))
                | Q(window__in=["calendar", "anniversary"], window_months=12),
                name="tier_group_months_fit",
                violation_error_message=_("A year has 12 months; other windows have 1 to 120."),
            ),
            models.CheckConstraint(
                condition=Q(grace_days__lte=365, notice_days__lte=365)
                & (Q(undo_days=None) | Q(undo_days__lte=365)),
                name="tier_group_days_within_a_year",
                violation_error_message=_("At most 365 days."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Tier(models.Model):
    """One step of a ladder. The lowest has threshold 0."""

    group = models.ForeignKey(TierGroup, on_delete=models.PROTECT, related_name="tiers")
    slug = models.SlugField(_("slug"))
    name = models.CharField(_("name"), max_length=60)
    threshold = models.PositiveIntegerField(_("threshold"), help_text=_("Status points needed."))
    benefits = models.CharField(_("benefits"), max_length=300, blank=True)
    reinstates_days = models.PositiveSmallIntegerField(
        _("days after expiry in which points can be reinstated"), default=0
    )

    class Meta:
        verbose_name = _("tier")
        verbose_name_plural = _("tiers")
        constraints = [
            models.UniqueConstraint(fields=["group", "threshold"], name="tier_threshold_once"),
            models.UniqueConstraint(fields=["group", "slug"], name="tier_slug_once"),
        ]

    def __str__(self) -> str:
        return self.name


class LadderVersion(models.Model):
    """How a ladder's terms stand from `starts_at` on (empty: ever). Append-only; of two from the same
    instant on, the later row holds.

    `thresholds` are `{tier id: status points}`. The group and its tiers show the newest.
    """

    group = models.ForeignKey(TierGroup, on_delete=models.PROTECT, related_name="versions")
    starts_at = models.DateTimeField(_("from"), null=True)
    window = models.CharField(_("what counts"), max_length=12, choices=TierGroup.Window.choices)
    window_months = models.PositiveSmallIntegerField(_("window in months"))
    window_starts_on = models.DateField(_("a term starts on"), null=True)
    downgrade = models.CharField(_("downgrade"), max_length=8, choices=TierGroup.Downgrade.choices)
    grace_days = models.PositiveSmallIntegerField(_("days of grace"))
    undo_days = models.PositiveSmallIntegerField(
        _("days in which a return undoes an upgrade"), null=True
    )
    thresholds = models.JSONField(_("thresholds"))

    class Meta:
        verbose_name = _("ladder's version")
        verbose_name_plural = _("ladders' versions")
        indexes = [models.Index(fields=["group", "starts_at", "id"], name="ladder_version_order")]

    def __str__(self) -> str:
        return f"{self.group} #{self.pk}"


class TierPeriod(models.Model):
    """From when to when a member held a tier, and why it began. The open one is the present.

    With `grace_from`, the review of that instant was not passed, and `review_at` ends the grace.
    """

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="tier_periods")
    tier = models.ForeignKey(Tier, on_delete=models.PROTECT, related_name="periods")
    group = models.ForeignKey(TierGroup, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField(_("from"))
    review_at = models.DateTimeField(_("review at"), null=True)
    ends_at = models.DateTimeField(_("until"), null=True)
    grace_from = models.DateTimeField(_("in grace from"), null=True)
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


class TierLiftQuerySet(models.QuerySet["TierLift"]):
    """Questions over tiers given by hand."""

    def running_at(self, at: datetime) -> "TierLiftQuerySet":
        """Lifts in force at an instant."""
        return self.filter(Q(ended_at=None) | Q(ended_at__gt=at), starts_at__lte=at, ends_at__gt=at)


class TierLift(models.Model):
    """A tier given by hand until `ends_at`, or until it was ended early. It never lowers anybody."""

    member = models.ForeignKey(
        Member, on_delete=models.PROTECT, related_name="tier_lifts", verbose_name=_("member")
    )
    tier = models.ForeignKey(
        Tier, on_delete=models.PROTECT, related_name="lifts", verbose_name=_("tier")
    )
    group = models.ForeignKey(TierGroup, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    ended_at = models.DateTimeField(_("ended early at"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300)
    given_by = models.CharField(_("given by"), max_length=150)

    objects = TierLiftQuerySet.as_manager()

    class Meta:
        verbose_name = _("tier given by hand")
        verbose_name_plural = _("tiers given by hand")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="tier_lift_has_length"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None)
                | Q(ended_at__gte=F("starts_at"), ended_at__lte=F("ends_at")),
                name="tier_lift_ended_within",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="tier_lift_has_reason"),
            models.UniqueConstraint(
                fields=["member", "tier", "ends_at"],
                condition=Q(ended_at=None),
                name="tier_lift_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tier} · {self.member}"
