"""Badges, and that somebody holds one."""

import secrets
from datetime import datetime, timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from members.models import Member


def new_slug() -> str:
    """An address nobody can guess (128 random bits)."""
    return secrets.token_urlsafe(16)


class BadgeQuerySet(models.QuerySet["Badge"]):
    """Questions over badges."""

    def active(self) -> "BadgeQuerySet":
        """Badges that can be won now."""
        return self.filter(state=Badge.State.ACTIVE)

    def with_holders(self) -> "BadgeQuerySet":
        """Each with `holders`: how many members hold it now."""
        held = (
            BadgeAward.objects.live()
            .filter(badge=OuterRef("pk"))
            .values("badge")
            .annotate(holders=Count("member", distinct=True))
        )
        return self.annotate(holders=Subquery(held.values("holders")))


class Badge(models.Model):
    """What can be won and for what. Who wins it is decided by a campaign rule or a committee.

    `starts_public`: whether an award of it may be seen by others before its holder has shared it.
    """

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

    class Motif(models.TextChoices):
        AWARD = "award", _("rosette")
        CAKE = "cake", _("cake")
        COFFEE = "coffee", _("cup")
        FLAME = "flame", _("flame")
        HEART = "heart", _("heart")
        LEAF = "leaf", _("leaf")
        MEDAL = "medal", _("medal")
        RECYCLE = "recycle", _("cycle")
        SHOPPING_BAG = "shopping-bag", _("shopping bag")
        SPROUT = "sprout", _("sprout")
        STAR = "star", _("star")
        TROPHY = "trophy", _("trophy")
        USERS = "users", _("people")
        WRENCH = "wrench", _("tool")

    class Metal(models.TextChoices):
        PLAIN = "", _("plain")
        BRONZE = "bronze", _("bronze")
        SILVER = "silver", _("silver")
        GOLD = "gold", _("gold")

    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=80)
    criteria = models.CharField(
        _("criteria"), max_length=500, help_text=_("What a member does to win it, in plain words.")
    )
    description = models.CharField(_("description"), max_length=300, blank=True)
    motif = models.CharField(_("motif"), max_length=20, choices=Motif.choices, default=Motif.AWARD)
    metal = models.CharField(
        _("metal"), max_length=8, choices=Metal.choices, default=Metal.PLAIN, blank=True
    )
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.DRAFT)
    is_repeatable = models.BooleanField(_("can be won again"), default=False)
    starts_public = models.BooleanField(_("public until its holder hides it"), default=False)
    valid_days = models.PositiveIntegerField(
        _("counts for days"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(36_500)],
        help_text=_("From the day it was won; empty for good. Said by what holders take along."),
    )
    created_at = models.DateTimeField(_("created at"), editable=False)

    #: Filled by `with_holders`.
    holders: int

    objects = BadgeQuerySet.as_manager()

    class Meta:
        verbose_name = _("badge")
        verbose_name_plural = _("badges")

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:
        """Whether it can be won now."""
        return self.state == self.State.ACTIVE


class BadgeAwardQuerySet(models.QuerySet["BadgeAward"]):
    """Questions over awards."""

    def live(self) -> "BadgeAwardQuerySet":
        """Awards that have not been revoked, of members who are still their own."""
        return self.filter(revoked_at=None, member__merged_into=None)

    def public(self) -> "BadgeAwardQuerySet":
        """What any visitor may see: neither the award nor the holder's profile is private."""
        return self.filter(
            Q(member__profile=None) | Q(member__profile__shows_badges=True),
            is_public=True,
            member__erased_at=None,
            member__merged_into=None,
        )

    def withdrawn(self) -> "BadgeAwardQuerySet":
        """What others could see once and its holder no longer shows: this one, or any of theirs."""
        return self.filter(
            Q(hidden_at__isnull=False) | Q(is_public=True, member__profile__shows_badges=False)
        )

    def visible_to(self, user) -> "BadgeAwardQuerySet":
        """What this user may see: public awards and their own; staff with the right see all."""
        if user.is_staff and user.has_perm("recognition.view_badgeaward"):
            return self.all()
        own = self.filter(member__user=user.pk) if user.is_authenticated else self.none()
        return self.public() | own


