"""The organisations that make the neighbourhood lively, their people and their venues."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from events_directory.domain.moves import PARTNER
from events_directory.models.moving import Moving

#: How long an invitation is good.
INVITED = timedelta(days=7)
#: Keeps an invitation's key from being used anywhere else.
_SALT = "events_directory.seat_invitation"


class PartnerQuerySet(models.QuerySet["Partner"]):
    """Questions over partners."""

    def visible_to(self, user) -> "PartnerQuerySet":
        """The organisations in which this user has a seat now."""
        return self.filter(
            pk__in=PartnerSeat.objects.held_now().filter(user_id=user.pk).values("partner_id")
        )


class Partner(Moving):
    """An organisation that lists micro-events and applies for grants."""

    MOVES = PARTNER

    class State(models.TextChoices):
        PENDING = "pending", _("waiting for verification")
        VERIFIED = "verified", _("verified")
        TURNED_DOWN = "turned_down", _("turned down")
        SUSPENDED = "suspended", _("suspended")

    class Plan(models.TextChoices):
        BASIC = "basic", _("Basic")
        FEATURED = "featured", _("Featured")

    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120, unique=True)
    state = models.CharField(
        _("verification"), max_length=12, choices=State.choices, default=State.PENDING
    )
    state_reason = models.CharField(_("reason"), max_length=300, blank=True)
    state_since = models.DateTimeField(_("in this state since"))
    plan = models.CharField(_("plan"), max_length=12, choices=Plan.choices, default=Plan.BASIC)
    created_at = models.DateTimeField(_("created at"))
    verified_at = models.DateTimeField(_("verified at"), null=True, blank=True)

    objects = PartnerQuerySet.as_manager()

    class Meta:
        verbose_name = _("partner")
        verbose_name_plural = _("partners")

    def __str__(self) -> str:
        return self.name

    @property
    def is_verified(self) -> bool:
        """Whether staff have confirmed who this is."""
        return self.state == self.State.VERIFIED

    @property
    def is_suspended(self) -> bool:
        """Whether staff took the verification back: its dates are off the directory until it returns."""
        return self.state == self.State.SUSPENDED


class PartnerSeatQuerySet(models.QuerySet["PartnerSeat"]):
    """Questions over seats."""

    def held_now(self) -> "PartnerSeatQuerySet":
        """Seats that nobody has ended."""
        return self.filter(ended_at=None)

    def held_by(self, user) -> "PartnerSeatQuerySet":
        """The user's seats now, with their organisations."""
        return self.held_now().filter(user_id=user.pk).select_related("partner")

    def linked(self, user_id: int, *, partner_id: int, since: datetime) -> bool:
        """Whether the user has belonged to the partner at any time from `since` until now."""
        return (
            self.filter(user_id=user_id, partner_id=partner_id)
            .filter(Q(ended_at=None) | Q(ended_at__gt=since))
            .exists()
        )


class PartnerSeat(models.Model):
    """That a user speaks for a partner, from one instant to another. Never deleted, only ended."""

    class Role(models.TextChoices):
        OWNER = "owner", _("Owner")
        EDITOR = "editor", _("Editor")
        HELPER = "helper", _("Helper at the door")

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="seats")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="partner_seats"
    )
    role = models.CharField(_("role"), max_length=8, choices=Role.choices)
    since = models.DateTimeField(_("since"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = PartnerSeatQuerySet.as_manager()

    class Meta:
        verbose_name = _("partner seat")
        verbose_name_plural = _("partner seats")
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "user"], condition=Q(ended_at=None), name="partner_seat_once"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=models.F("since")),
                name="partner_seat_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} #{self.pk}"


class SeatInvitationQuerySet(models.QuerySet["SeatInvitation"]):
    """Questions over invitations."""

    def open_at(self, at: datetime) -> "SeatInvitationQuerySet":
        """Those that somebody may still take. They end with the lead of who made them, so that nobody who
        was shown out keeps a key."""
        leads = PartnerSeat.objects.held_now().filter(
            partner=OuterRef("partner"), user=OuterRef("made_by"), role=PartnerSeat.Role.OWNER
        )
        return self.filter(
            Exists(leads), taken_at=None, withdrawn_at=None, made_at__gt=at - INVITED
        )

    def with_key(self, key: str) -> "SeatInvitationQuerySet":
        """The invitation that this key opens (none or one row). A forged key finds nothing."""
        try:
            return self.filter(pk=signing.Signer(salt=_SALT).unsign_object(key))
        except signing.BadSignature:
            return self.none()


class SeatInvitation(models.Model):
    """That whoever holds its key may take a seat in the organisation: once, for a week."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="invitations")
    role = models.CharField(_("role"), max_length=8, choices=PartnerSeat.Role.choices)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField(_("made at"))
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    taken_at = models.DateTimeField(_("taken at"), null=True, blank=True)
    seat = models.OneToOneField(
        PartnerSeat, on_delete=models.PROTECT, related_name="invitation", null=True, blank=True
    )

    objects = SeatInvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation to a partner's seat")
        verbose_name_plural = _("invitations to partners' seats")
        constraints = [
            models.CheckConstraint(
                condition=Q(taken_at=None, seat=None)
                | Q(taken_at__isnull=False, seat__isnull=False, withdrawn_at=None),
                name="seat_invitation_taken_once",
            ),
        ]

    def __str__(self) -> str:
        return f"invitation #{self.pk}"

    @property
    def key(self) -> str:
        """What its link holds: its number, and our signature under it."""
        return signing.Signer(salt=_SALT).sign_object(self.pk)

    @property
    def ends_at(self) -> datetime:
        """Until when it is good."""
        return self.made_at + INVITED


class Venue(models.Model):
    """A place, and the clock on its wall."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="venues")
    name = models.CharField(_("name"), max_length=120)
    address = models.CharField(_("address"), max_length=250)
    city = models.CharField(_("town or city"), max_length=60, blank=True)
    latitude = models.DecimalField(
        _("latitude"), max_digits=9, decimal_places=6, null=True, blank=True
    )
    longitude = models.DecimalField(
        _("longitude"), max_digits=9, decimal_places=6, null=True, blank=True
    )
    zone = models.CharField(_("time zone"), max_length=64)

    class Meta:
        verbose_name = _("venue")
        verbose_name_plural = _("venues")
        constraints = [
            models.UniqueConstraint(fields=["partner", "name"], name="venue_name_once"),
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="venue_position_whole_or_absent",
            ),
        ]

    def __str__(self) -> str:
        return self.name
