"""Coupons: secrets that stand for one piece of a reward each."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loyalty.rewards.domain import moves
from loyalty.rewards.models.redemptions import Redemption, last_before
from loyalty.rewards.models.rewards import Reward


class CouponBatch(models.Model):
    """A file of codes that staff imported: how many rows it had, how many of them were new."""

    reward = models.ForeignKey(Reward, on_delete=models.PROTECT, related_name="batches")
    file_name = models.CharField(_("file"), max_length=120, blank=True)
    rows = models.PositiveIntegerField(_("rows"))
    minted = models.PositiveIntegerField(_("new codes"))
    imported_at = models.DateTimeField(_("imported at"))

    class Meta:
        verbose_name = _("coupon import")
        verbose_name_plural = _("coupon imports")
        constraints = [
            models.CheckConstraint(
                condition=Q(minted__lte=models.F("rows")), name="coupon_batch_minted_from_rows"
            )
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.file_name}"


class CouponQuerySet(models.QuerySet["Coupon"]):
    """Questions over coupons."""

    def free(self, reward_id: int) -> "CouponQuerySet":
        """Those of the reward's pool that nobody has, the oldest first."""
        return self.filter(reward_id=reward_id, state=Coupon.State.FREE).order_by("pk")

    def overdue(self, at: datetime) -> "CouponQuerySet":
        """Those whose time is over, and who do not know it yet."""
        return self.filter(state=Coupon.State.ASSIGNED, expires_at__lte=at)

    def accepted_by(self, partner_id: int | None) -> "CouponQuerySet":
        """Those this partner takes; None is the programme itself, which takes all."""
        given_out = self.exclude(redemption=None).exclude(state=Coupon.State.HELD)
        return given_out if partner_id is None else given_out.filter(reward__partner=partner_id)


class Coupon(models.Model):
    """One code. Stored are a keyed hash, by which it is found, and a sealed copy, which only its owner
    is shown again (docs/adr). A code that was given out belongs to its redemption for ever."""

    class State(models.TextChoices):
        FREE = "free", _("free")
        HELD = "held", _("set aside")
        ASSIGNED = "assigned", _("given out")
        BURNT = "burnt", _("used")
        EXPIRED = "expired", _("expired")
        VOID = "void", _("void")

    MOVES = moves.COUPON

    reward = models.ForeignKey(Reward, on_delete=models.PROTECT, related_name="coupons")
    batch = models.ForeignKey(
        CouponBatch, on_delete=models.PROTECT, null=True, related_name="coupons"
    )
    redemption = models.ForeignKey(
        Redemption, on_delete=models.PROTECT, null=True, related_name="coupons"
    )
    digest = models.BinaryField(max_length=32, unique=True, editable=False)
    sealed = models.BinaryField(editable=False)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.FREE)
    order_id = models.CharField(_("order"), max_length=200, blank=True)
    order_source = models.CharField(_("told by"), max_length=100, blank=True)
    minted_at = models.DateTimeField(_("made at"))
    expires_at = models.DateTimeField(_("good until"), null=True)
    ended_at = models.DateTimeField(_("ended at"), null=True)

    objects = CouponQuerySet.as_manager()

    class Meta:
        verbose_name = _("coupon")
        verbose_name_plural = _("coupons")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="free", redemption=None)
                | Q(state="void")
                | Q(state__in=["held", "assigned", "burnt", "expired"], redemption__isnull=False),
                name="coupon_is_free_or_somebodys",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["free", "held", "assigned"], ended_at=None)
                | Q(state__in=["burnt", "expired", "void"], ended_at__isnull=False),
                name="coupon_ends_once",
            ),
        ]
        indexes = [
            models.Index(fields=["reward", "id"], name="coupon_free", condition=Q(state="free")),
            models.Index(
                fields=["expires_at"], name="coupon_ending", condition=Q(state="assigned")
            ),
            models.Index(fields=["order_id"], name="coupon_for_order", condition=~Q(order_id="")),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def last_at(self) -> datetime | None:
        """The last instant at which it can be used, for people who read days."""
        return last_before(self.expires_at)

    def is_good(self, at: datetime) -> bool:
        """Whether it could be used at this instant."""
        return self.state == self.State.ASSIGNED and (
            self.expires_at is None or at < self.expires_at
        )


class Guesses(models.Model):
    """How often somebody named a code that does not exist, in one quarter of an hour."""

    caller = models.CharField(max_length=60)
    window_at = models.DateTimeField()
    misses = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("guesses")
        verbose_name_plural = _("guesses")
        constraints = [
            models.UniqueConstraint(fields=["caller", "window_at"], name="guesses_in_window")
        ]
