"""Campaigns, their versioned rules, and what limits them."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loyalty.campaigns.models.groups import StackingGroup
from loyalty.rewards.models import Fund
from members.models import Member


class Campaign(models.Model):
    """Something that is rewarded, and for how long. What exactly is in its rule versions."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        REVIEW = "review", _("in review")
        SCHEDULED = "scheduled", _("scheduled")
        LIVE = "live", _("live")
        PAUSED = "paused", _("paused")
        ENDED = "ended", _("ended")

    #: The legal moves; `loyalty.campaigns.operations.campaigns` is the only mover.
    MOVES = {
        State.DRAFT: (State.REVIEW,),
        State.REVIEW: (State.DRAFT, State.SCHEDULED, State.LIVE),
        State.SCHEDULED: (State.DRAFT, State.LIVE, State.ENDED),
        State.LIVE: (State.PAUSED, State.ENDED),
        State.PAUSED: (State.SCHEDULED, State.LIVE, State.ENDED),
        State.ENDED: (),
    }

    class Returns(models.TextChoices):
        LINE = "line", _("by what is left of the order")
        SHARE = "share", _("by the share of the order's value")

    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    description = models.CharField(
        _("description"), max_length=300, blank=True, help_text=_("What members read.")
    )
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.DRAFT)
    is_public = models.BooleanField(
        _("public"),
        default=True,
        help_text=_("Members may read that it exists, and why it did not count for them."),
    )
    priority = models.SmallIntegerField(
        _("priority"), default=100, help_text=_("Lower comes first.")
    )
    budget_units = models.BigIntegerField(
        _("budget"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("At most so many points in all. Empty: no limit."),
    )
    budget_money = models.BigIntegerField(
        _("budget in money"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_(
            "At most so much in all, in the smallest unit of the programme's currency. Empty: no limit."
        ),
    )
    cost_per_unit = models.JSONField(
        _("cost of one"),
        default=dict,
        blank=True,
        help_text=_('What one of each unit costs, for the budget in money: {"points": "0.008"}.'),
    )
    pays_partly = models.BooleanField(
        _("pays what is left"),
        default=False,
        help_text=_("When less is left than is due: pay the rest instead of nothing."),
    )
    funded_by = models.ForeignKey(
        Fund,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="campaigns",
        verbose_name=_("funded by"),
        help_text=_("The partner's fund that pays for its points. Empty: the programme pays."),
    )
    group = models.ForeignKey(
        StackingGroup,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="campaigns",
        verbose_name=_("stacking group"),
        help_text=_("Empty: it always applies."),
    )
    exclusive_category = models.SlugField(
        _("exclusive category"),
        max_length=60,
        blank=True,
        help_text=_("Of the campaigns with the same word only the first that pays applies."),
    )
    holdout_percent = models.PositiveSmallIntegerField(
        _("holdout"),
        default=0,
        validators=[MaxValueValidator(50)],
        help_text=_("So many of a hundred members are left out, to tell what it brings."),
    )
    returns = models.CharField(
        _("when an order comes back, take back"),
        max_length=5,
        choices=Returns.choices,
        default=Returns.LINE,
    )
    starts_at = models.DateTimeField(_("from"), null=True, blank=True)
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, editable=False)
    created_at = models.DateTimeField(_("created at"), editable=False)

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        permissions = [("publish_campaign", "Can publish, pause and end campaigns")]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at=None) | Q(ends_at=None) | Q(starts_at__lt=F("ends_at")),
                name="campaign_starts_before_it_ends",
            ),
            models.CheckConstraint(
                condition=Q(holdout_percent__lte=50), name="campaign_holds_out_half_at_most"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(state="ended"), name="campaign_ended_has_ended"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RuleVersion(models.Model):
    """One wording of a campaign's rule. Once published it never changes; a change is a new version.

    `conditions` is a tree over the field catalogue, `effects` a list of what is given, `limit`
    `{"times": n, "units": n, "per": "day|week|month|year|life"}` for one member. `frame` is the campaign's
    frame (dates, priority, budgets, stacking, holdout) as it was published with these words; in a draft,
    what will change of it.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    triggers = ArrayField(models.CharField(max_length=60), verbose_name=_("when"))
    conditions = models.JSONField(_("if"), default=dict, blank=True)
    effects = models.JSONField(_("then"), default=list)
    limit = models.JSONField(_("limit"), default=dict, blank=True)
    frame = models.JSONField(_("frame"), default=dict, blank=True)
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    published_at = models.DateTimeField(_("published at"), null=True)
    in_force_from = models.DateTimeField(_("in force from"), null=True)
    in_force_until = models.DateTimeField(_("in force until"), null=True)

    class Meta:
        verbose_name = _("rule version")
        verbose_name_plural = _("rule versions")
        ordering = ["campaign_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "number"], name="rule_version_number_once"),
            models.UniqueConstraint(
                fields=["campaign"], condition=Q(published_at=None), name="one_draft_a_campaign"
            ),
            models.CheckConstraint(
                condition=Q(published_by=None)
                | Q(drafted_by=None)
                | ~Q(published_by=F("drafted_by")),
                name="rule_published_by_a_second_person",
            ),
        ]

    def __str__(self) -> str:
        return f"v{self.number}"


class RuleStamp(models.Model):
    """One row that changes whenever the rules in force do, so that processes notice."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.BigIntegerField(default=1)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_rule_stamp")]


class BudgetUse(models.Model):
    """How much of a campaign's budget is spent. Locked while its rules are evaluated."""

    campaign = models.OneToOneField(
        Campaign, on_delete=models.PROTECT, primary_key=True, related_name="budget_use"
    )
    units = models.BigIntegerField(default=0)
    #: In minor units of the programme's currency, with the fractions that single points cost.
    money = models.DecimalField(max_digits=30, decimal_places=8, default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(units__gte=0), name="budget_use_not_negative"),
            models.CheckConstraint(condition=Q(money__gte=0), name="budget_money_not_negative"),
        ]


class LimitUse(models.Model):
    """How often, and with how many units, a campaign has paid a member in one window."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="+")
    window = models.CharField(max_length=12)
    times = models.PositiveIntegerField(default=0)
    units = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["member", "campaign", "window"], name="limit_counted_once"
            )
        ]
