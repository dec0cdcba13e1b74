"""Members who bring friends."""

import secrets
from collections.abc import Collection

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import CharField, Exists, Expression, F, Min, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _

from loyalty.campaigns.domain.referrals import ADVOCATE
from loyalty.campaigns.models.evaluations import Effect
from members.models import Activity, Member

#: Letters and digits that nobody mistakes for one another; ten of them are 50 bits.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LENGTH = 10


def new_referral_code() -> str:
    """A code that cannot be guessed."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


class ReferralPolicyQuerySet(models.QuerySet["ReferralPolicy"]):
    """Questions over the policy."""

    def current(self) -> "ReferralPolicy":
        """The terms in force; the usual ones where nobody has set any."""
        return self.first() or ReferralPolicy()


class ReferralPolicy(models.Model):
    """One row: the programme's terms for referrals."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    return_days = models.PositiveSmallIntegerField(
        _("return window"),
        default=14,
        validators=[MaxValueValidator(365)],
        help_text=_("Days after which a friend's purchase counts, unless all of it came back."),
    )
    newcomer_days = models.PositiveSmallIntegerField(
        _("newcomers"),
        default=30,
        validators=[MaxValueValidator(3650)],
        help_text=_("Days after which somebody who is a member already is no newcomer."),
    )
    most = models.PositiveSmallIntegerField(
        _("friends without a look"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(1000)],
        help_text=_("More friends than this within the days below are looked at."),
    )
    window_days = models.PositiveSmallIntegerField(
        _("within days"), default=30, validators=[MinValueValidator(1), MaxValueValidator(3650)]
    )

    objects = ReferralPolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("terms for referrals")
        verbose_name_plural = _("terms for referrals")
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="one_referral_policy"),
            models.CheckConstraint(
                condition=Q(most__gte=1, window_days__gte=1),
                name="referral_policy_counts_something",
            ),
        ]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)


class ReferralCode(models.Model):
    """The code by which friends say who brought them."""

    member = models.OneToOneField(
        Member, on_delete=models.PROTECT, primary_key=True, related_name="referral_code"
    )
    code = models.CharField(max_length=LENGTH, unique=True)
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("referral code")
        verbose_name_plural = _("referral codes")

    def __str__(self) -> str:
        return self.code


class ReferralInviteQuerySet(models.QuerySet["ReferralInvite"]):
    """Questions over invites."""

    def sent_by(self, member: Member) -> "ReferralInviteQuerySet":
        """Those of a member, and of whoever was merged into them."""
        return self.filter(member__in=selves([member.pk]))

    def open_of(self, member: Member) -> "ReferralInviteQuerySet":
        """Those of a member, and of whoever was merged into them, by which nobody has come; newest first."""
        return self.sent_by(member).filter(used_at=None).order_by("-sent_at", "-pk")


class ReferralInvite(models.Model):
    """A link of its own that a member sent one friend. It says nothing of whom it was sent to; whoever
    comes by it is a referral like any other, and the invite is used."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="referral_invites")
    code = models.CharField(max_length=LENGTH, unique=True, default=new_referral_code)
    sent_at = models.DateTimeField(_("sent at"))
    used_at = models.DateTimeField(_("used at"), null=True, blank=True)

    objects = ReferralInviteQuerySet.as_manager()

    class Meta:
        verbose_name = _("invite")
        verbose_name_plural = _("invites")
        indexes = [
            models.Index(
                fields=["member", "-sent_at"],
                name="referral_invite_open",
                condition=Q(used_at=None),
            )
        ]

    def __str__(self) -> str:
        return self.code


def selves(members: Collection[int]) -> models.QuerySet[Member]:
    """These members and whoever was merged into them."""
    return Member.objects.filter(Q(pk__in=members) | Q(merged_into__in=members))


def _fact_of(what: Expression) -> Concat:
    """In SQL, under which a referral's fact about its advocate is known: `domain.referrals.fact_id`."""
    pk, times = (Cast(OuterRef(name), CharField()) for name in ("pk", "round"))
    parts = [Value("referral:"), pk, Value(":"), times, Value(":"), what, Value(f":{ADVOCATE}")]
    return Concat(*parts, output_field=CharField())


