"""What points can be exchanged for, and the exchanges."""

from datetime import datetime

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q, Sum
from django.utils.translation import gettext_lazy as _

from members.models import Entry, Member, Unit


class RewardQuerySet(models.QuerySet["Reward"]):
    """Questions over rewards."""

    def on_offer(self, at: datetime) -> "RewardQuerySet":
        """What members can see in the catalogue at this instant, cheapest first."""
        return (
            self.filter(Q(until=None) | Q(until__gt=at), state=Reward.State.ACTIVE)
            .select_related("unit")
            .order_by("cost", "slug")
        )


class Reward(models.Model):
    """Something a member can have for points. `stock` empty means there is always enough."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        ACTIVE = "active", _("on offer")
        ARCHIVED = "archived", _("archived")

    class Kind(models.TextChoices):
        PRODUCT = "product", _("product")
        DISCOUNT = "discount", _("discount")
        EXPERIENCE = "experience", _("experience")
        DONATION = "donation", _("donation")

    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    description = models.CharField(_("description"), max_length=300, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="rewards")
    cost = models.PositiveIntegerField(_("cost"), validators=[MinValueValidator(1)])
    stock = models.PositiveIntegerField(_("stock"), null=True, blank=True)
    limit_per_member = models.PositiveIntegerField(_("limit per member"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.DRAFT)
    until = models.DateTimeField(_("until"), null=True, blank=True)

    objects = RewardQuerySet.as_manager()

    class Meta:
        verbose_name = _("reward")
        verbose_name_plural = _("rewards")
        constraints = [models.CheckConstraint(condition=Q(cost__gt=0), name="reward_cost_positive")]

    def __str__(self) -> str:
        return self.name


class RedemptionQuerySet(models.QuerySet["Redemption"]):
    """Questions over redemptions."""

    def of(self, member: Member) -> "RedemptionQuerySet":
        """The member's own, newest first."""
        return self.filter(member=member).select_related("reward__unit").order_by("-id")

    def live(self) -> "RedemptionQuerySet":
        """Those that still count."""
        return self.exclude(state=Redemption.State.CANCELLED)

    def taken(self) -> int:
        """How many pieces these redemptions are."""
        return self.aggregate(pieces=Sum("quantity"))["pieces"] or 0


class Redemption(models.Model):
    """One exchange of points for a reward."""

    class State(models.TextChoices):
        CONFIRMED = "confirmed", _("confirmed")
        FULFILLED = "fulfilled", _("handed over")
        CANCELLED = "cancelled", _("cancelled")

    #: The legal moves.
    MOVES = {
        State.CONFIRMED: (State.FULFILLED, State.CANCELLED),
        State.FULFILLED: (),
        State.CANCELLED: (),
    }

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="redemptions")
    reward = models.ForeignKey(Reward, on_delete=models.PROTECT, related_name="redemptions")
    quantity = models.PositiveIntegerField(_("quantity"), default=1)
    cost = models.PositiveIntegerField(_("points"), help_text=_("In all, as agreed then."))
    state = models.CharField(_("state"), max_length=10, choices=State.choices)
    key = models.CharField(max_length=200, unique=True)
    entry = models.OneToOneField(
        Entry, on_delete=models.PROTECT, null=True, related_name="redemption"
    )
    redeemed_at = models.DateTimeField(_("redeemed at"))
    undo_until = models.DateTimeField(_("can be undone until"))
    ended_at = models.DateTimeField(_("ended at"), null=True)

    objects = RedemptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("redemption")
        verbose_name_plural = _("redemptions")
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="redemption_not_empty"),
            models.CheckConstraint(
                condition=Q(undo_until__gte=F("redeemed_at")), name="redemption_undo_after"
            ),
        ]
        indexes = [models.Index(fields=["member", "reward"], name="redemption_of_member")]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.reward_id} #{self.pk}"
