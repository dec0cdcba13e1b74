"""Achievements and streaks: what is kept count of, and what each member has done towards it."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.models import Member
from recognition.domain import achievements, streaks
from recognition.models.badges import Badge


class Standing(models.TextChoices):
    """Whether something can be worked towards."""

    DRAFT = "draft", _("draft")
    ACTIVE = "active", _("active")
    ARCHIVED = "archived", _("archived")


class GoalQuerySet(models.QuerySet):
    """Questions over achievements and streaks."""

    def active(self) -> "GoalQuerySet":
        """Those that can be worked towards now."""
        return self.filter(state=Standing.ACTIVE)


class Goal(models.Model):
    """What achievements and streaks have in common. What they ask for is fixed once they are active."""

    State = Standing
    #: Which state may follow which.
    STEPS = Badge.STEPS

    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=80)
    criteria = models.CharField(
        _("criteria"), max_length=300, help_text=_("What a member does for it, in plain words.")
    )
    state = models.CharField(
        _("state"), max_length=8, choices=Standing.choices, default=Standing.DRAFT
    )
    created_at = models.DateTimeField(_("created at"), editable=False)

    objects = GoalQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:
        """Whether it can be worked towards now."""
        return self.state == Standing.ACTIVE


class Achievement(Goal):
    """So many steps within a period. Campaign rules say what a step is; these are the terms."""

    class Period(models.TextChoices):
        DAY = "day", _("a day")
        WEEK = "week", _("a week")
        MONTH = "month", _("a month")
        YEAR = "year", _("a year")
        LIFE = "life", _("without an end")

    class Recurrence(models.TextChoices):
        ONCE = "once", _("once")
        EACH_PERIOD = "each_period", _("once in each period")
        REPEAT = "repeat", _("again and again")

    step_words = models.CharField(
        _("steps are called"), max_length=40, help_text=_("“refills”, for “3 of 10 refills”.")
    )
    target = models.PositiveIntegerField(_("target"), validators=[MinValueValidator(1)])
    period = models.CharField(
        _("within"), max_length=5, choices=Period.choices, default=Period.LIFE
    )
    recurrence = models.CharField(
        _("can be reached"), max_length=11, choices=Recurrence.choices, default=Recurrence.ONCE
    )
    carries = models.BooleanField(
        _("what is on top counts towards the next time"),
        default=False,
        help_text=_("Only where it can be reached again and again: 120 of 100 leaves 20."),
    )
    badge = models.ForeignKey(
        Badge,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="achievements",
        verbose_name=_("badge"),
        help_text=_("Won by reaching it."),
    )

    class Meta:
        verbose_name = _("achievement")
        verbose_name_plural = _("achievements")
        constraints = [
            models.CheckConstraint(condition=Q(target__gt=0), name="achievement_has_target"),
            models.CheckConstraint(
                condition=Q(carries=False) | Q(recurrence="repeat"),
                name="achievement_carries_when_repeated",
                violation_error_message=_("Only what is reached again and again carries over."),
            ),
            models.CheckConstraint(
                condition=~Q(recurrence="each_period", period="life"),
                name="achievement_period_comes_again",
                violation_error_message=_("A period without an end does not come again."),
            ),
        ]

    @property
    def terms(self) -> achievements.Terms:
        """What it asks for, as the arithmetic needs it."""
        return achievements.Terms(self.target, self.period, self.recurrence, self.carries)


class AchievementStep(models.Model):
    """Steps that a member took, once for each cause `key`, on their own calendar `day`."""

    achievement = models.ForeignKey(Achievement, on_delete=models.PROTECT, related_name="taken")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=200)
    steps = models.PositiveIntegerField()
    taken_at = models.DateTimeField()
    day = models.DateField()
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["achievement", "member", "key"], name="achievement_step_once"
            ),
            models.CheckConstraint(condition=Q(steps__gt=0), name="achievement_step_counts"),
        ]
        indexes = [
            models.Index(fields=["member", "achievement"], name="achievement_steps_of"),
            models.Index(fields=["key"], name="achievement_step_cause"),
        ]


class Progress(models.Model):
    """How far a member is in one period: the replay of their steps. `told` is how often its being reached
    was told; that never falls, also when steps are taken back."""

    achievement = models.ForeignKey(Achievement, on_delete=models.PROTECT, related_name="progress")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="progress")
    period = models.CharField(_("period"), max_length=12)
    steps = models.PositiveIntegerField(_("steps"))
    reached = models.PositiveIntegerField(_("times reached"), default=0)
    told = models.PositiveIntegerField(default=0)
    reached_on = models.DateField(_("last reached on"), null=True)

    class Meta:
        verbose_name = _("progress")
        verbose_name_plural = _("progress")
        constraints = [
            models.UniqueConstraint(
                fields=["member", "achievement", "period"], name="progress_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.achievement_id} {self.period}: {self.steps}"


class Streak(Goal):
    """Weeks in a row, or days. Campaign rules say what keeps one; these are the terms."""

    class Every(models.TextChoices):
        WEEK = streaks.WEEK, _("a week")
        DAY = streaks.DAY, _("a day")

    class Period(models.TextChoices):
        WEEK = "week", _("a week")
        MONTH = "month", _("a month")
        YEAR = "year", _("a year")

    every = models.CharField(
        _("kept once"),
        max_length=4,
        choices=Every.choices,
        default=Every.WEEK,
        help_text=_("A week leaves room for a life; it is the member's own, and begins on Monday."),
    )
    freezes = models.PositiveSmallIntegerField(
        _("freezes"),
        default=0,
        validators=[MaxValueValidator(31)],
        help_text=_("So many missed weeks, or days, in a period do not end it."),
    )
    freeze_period = models.CharField(
        _("freezes count for"), max_length=5, choices=Period.choices, default=Period.MONTH
    )
    milestones = ArrayField(
        models.PositiveSmallIntegerField(validators=[MinValueValidator(1)]),
        verbose_name=_("milestones"),
        default=list,
        size=20,
        blank=True,
        help_text=_("Numbers of weeks, or days: 4, 12, 52. Each is told to rules once a run."),
    )

    class Meta:
        verbose_name = _("streak")
        verbose_name_plural = _("streaks")
        constraints = [
            models.CheckConstraint(
                condition=Q(freezes__lte=31), name="streak_freezes_within_month"
            ),
            models.CheckConstraint(
                condition=~Q(every="week", freeze_period="week"),
                name="streak_week_can_be_missed",
                violation_error_message=_("Weeks have their freezes in a month or a year."),
            ),
        ]

    @property
    def terms(self) -> streaks.Terms:
        """What it asks for, as the arithmetic needs it."""
        return streaks.Terms(self.freezes, self.freeze_period, tuple(self.milestones), self.every)


class StreakDay(models.Model):
    """That a member kept a streak on one of their own days, once for each cause `key`. The day counts (and
    its week) as long as one of its causes was not taken back."""

    streak = models.ForeignKey(Streak, on_delete=models.PROTECT, related_name="days")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=200)
    kept_at = models.DateTimeField()
    day = models.DateField()
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["streak", "member", "key"], name="streak_day_once")
        ]
        indexes = [
            models.Index(fields=["member", "streak", "day"], name="streak_days_of"),
            models.Index(fields=["key"], name="streak_day_cause"),
        ]


class StreakMilestone(models.Model):
    """That a member was told of a milestone: the day on which their run became so long, or the first of
    that week."""

    streak = models.ForeignKey(Streak, on_delete=models.PROTECT, related_name="told")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    milestone = models.PositiveSmallIntegerField(_("weeks or days"))
    reached_on = models.DateField(_("reached on"))
    told_at = models.DateTimeField(_("told at"))

    class Meta:
        verbose_name = _("streak's milestone")
        verbose_name_plural = _("streaks' milestones")
        constraints = [
            models.UniqueConstraint(
                fields=["streak", "member", "milestone", "reached_on"], name="milestone_told_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.milestone} · {self.reached_on}"
