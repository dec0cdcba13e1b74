"""What the rules said about an activity, and what came of it. Append-only but for what waits."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loyalty.campaigns.models.campaigns import Campaign, RuleVersion
from members.models import Activity, Entry, Member


class Evaluation(models.Model):
    """That an activity was evaluated, and the compact trace of every rule that looked at it.

    `trace` is a list of `{"rule": id, "campaign": slug, "passed": bool, "tests": [[field, op, seen,
    held], ...], "why": text}`, with `"code"` for what stood in the way, `"cap": [which, left, wanted]` for
    what cut it, and `"segments"` for the segment budgets it counts in. `ruled_out` are the versions whose
    tests of the activity's own content failed, which can be asked again at any time. `rate` is what the
    order's currency was worth, when it was another.
    """

    activity = models.OneToOneField(
        Activity, on_delete=models.PROTECT, primary_key=True, related_name="evaluation"
    )
    evaluated_at = models.DateTimeField()
    trace = models.JSONField(default=list)
    ruled_out = ArrayField(models.BigIntegerField(), default=list)
    rate = models.DecimalField(max_digits=18, decimal_places=8, null=True)

    class Meta:
        verbose_name = _("evaluation")
        verbose_name_plural = _("evaluations")


class Effect(models.Model):
    """One thing an activity brought a member through a rule, exactly once.

    A reversal has a negative amount, what it asked for, and names the effect it `reverses`; how much
    of it could be taken is the ledger's knowledge. `place` is the effect's among those of its rule; a
    reversal has that of what it takes back.
    """

    class State(models.TextChoices):
        ACTIVE = "active", _("active")
        PENDING = "pending", _("pending")
        CANCELLED = "cancelled", _("cancelled")

    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, related_name="effects")
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="effects")
    rule_version = models.ForeignKey(RuleVersion, on_delete=models.PROTECT, related_name="given")
    place = models.PositiveSmallIntegerField()
    kind = models.CharField(_("kind"), max_length=20)
    unit_code = models.CharField(_("unit"), max_length=30, blank=True)
    amount = models.BigIntegerField(_("amount"), null=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices)
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, null=True, related_name="effect")
    reverses = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="reversals"
    )
    why = models.CharField(_("why"), max_length=300)

    class Meta:
        verbose_name = _("effect")
        verbose_name_plural = _("effects")
        constraints = [
            models.UniqueConstraint(
                fields=["activity", "rule_version", "place", "kind"],
                name="effect_once",
                condition=models.Q(reverses=None),
            ),
            models.UniqueConstraint(
                fields=["activity", "reverses"],
                name="effect_reversed_once",
                condition=models.Q(reverses__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.why


class WaitingQuerySet(models.QuerySet["Waiting"]):
    """Questions over what waits."""

    def with_promise(self) -> "WaitingQuerySet":
        """Each with the effect that promised it and what that belongs to, oldest first."""
        return self.select_related(
            "effect__entry", "effect__activity__evaluation", "effect__rule_version__campaign"
        ).order_by("effect_id")


class Waiting(models.Model):
    """A pending accrual, until the activity it waits for (or its date) has come. Then it is deleted;
    the ledger keeps what became of it."""

    effect = models.OneToOneField(
        Effect, on_delete=models.PROTECT, primary_key=True, related_name="waiting"
    )
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="waiting")
    confirmed_by = models.CharField(max_length=60, blank=True)
    cancelled_by = models.CharField(max_length=60, blank=True)
    key = models.CharField(max_length=200, blank=True)
    serial = models.CharField(max_length=200, blank=True)
    due_at = models.DateTimeField(null=True)

    objects = WaitingQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["member", "key"], name="waiting_for"),
            models.Index(fields=["due_at"], name="waiting_due", condition=Q(due_at__isnull=False)),
        ]
