"""Rules tried on what really happened, before they count."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Count, F, Q
from django.utils.translation import gettext_lazy as _

from loyalty.campaigns.models.campaigns import Campaign


class BacktestQuerySet(models.QuerySet["Backtest"]):
    """Questions over back-tests."""

    def with_progress(self) -> "BacktestQuerySet":
        """Each with the number of its parts that are counted, as `counted`."""
        return self.annotate(counted=Count("tallies"))


class Backtest(models.Model):
    """One wording of a campaign's rule, tried on the activities from `since` until `until`.

    `rule` is what was tried, `{"triggers", "conditions", "effects", "limit", "frame"}`, and `live` the
    version it is compared with, if there was one: both as they were when it was asked for. The members are
    cut into parts, each counted by itself; `bounds` holds the last member of every part.
    """

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        CANCELLED = "cancelled", _("cancelled")

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="backtests")
    number = models.PositiveIntegerField(_("version"))
    rule = models.JSONField(_("rule"))
    live = models.JSONField(null=True)
    live_number = models.PositiveIntegerField(_("compared with version"), null=True)
    since = models.DateTimeField(_("from"))
    until = models.DateTimeField(_("until"))
    bounds = ArrayField(models.BigIntegerField())
    state = models.CharField(_("state"), max_length=9, choices=State.choices)
    result = models.JSONField(null=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    asked_at = models.DateTimeField(_("asked for at"))
    ended_at = models.DateTimeField(_("ended at"), null=True)

    objects = BacktestQuerySet.as_manager()

    class Meta:
        verbose_name = _("back-test")
        verbose_name_plural = _("back-tests")
        constraints = [
            models.CheckConstraint(
                condition=Q(since__lt=F("until")), name="backtest_starts_before_it_ends"
            ),
            models.CheckConstraint(
                condition=Q(state="done", result__isnull=False) | ~Q(state="done"),
                name="backtest_done_has_result",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign}, v{self.number}"

    @property
    def percent(self) -> int:
        """How much of it is counted, from 0 to 100. Needs `with_progress` while it runs."""
        if self.state == self.State.DONE or not self.bounds:
            return 100
        return self.counted * 100 // len(self.bounds)  # type: ignore[attr-defined] # annotated


class BacktestTally(models.Model):
    """What one part of a back-test's members came to."""

    backtest = models.ForeignKey(Backtest, on_delete=models.CASCADE, related_name="tallies")
    part = models.PositiveIntegerField()
    tally = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["backtest", "part"], name="backtest_part_once")
        ]
