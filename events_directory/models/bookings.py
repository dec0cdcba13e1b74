"""Seats that members took, and the scans of their tickets."""

import secrets

from django.conf import settings
from django.core import signing
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from events_directory.domain.moves import BOOKING
from events_directory.domain.scans import Result, Ticket
from events_directory.models.micro_events import Occurrence
from events_directory.models.moving import Moving
from events_directory.models.partners import Partner
from members.models import Member

_signer = signing.Signer(salt="events_directory.ticket", sep=".")


def new_reference() -> str:
    """An opaque name for a booking: 128 random bits."""
    return secrets.token_urlsafe(16)


def short_name(member: Member) -> str:
    """As much of a name as a partner needs: given name and an initial, else the pseudonym."""
    initial = f" {member.family_name[0]}." if member.family_name else ""
    return f"{member.given_name}{initial}" if member.given_name else member.pseudonym


class BookingQuerySet(models.QuerySet["Booking"]):
    """Questions over bookings."""

    def visible_to(self, user) -> "BookingQuerySet":
        """The member's own bookings."""
        return self.filter(member__in=Member.objects.of(user))

    def hosted_by(self, user) -> "BookingQuerySet":
        """Bookings of the dates of the user's own organisations."""
        return self.filter(occurrence__micro_event__partner__in=Partner.objects.visible_to(user))

    def live(self) -> "BookingQuerySet":
        """Bookings that take a seat."""
        return self.exclude(state=Booking.State.CANCELLED)

    def with_place(self) -> "BookingQuerySet":
        """Brings along what a line in a list shows."""
        return self.select_related(
            "occurrence__micro_event__venue", "occurrence__micro_event__partner"
        )

    def with_ticket(self, code: str) -> "BookingQuerySet":
        """The booking whose ticket this is (none or one row). A forged code finds nothing."""
        try:
            return self.filter(reference=_signer.unsign(code))
        except signing.BadSignature:
            return self.none()


class Booking(Moving):
    """That a member comes to a date, with so many seats. At most one live row of each pair.

    `key` makes the request for it idempotent; `reference` names it to the outside.
    """

    MOVES = BOOKING
    LARGEST_PARTY = 10

    class State(models.TextChoices):
        BOOKED = "booked", _("booked")
        CANCELLED = "cancelled", _("cancelled")
        ATTENDED = "attended", _("attended")
        NO_SHOW = "no_show", _("did not come")

    occurrence = models.ForeignKey(Occurrence, on_delete=models.PROTECT, related_name="bookings")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="bookings")
    seats = models.PositiveSmallIntegerField(_("seats"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.BOOKED)
    state_reason = models.CharField(_("reason"), max_length=300, blank=True)
    key = models.CharField(max_length=200, editable=False)
    reference = models.CharField(max_length=22, unique=True, default=new_reference, editable=False)
    booked_at = models.DateTimeField(_("booked at"))
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)
    attended_at = models.DateTimeField(_("attended at"), null=True, blank=True)

    objects = BookingQuerySet.as_manager()

    class Meta:
        verbose_name = _("booking")
        verbose_name_plural = _("bookings")
        constraints = [
            models.UniqueConstraint(
                fields=["member", "occurrence"],
                condition=~Q(state="cancelled"),
                name="booking_live_once",
            ),
            models.UniqueConstraint(fields=["member", "key"], name="booking_key_once"),
            models.CheckConstraint(condition=Q(seats__gte=1), name="booking_has_seats"),
            models.CheckConstraint(
                condition=Q(state="cancelled", cancelled_at__isnull=False)
                | (~Q(state="cancelled") & Q(cancelled_at=None)),
                name="booking_cancelled_when",
            ),
            models.CheckConstraint(
                condition=Q(state="attended", attended_at__isnull=False)
                | (~Q(state="attended") & Q(attended_at=None)),
                name="booking_attended_when",
            ),
        ]

    def __str__(self) -> str:
        return f"booking #{self.pk}"

    @property
    def is_live(self) -> bool:
        """Whether it takes a seat."""
        return self.state != self.State.CANCELLED

    @property
    def ticket(self) -> str:
        """The code in the QR: the opaque reference and our signature under it."""
        return _signer.sign(self.reference)

    @property
    def shown(self) -> Ticket:
        """This booking as a check-in sees it."""
        return Ticket(
            self.occurrence_id,
            self.state == self.State.CANCELLED,
            self.state == self.State.ATTENDED,
        )

    @property
    def guest_name(self) -> str:
        """As much of a name as the door needs."""
        return short_name(self.member)


class CheckIn(models.Model):
    """One scan of a ticket at the door of a date, whatever came of it. Append-only.

    `nonce` is the device's own name for the scan: uploading the same scan again finds this row.
    `scanned_at` is the device's clock, `recorded_at` ours.
    """

    RESULTS = [
        (Result.OK.value, _("welcome")),
        (Result.ALREADY.value, _("was here before")),
        (Result.WRONG_OCCURRENCE.value, _("ticket for another date")),
        (Result.TOO_EARLY.value, _("too early")),
        (Result.TOO_LATE.value, _("too late")),
        (Result.CANCELLED.value, _("cancelled")),
        (Result.UNKNOWN.value, _("not a ticket")),
    ]

    occurrence = models.ForeignKey(Occurrence, on_delete=models.PROTECT, related_name="check_ins")
    booking = models.ForeignKey(
        Booking, on_delete=models.PROTECT, related_name="check_ins", null=True
    )
    result = models.CharField(_("result"), max_length=16, choices=RESULTS)
    nonce = models.CharField(max_length=100)
    scanned_at = models.DateTimeField(_("scanned at"))
    recorded_at = models.DateTimeField(_("recorded at"))
    scanned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("check-in")
        verbose_name_plural = _("check-ins")
        constraints = [
            models.UniqueConstraint(fields=["occurrence", "nonce"], name="check_in_once"),
            models.CheckConstraint(
                condition=Q(booking=None, result="unknown")
                | (Q(booking__isnull=False) & ~Q(result="unknown")),
                name="check_in_knows_its_booking",
            ),
            models.UniqueConstraint(
                fields=["booking"], condition=Q(result="ok"), name="check_in_ok_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.result} #{self.pk}"