class BadgeAward(models.Model):
    """That a member won a badge: when, why, and by what cause.

    `key` is the cause: the same cause never awards twice, also after a revocation. `seq` counts a
    member's awards of one badge. `slug` is the public address and says nothing about anybody.
    `unsupported_at`: since when what it was won for has come back; it stays all the same. `is_public`: its
    holder shares it; `hidden_at`: since when they do no more.
    """

    slug = models.CharField(max_length=22, unique=True, default=new_slug, editable=False)
    badge = models.ForeignKey(Badge, on_delete=models.PROTECT, related_name="awards")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="badge_awards")
    seq = models.PositiveIntegerField(_("number"))
    key = models.CharField(_("cause"), max_length=200)
    reason = models.CharField(_("reason"), max_length=300)
    evidence = models.TextField(_("evidence"), max_length=2000, blank=True)
    is_public = models.BooleanField(_("public"), default=False)
    hidden_at = models.DateTimeField(_("hidden since"), null=True, blank=True, editable=False)
    awarded_at = models.DateTimeField(_("awarded at"))
    recorded_at = models.DateTimeField(_("recorded at"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    revocation_reason = models.CharField(_("revoked because"), max_length=300, blank=True)
    unsupported_at = models.DateTimeField(
        _("not supported by current activity since"), null=True, blank=True, editable=False
    )

    objects = BadgeAwardQuerySet.as_manager()

    class Meta:
        verbose_name = _("badge award")
        verbose_name_plural = _("badge awards")
        constraints = [
            models.UniqueConstraint(fields=["badge", "member", "seq"], name="award_numbered"),
            models.UniqueConstraint(fields=["badge", "member", "key"], name="award_cause_once"),
            models.CheckConstraint(condition=Q(seq__gte=1), name="award_seq_from_one"),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revocation_reason="")
                | (Q(revoked_at__gte=F("awarded_at")) & ~Q(revocation_reason="")),
                name="award_revoked_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(is_public=False) | Q(hidden_at=None), name="award_shown_or_hidden"
            ),
        ]
        indexes = [models.Index(fields=["member", "-awarded_at"], name="award_wall")]
        permissions = [
            ("award_badge", "Can award a badge by hand"),
            ("revoke_badge", "Can revoke a badge"),
        ]

    def __str__(self) -> str:
        return f"award {self.slug}"

    @property
    def is_live(self) -> bool:
        """Whether it still stands."""
        return self.revoked_at is None

    @property
    def valid_until(self) -> datetime | None:
        """When its time is over; None: never. Reads the badge."""
        days = self.badge.valid_days
        return self.awarded_at + timedelta(days=days) if days else None


class BadgeCount(models.Model):
    """How many members hold a badge, and how many there are: counted by a sweep, never by a page."""

    badge = models.OneToOneField(
        Badge, on_delete=models.PROTECT, primary_key=True, related_name="count"
    )
    holders = models.PositiveIntegerField(_("holders"))
    members = models.PositiveIntegerField(_("members"))
    counted_at = models.DateTimeField(_("counted at"))

    class Meta:
        verbose_name = _("count of holders")
        verbose_name_plural = _("counts of holders")
        constraints = [
            models.CheckConstraint(
                condition=Q(holders__lte=F("members")), name="badge_held_by_members"
            )
        ]

    def __str__(self) -> str:
        return f"{self.holders} / {self.members}"

    @property
    def per_thousand(self) -> int:
        """How many of a thousand members hold it, rounded up: who holds it is never nobody."""
        return -(-1000 * self.holders // self.members) if self.members else 0


class Profile(models.Model):
    """What a member lets others see of their recognition. No row: the defaults."""

    member = models.OneToOneField(
        Member, on_delete=models.PROTECT, primary_key=True, related_name="profile"
    )
    shows_badges = models.BooleanField(_("badges may be seen by others"), default=True)

    class Meta:
        verbose_name = _("recognition profile")
        verbose_name_plural = _("recognition profiles")
