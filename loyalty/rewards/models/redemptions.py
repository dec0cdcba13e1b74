"""The exchanges of points for rewards, and how each came about."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Case, DateTimeField, F, Q, Sum, Value, When
from django.utils.translation import gettext_lazy as _

from loyalty.rewards.domain import moves
from loyalty.rewards.models.rewards import Reward
from members.models import Entry, Hold, Member


def last_before(end: datetime | None) -> datetime | None:
    """The last instant before an end, whose date is the last day that counts."""
    return None if end is None else end - timedelta(microseconds=1)


class RedemptionQuerySet(models.QuerySet["Redemption"]):
    """Questions over redemptions."""

    def of(self, member: Member) -> "RedemptionQuerySet":
        """The member's own, newest first."""
        return (
            self.filter(member=member)
            .select_related(
                "reward__unit", "reward__pool", "reward__partner", "reward__micro_event__partner"
            )
            .order_by("-id")
        )

    def live(self) -> "RedemptionQuerySet":
        """Those that still count."""
        return self.exclude(state=Redemption.State.CANCELLED)

    def taken(self) -> int:
        """How many pieces these redemptions are."""
        return self.aggregate(pieces=Sum("quantity"))["pieces"] or 0

    def since(self, starts: dict[str, datetime]) -> "RedemptionQuerySet":
        """Those that count towards the limit of their reward, whose windows began at `starts`."""
        begun = Case(
            *(When(reward__limit_window=name, then=Value(at)) for name, at in starts.items()),
            default=F("redeemed_at"),
            output_field=DateTimeField(),
        )
        return self.filter(redeemed_at__gte=begun)

    def to_hand_over(self) -> "RedemptionQuerySet":
        """What waits for staff: neither a coupon nor something that ends by itself."""
        return self.filter(
            state=Redemption.State.CONFIRMED, reward__codes=Reward.Codes.NONE
        ).exclude(reward__kind__in=Reward.BY_ITSELF)


class Redemption(models.Model):
    """One exchange of points for a reward.

    Reserved, its points are held, for a checkout or until a person has looked at it; from its confirmation
    on they are spent by `entry`. `returned` pieces came back with an order and gave their points back;
    cancelled, all of them did.
    """

    class State(models.TextChoices):
        RESERVED = "reserved", _("reserved")
        CONFIRMED = "confirmed", _("confirmed")
        FULFILLED = "fulfilled", _("handed over")
        EXPIRED = "expired", _("expired")
        CANCELLED = "cancelled", _("cancelled")

    MOVES = moves.REDEMPTION

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="redemptions")
    reward = models.ForeignKey(Reward, on_delete=models.PROTECT, related_name="redemptions")
    quantity = models.PositiveIntegerField(_("quantity"), default=1)
    returned = models.PositiveIntegerField(_("came back"), default=0)
    cost = models.PositiveIntegerField(_("points"), help_text=_("In all, as agreed then."))
    state = models.CharField(_("state"), max_length=10, choices=State.choices)
    key = models.CharField(max_length=200, unique=True)
    order_id = models.CharField(_("order"), max_length=200, blank=True)
    order_source = models.CharField(_("told by"), max_length=100, blank=True)
    hold = models.OneToOneField(
        Hold, on_delete=models.PROTECT, null=True, related_name="redemption"
    )
    entry = models.OneToOneField(
        Entry, on_delete=models.PROTECT, null=True, related_name="redemption"
    )
    redeemed_at = models.DateTimeField(_("redeemed at"))
    in_review = models.BooleanField(_("waits for a person"), default=False)
    undo_until = models.DateTimeField(_("can be undone until"))
    expires_at = models.DateTimeField(_("good until"), null=True)
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
            models.CheckConstraint(
                condition=Q(returned__lte=F("quantity")), name="redemption_returns_what_it_is"
            ),
            models.CheckConstraint(
                condition=~Q(state="reserved") | Q(hold__isnull=False, entry=None),
                name="redemption_reserved_is_held",
            ),
            models.CheckConstraint(
                condition=Q(in_review=False) | Q(state="reserved"),
                name="redemption_in_review_is_reserved",
            ),
        ]
        indexes = [
            models.Index(fields=["member", "reward"], name="redemption_of_member"),
            models.Index(
                fields=["member", "order_id"],
                name="redemption_for_order",
                condition=~Q(order_id=""),
            ),
            models.Index(
                fields=["undo_until"], name="redemption_open", condition=Q(state="confirmed")
            ),
            models.Index(
                fields=["expires_at"], name="redemption_ending", condition=Q(state="confirmed")
            ),
            models.Index(
                fields=["redeemed_at"], name="redemption_reserved", condition=Q(state="reserved")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.reward_id} #{self.pk}"

    @property
    def last_at(self) -> datetime | None:
        """The last instant at which its voucher can be used, for people who read days."""
        return last_before(self.expires_at)

    @property
    def unit_cost(self) -> int:
        """The points of one piece."""
        return self.cost // self.quantity


class RedemptionStep(models.Model):
    """One move of a redemption: from where to where, when, by whom, why. Append-only."""

    redemption = models.ForeignKey(Redemption, on_delete=models.PROTECT, related_name="steps")
    before = models.CharField(_("before"), max_length=10, blank=True)
    after = models.CharField(_("after"), max_length=10, choices=Redemption.State.choices)
    at = models.DateTimeField(_("at"))
    actor_kind = models.CharField(_("by"), max_length=10)
    actor_id = models.BigIntegerField(null=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("step of a redemption")
        verbose_name_plural = _("steps of redemptions")

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"
