"""What a person looks at before it counts, and the rules that say what that is."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loyalty.campaigns.domain.reviews import EARN, SPEND, Watch
from loyalty.rewards.models import Redemption
from members.models import Activity, Member, Unit


class ReviewRule(models.Model):
    """A rule for looking first. It is asked while it is active; what changed it is in the audit trail."""

    class Side(models.TextChoices):
        EARN = EARN, _("earning")
        SPEND = SPEND, _("spending")

    class State(models.TextChoices):
        ACTIVE = "active", _("active")
        PAUSED = "paused", _("paused")

    slug = models.SlugField(_("slug"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    side = models.CharField(_("looks at"), max_length=5, choices=Side.choices)
    subjects = ArrayField(
        models.CharField(max_length=60),
        verbose_name=_("of these"),
        default=list,
        blank=True,
        help_text=_("Activity kinds, or rewards, separated by commas. Empty: all."),
    )
    window_hours = models.PositiveIntegerField(
        _("within hours"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(24 * 366)],
    )
    most_times = models.PositiveIntegerField(_("more often than"), null=True, blank=True)
    most_units = models.PositiveBigIntegerField(_("more points than"), null=True, blank=True)
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("points of")
    )
    factor = models.DecimalField(
        _("times the usual amount"),
        max_digits=6,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Above so many times the median of the member's last orders or redemptions."),
    )
    last = models.PositiveSmallIntegerField(
        _("of the last"), default=10, validators=[MinValueValidator(1), MaxValueValidator(50)]
    )
    least = models.PositiveSmallIntegerField(
        _("once there are"), default=3, validators=[MinValueValidator(1), MaxValueValidator(50)]
    )
    state = models.CharField(
        _("state"), max_length=6, choices=State.choices, default=State.PAUSED, editable=False
    )

    class Meta:
        verbose_name = _("rule for looking first")
        verbose_name_plural = _("rules for looking first")
        constraints = [
            models.CheckConstraint(
                condition=Q(most_times__isnull=False)
                | Q(most_units__isnull=False)
                | Q(factor__isnull=False),
                name="review_rule_asks_something",
                violation_error_message=_("Say what is too many, too much or unusual."),
            ),
            models.CheckConstraint(
                condition=Q(most_times=None, most_units=None) | Q(window_hours__isnull=False),
                name="review_rule_has_window",
                violation_error_message=_("Say within how many hours."),
            ),
            models.CheckConstraint(
                condition=Q(most_units=None) | Q(unit__isnull=False),
                name="review_rule_has_unit",
                violation_error_message=_("Say which points."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def as_watch(self) -> Watch:
        """As it is asked. Needs the unit."""
        hours = self.window_hours
        return Watch(
            slug=self.slug,
            side=self.side,
            subjects=frozenset(self.subjects),
            window=None if hours is None else timedelta(hours=hours),
            most_times=self.most_times,
            most_units=self.most_units,
            unit=self.unit.code if self.unit else "",
            factor=self.factor,
            last=self.last,
            least=self.least,
        )


class ReviewCaseQuerySet(models.QuerySet["ReviewCase"]):
    """Questions over cases."""

    def open(self) -> "ReviewCaseQuerySet":
        """Those that wait for a person."""
        return self.filter(state=ReviewCase.State.OPEN)


class ReviewCase(models.Model):
    """That an activity, or a redemption, waits for a person: why, and what they decided. `reasons` are
    `{"rule", "code", "seen", "most"}`, one for each question that a rule answered with a doubt."""

    class State(models.TextChoices):
        OPEN = "open", _("to look at")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")

    #: The legal moves; `loyalty.campaigns.operations.reviews` is the only mover.
    MOVES: dict[str, tuple[str, ...]] = {
        State.OPEN: (State.ACCEPTED, State.DECLINED),
        State.ACCEPTED: (),
        State.DECLINED: (),
    }

    member = models.ForeignKey(
        Member, on_delete=models.PROTECT, related_name="review_cases", verbose_name=_("member")
    )
    activity = models.OneToOneField(
        Activity,
        on_delete=models.PROTECT,
        null=True,
        related_name="review",
        verbose_name=_("activity"),
    )
    redemption = models.OneToOneField(
        Redemption,
        on_delete=models.PROTECT,
        null=True,
        related_name="review",
        verbose_name=_("redemption"),
    )
    reasons: Any = models.JSONField(_("reasons"), default=list)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.OPEN)
    opened_at = models.DateTimeField(_("since"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decision = models.CharField(_("reason"), max_length=300, blank=True)

    objects = ReviewCaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case to look at")
        verbose_name_plural = _("cases to look at")
        permissions = [("decide_reviewcase", "Can accept and decline what is looked at")]
        constraints = [
            models.CheckConstraint(
                condition=Q(activity__isnull=False, redemption=None)
                | Q(activity=None, redemption__isnull=False),
                name="review_case_of_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(state="open", decided_at=None)
                | ~Q(state="open") & Q(decided_at__isnull=False),
                name="review_case_decided_when_not_open",
            ),
        ]
        indexes = [
            models.Index(fields=["opened_at"], name="review_case_open", condition=Q(state="open"))
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
