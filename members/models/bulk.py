"""One step taken on many rows: what was chosen, what was asked, and what came of each."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class BulkRun(models.Model):
    """A step of the console for many rows, counted and confirmed before it begins."""

    class State(models.TextChoices):
        CHOSEN = "chosen", _("to be confirmed")
        RUNNING = "running", _("under way")
        DONE = "done", _("done")

    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("by")
    )
    label = models.CharField(_("list"), max_length=60)
    step = models.CharField(_("step"), max_length=40)
    asked = models.TextField(blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.CHOSEN)
    count = models.PositiveIntegerField(_("rows"))
    done = models.PositiveIntegerField(_("done"), default=0)
    refused = models.PositiveIntegerField(_("refused"), default=0)
    chosen_at = models.DateTimeField(_("chosen at"))
    ended_at = models.DateTimeField(_("ended at"), null=True)

    class Meta:
        verbose_name = _("bulk run")
        verbose_name_plural = _("bulk runs")

    def __str__(self) -> str:
        return f"{self.step} × {self.count}"

    @property
    def percent(self) -> int:
        """How many rows have had their turn."""
        return (self.done + self.refused) * 100 // self.count if self.count else 100


class BulkRow(models.Model):
    """One row of a run, in its turn."""

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("waiting")
        DONE = "done", _("done")
        REFUSED = "refused", _("refused")

    run = models.ForeignKey(BulkRun, on_delete=models.CASCADE, related_name="rows")
    subject_id = models.BigIntegerField()
    outcome = models.CharField(max_length=8, choices=Outcome.choices, default=Outcome.WAITING)
    name = models.CharField(max_length=150, blank=True)
    why = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "subject_id"], name="bulk_row_once"),
        ]
        indexes = [
            models.Index(
                fields=["run", "id"],
                name="bulk_row_waiting",
                condition=models.Q(outcome="waiting"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.subject_id}"