class ReferralQuerySet(models.QuerySet["Referral"]):
    """Questions over referrals."""

    def brought_by(self, member: Member) -> "ReferralQuerySet":
        """Those of a member, and of whoever was merged into them; newest first."""
        own = self.filter(advocate__in=selves([member.pk]))
        return own.select_related("friend").order_by("-joined_at", "-pk")

    def of_friends(self, members: Collection[int]) -> "ReferralQuerySet":
        """How these members, or whoever was merged into them, came here."""
        return self.filter(friend__in=selves(members))

    def with_due(self) -> "ReferralQuerySet":
        """Each with the day from which its next purchase counts, as `next_due_at`."""
        waits = Q(purchases__state=ReferralPurchase.State.WAITING)
        return self.annotate(next_due_at=Min("purchases__due_at", filter=waits))

    def with_reward(self) -> "ReferralQuerySet":
        """Each with `is_rewarded`: whether it brought the advocate something in its present round."""
        first = _fact_of(Value("first_purchase"))
        bought = _fact_of(Concat(Value("purchase:"), Cast(OuterRef("order_id"), CharField())))
        brought = Effect.objects.filter(
            activity__source="laurel", activity__external_id__in=[first, bought], reverses=None
        )
        return self.annotate(is_rewarded=Q(state=Referral.State.APPROVED) & Exists(brought))

    def to_review(self) -> "ReferralQuerySet":
        """Those that wait for a person."""
        return self.filter(state=Referral.State.FLAGGED)


class Referral(models.Model):
    """That a member, the advocate, brought another, the friend: once for ever.

    `reasons` says what made it doubtful. `email`, `device` and `address` are keyed hashes that others
    are compared with. `order` is the purchase that it was approved for. Each time it stands again after
    it was void, its facts are those of a new `round`.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("pending")
        FLAGGED = "flagged", _("to look at")
        APPROVED = "approved", _("approved")
        VOID = "void", _("void")

    #: The legal moves; `loyalty.campaigns.operations.referrals` is the only mover. Out of void leads only
    #: a merge that is undone.
    MOVES = {
        State.PENDING: (State.APPROVED, State.VOID),
        State.FLAGGED: (State.PENDING, State.VOID),
        State.APPROVED: (State.VOID,),
        State.VOID: (State.PENDING, State.FLAGGED, State.APPROVED),
    }

    class Cause(models.TextChoices):
        REVIEWER = "reviewer", _("a person decided so")
        RETURNED = "returned", _("the purchase came back")
        MERGED = "merged", _("both are one member")
        TWICE = "twice", _("the friend had been brought before")

    advocate = models.ForeignKey(
        Member, on_delete=models.PROTECT, related_name="referrals", verbose_name=_("advocate")
    )
    friend = models.OneToOneField(
        Member, on_delete=models.PROTECT, related_name="referral", verbose_name=_("friend")
    )
    activity = models.OneToOneField(Activity, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=8, choices=State.choices)
    reasons = ArrayField(models.CharField(max_length=30), verbose_name=_("doubts"), default=list)
    email = models.CharField(max_length=64, blank=True, editable=False)
    device = models.CharField(max_length=64, blank=True, editable=False)
    address = models.CharField(max_length=64, blank=True, editable=False)
    joined_at = models.DateTimeField(_("joined at"))
    noted_at = models.DateTimeField(_("told at"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decision = models.CharField(_("reason"), max_length=300, blank=True)
    order = models.ForeignKey(
        Activity,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("purchase"),
    )
    approved_at = models.DateTimeField(_("approved at"), null=True)
    voided_at = models.DateTimeField(_("void since"), null=True)
    cause = models.CharField(_("void because"), max_length=8, choices=Cause.choices, blank=True)
    round = models.PositiveSmallIntegerField(default=1, editable=False)

    objects = ReferralQuerySet.as_manager()

    class Meta:
        verbose_name = _("referral")
        verbose_name_plural = _("referrals")
        permissions = [("decide_referral", "Can approve and void referrals")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(advocate=F("friend")), name="referral_of_somebody_else"
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(order__isnull=False, approved_at__isnull=False),
                name="referral_approved_for_a_purchase",
            ),
            models.CheckConstraint(
                condition=Q(state="void", voided_at__isnull=False) & ~Q(cause="")
                | ~Q(state="void") & Q(voided_at=None, cause=""),
                name="referral_void_has_cause",
            ),
        ]
        indexes = [
            models.Index(fields=["advocate", "joined_at"], name="referral_of_advocate"),
            models.Index(fields=["noted_at"], name="referral_noted"),
            models.Index(fields=["email"], name="referral_email", condition=~Q(email="")),
            models.Index(fields=["device"], name="referral_device", condition=~Q(device="")),
            models.Index(fields=["address"], name="referral_address", condition=~Q(address="")),
            models.Index(fields=["state"], name="referral_to_review", condition=Q(state="flagged")),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class ReferralPurchase(models.Model):
    """A purchase of a friend, until its return window is over: then it counts, or is passed over."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        COUNTED = "counted", _("counted")
        PASSED = "passed", _("passed over")

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="purchases")
    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField(_("counts from"))
    state = models.CharField(_("state"), max_length=7, choices=State.choices, default=State.WAITING)

    class Meta:
        verbose_name = _("purchase of a friend")
        verbose_name_plural = _("purchases of friends")
        constraints = [
            models.UniqueConstraint(
                fields=["referral", "activity"], name="referral_purchase_noted_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["due_at"], name="referral_purchase_due", condition=Q(state="waiting")
            )
        ]

    def __str__(self) -> str:
        return f"{self.referral_id}/{self.activity_id}"
