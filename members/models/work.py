"""The work queue and the timetable's memory. PostgreSQL is the queue; the broker only rings."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.models.members import Member


class Job(models.Model):
    """Work to do, written in the transaction of its cause.

    A worker claims a ready job with a lease; `fence` grows with every claim, so that a worker that
    was thought dead cannot finish a job that another has taken over. `took_ms` is how long its last
    attempt took that ended, in milliseconds.
    """

    class State(models.TextChoices):
        READY = "ready", _("ready")
        DONE = "done", _("done")
        DEAD = "dead", _("gave up")

    kind = models.CharField(_("kind"), max_length=60)
    arguments = models.JSONField(_("arguments"), default=dict)
    key = models.CharField(_("key"), max_length=200, unique=True)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.READY)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    fence = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField(_("not before"))
    leased_until = models.DateTimeField(_("leased until"), null=True)
    created_at = models.DateTimeField(_("created at"))
    done_at = models.DateTimeField(_("done at"), null=True)
    took_ms = models.PositiveIntegerField(_("took"), null=True)
    fault = models.TextField(_("fault"), blank=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        indexes = [
            models.Index(fields=["not_before", "id"], name="job_ready", condition=Q(state="ready"))
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"


class Watermark(models.Model):
    """Up to which instant a sweep has decided everything that fell due."""

    sweep = models.CharField(max_length=60, primary_key=True)
    upto = models.DateTimeField()


class SweepRun(models.Model):
    """One run of a sweep over (from, until]: how many were due, done, skipped, and what failed."""

    sweep = models.CharField(_("sweep"), max_length=60)
    covers_from = models.DateTimeField(_("from"))
    covers_until = models.DateTimeField(_("until"))
    started_at = models.DateTimeField(_("started at"))
    ended_at = models.DateTimeField(_("ended at"), null=True)
    due = models.PositiveIntegerField(_("due"), default=0)
    done = models.PositiveIntegerField(_("done"), default=0)
    skipped = models.JSONField(_("skipped"), default=dict)
    fault = models.TextField(_("fault"), blank=True)

    class Meta:
        verbose_name = _("sweep run")
        verbose_name_plural = _("sweep runs")
        constraints = [
            models.UniqueConstraint(fields=["sweep", "covers_until"], name="sweep_period_once")
        ]

    def __str__(self) -> str:
        return f"{self.sweep} until {self.covers_until:%Y-%m-%d %H:%M}"


class Decision(models.Model):
    """That an occurrence (a birthday of a year, an expiry date) was decided for a member, once."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="decisions")
    kind = models.CharField(max_length=40)
    occurrence = models.CharField(max_length=60)
    decided_at = models.DateTimeField()
    outcome = models.CharField(max_length=60)

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        constraints = [
            models.UniqueConstraint(fields=["member", "kind", "occurrence"], name="decided_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.occurrence}"


class Heartbeat(models.Model):
    """When a part of the system last proved that it works."""

    part = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()
