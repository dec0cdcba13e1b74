"""Who decides: committees and the seats on them."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.models import Member


class Committee(models.Model):
    """A group of people that decides cases together."""

    slug = models.SlugField(_("slug"), unique=True)
    name = models.CharField(_("name"), max_length=100)
    purpose = models.CharField(_("purpose"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created at"), editable=False)

    class Meta:
        verbose_name = _("committee")
        verbose_name_plural = _("committees")
        permissions = [("seat_committee", "Can seat people on a committee and end seats")]

    def __str__(self) -> str:
        return self.name


class SeatQuerySet(models.QuerySet["Seat"]):
    """Questions over seats."""

    def sitting(self, at: datetime) -> "SeatQuerySet":
        """Seats held at this instant."""
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=at), starts_at__lte=at)

    def of(self, user) -> "SeatQuerySet":
        """The user's own seats."""
        return self.filter(user_id=user.pk)


class Seat(models.Model):
    """One person on one committee, from an instant until another (half-open; empty: still there).

    `member` is the person's own membership, so that a case about them is never theirs to judge.
    """

    class Role(models.TextChoices):
        CHAIR = "chair", _("chair")
        MEMBER = "member", _("member")

    committee = models.ForeignKey(
        Committee, on_delete=models.PROTECT, related_name="seats", verbose_name=_("committee")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="seats",
        verbose_name=_("person"),
    )
    member = models.ForeignKey(
        Member,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="seats",
        verbose_name=_("membership"),
    )
    role = models.CharField(_("role"), max_length=8, choices=Role.choices, default=Role.MEMBER)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)

    objects = SeatQuerySet.as_manager()

    class Meta:
        verbose_name = _("seat")
        verbose_name_plural = _("seats")
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "user"], condition=Q(ends_at=None), name="seat_once"
            ),
            models.UniqueConstraint(
                fields=["committee"], condition=Q(ends_at=None, role="chair"), name="seat_one_chair"
            ),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")), name="seat_lasts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} #{self.pk}"

    def is_held(self, at: datetime) -> bool:
        """Whether somebody sits here at this instant."""
        return self.starts_at <= at and (self.ends_at is None or self.ends_at > at)
