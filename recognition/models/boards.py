"""Leaderboards and the scores behind them. `docs/algorithms/ranking.md` explains how they are kept."""

import secrets
from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.models import Member, Unit
from recognition.domain import ranking, windows


def new_salt() -> str:
    """What makes a member's alias on one board say nothing about the next."""
    return secrets.token_hex(16)


class LeaderboardQuerySet(models.QuerySet["Leaderboard"]):
    """Questions over boards."""

    def active(self) -> "LeaderboardQuerySet":
        """Boards that members see."""
        return self.filter(state=Leaderboard.State.ACTIVE)


class Leaderboard(models.Model):
    """Who earned most of a unit in a window of days, cut to the board's own dates.

    `window` is how the board is usually read; visitors may switch. A board with fewer than
    `minimum_visible` rows is not shown.
    """

    class Window(models.TextChoices):
        DAY = windows.Kind.DAY, _("day")
        WEEK = windows.Kind.WEEK, _("week")
        MONTH = windows.Kind.MONTH, _("month")
        QUARTER = windows.Kind.QUARTER, _("quarter")
        YEAR = windows.Kind.YEAR, _("year")
        ALL = windows.Kind.ALL, _("all time")
        CUSTOM = windows.Kind.CUSTOM, _("own dates")

    class Ties(models.TextChoices):
        COMPETITION = ranking.Ties.COMPETITION, _("1, 2, 2, 4")
        DENSE = ranking.Ties.DENSE, _("1, 2, 2, 3")
        UNIQUE = ranking.Ties.UNIQUE, _("1, 2, 3, 4")

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        ACTIVE = "active", _("active")
        ARCHIVED = "archived", _("archived")

    #: Which state may follow which.
    STEPS = {
        State.DRAFT: {State.ACTIVE},
        State.ACTIVE: {State.ARCHIVED},
        State.ARCHIVED: {State.ACTIVE},
    }

    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=80)
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("unit")
    )
    window = models.CharField(
        _("window"), max_length=8, choices=Window.choices, default=Window.MONTH
    )
    ties = models.CharField(
        _("ties"), max_length=12, choices=Ties.choices, default=Ties.COMPETITION
    )
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.DRAFT)
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(
        _("until"), null=True, blank=True, help_text=_("The first day that does not count.")
    )
    minimum_visible = models.PositiveSmallIntegerField(
        _("least rows"), default=5, help_text=_("A board with fewer people on it is hidden.")
    )
    salt = models.CharField(max_length=32, default=new_salt, editable=False)
    created_at = models.DateTimeField(_("created at"), editable=False)

    objects = LeaderboardQuerySet.as_manager()

    class Meta:
        verbose_name = _("leaderboard")
        verbose_name_plural = _("leaderboards")
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gt=F("starts_on")),
                name="board_lasts",
            ),
            models.CheckConstraint(
                condition=~Q(window="custom") | Q(starts_on__isnull=False, ends_on__isnull=False),
                name="board_custom_has_dates",
            ),
            models.CheckConstraint(
                condition=Q(minimum_visible__gte=1), name="board_minimum_positive"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def window_of(self, kind: str, day: date) -> windows.Window:
        """The window of `kind` that `day` lies in, cut to the board's own dates."""
        return windows.window(windows.Kind(kind), day).within(self.starts_on, self.ends_on)


class DailyScore(models.Model):
    """What a member earned of a unit on a local date, less what was taken back that day.

    Derived: recomputed from the ledger's entries whenever one of that day arrives, never counted up.
    `last_at` is the moment of the last of them.
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    points = models.BigIntegerField()
    last_at = models.DateTimeField()

    class Meta:
        verbose_name = _("daily score")
        verbose_name_plural = _("daily scores")
        constraints = [
            models.UniqueConstraint(fields=["unit", "member", "on"], name="daily_score_once")
        ]
        indexes = [models.Index(fields=["unit", "on"], name="daily_score_range")]


class Standing(models.Model):
    """A member's total in one window of a board's own kind: what the board's page reads.

    Derived from the daily scores. `opaque` is the member's id on this board.
    """

    board = models.ForeignKey(
        Leaderboard, on_delete=models.PROTECT, related_name="standings", db_index=False
    )
    window_start = models.DateField()
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    points = models.BigIntegerField()
    reached_at = models.DateTimeField()
    opaque = models.CharField(max_length=16)

    class Meta:
        verbose_name = _("standing")
        verbose_name_plural = _("standings")
        constraints = [
            models.UniqueConstraint(
                fields=["board", "window_start", "member"], name="standing_once"
            )
        ]
        indexes = [
            models.Index(
                "board",
                "window_start",
                F("points").desc(),
                "reached_at",
                "opaque",
                name="standing_order",
            )
        ]


class ScoreMark(models.Model):
    """How far the entries have been read into daily scores. One row.

    Ids are given before they are committed, so a lower one can appear after a higher. All entries up
    to `safe_id` are known to be read; those after it are read again until every transaction that was
    under way when `ahead_id` was the newest (all numbers below `ahead_xid`) has ended. `day` is
    the date up to which scores have come due.
    """

    name = models.CharField(max_length=20, primary_key=True)
    safe_id = models.BigIntegerField(default=0)
    ahead_id = models.BigIntegerField(default=0)
    ahead_xid = models.BigIntegerField(default=0)
    day = models.DateField(default=windows.EARLIEST)
