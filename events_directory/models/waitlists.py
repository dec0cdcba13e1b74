"""Members who wait for a seat of a date that is full."""

from datetime import datetime

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from events_directory.domain.moves import WAITLIST
from events_directory.models.bookings import Booking, short_name
from events_directory.models.micro_events import Occurrence
from events_directory.models.moving import Moving
from members.models import Access, Member


class WaitlistPlaceQuerySet(models.QuerySet["WaitlistPlace"]):
    """Questions over waiting lists."""

    def visible_to(self, user) -> "WaitlistPlaceQuerySet":
        """The member's own places."""
        return self.filter(member__in=Member.objects.of(user))

    def in_line(self) -> "WaitlistPlaceQuerySet":
        """Those who wait, first come first."""
        return self.filter(state=WaitlistPlace.State.WAITING).order_by("joined_at", "pk")

    def admitted(self, at: datetime) -> "WaitlistPlaceQuerySet":
        """Those of members who may come: to whom the access that the event asks for is open at this
        instant, or it asks for none."""
        asked = "occurrence__micro_event__access_name"
        doors = Access.objects.open_at(at).filter(member=OuterRef("member"), name=OuterRef(asked))
        return self.filter(Q(**{asked: ""}) | Exists(doors), member__erased_at=None)

    def who_fit(self) -> "WaitlistPlaceQuerySet":
        """Those for whom enough seats are free."""
        return self.filter(seats__lte=F("occurrence__capacity") - F("occurrence__booked"))

    def with_position(self) -> "WaitlistPlaceQuerySet":
        """Adds `position`: 1 for who is next on the same date's list."""
        ahead = (
            WaitlistPlace.objects.in_line()
            .filter(occurrence=OuterRef("occurrence"))
            .filter(
                Q(joined_at__lt=OuterRef("joined_at"))
                | Q(joined_at=OuterRef("joined_at"), pk__lte=OuterRef("pk"))
            )
            .order_by()
            .values("occurrence")
            .annotate(n=Count("pk"))
            .values("n")
        )
        return self.annotate(position=Subquery(ahead))

    def with_place(self) -> "WaitlistPlaceQuerySet":
        """Brings along what a line in a list shows."""
        return self.select_related(
            "occurrence__micro_event__venue", "occurrence__micro_event__partner"
        )


class WaitlistPlace(Moving):
    """That a member waits for so many seats of a date. At most one waiting row of each pair.

    Its order is `joined_at`; `booking` is what it became. `key` makes the request for it idempotent.
    """

    MOVES = WAITLIST

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        PROMOTED = "promoted", _("got a seat")
        LEFT = "left", _("left the list")
        CLOSED = "closed", _("list closed")

    occurrence = models.ForeignKey(Occurrence, on_delete=models.PROTECT, related_name="waitlist")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="waitlist_places")
    seats = models.PositiveSmallIntegerField(_("seats"))
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.WAITING)
    key = models.CharField(max_length=200, editable=False)
    joined_at = models.DateTimeField(_("joined at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    booking = models.OneToOneField(
        Booking, on_delete=models.PROTECT, related_name="waited", null=True, blank=True
    )

    objects = WaitlistPlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("place on a waiting list")
        verbose_name_plural = _("places on waiting lists")
        constraints = [
            models.UniqueConstraint(
                fields=["member", "occurrence"],
                condition=Q(state="waiting"),
                name="waitlist_place_once",
            ),
            models.UniqueConstraint(fields=["member", "key"], name="waitlist_key_once"),
            models.CheckConstraint(condition=Q(seats__gte=1), name="waitlist_place_has_seats"),
            models.CheckConstraint(
                condition=Q(state="waiting", ended_at=None)
                | (~Q(state="waiting") & Q(ended_at__isnull=False, ended_at__gte=F("joined_at"))),
                name="waitlist_place_ended_when",
            ),
            models.CheckConstraint(
                condition=Q(state="promoted", booking__isnull=False)
                | (~Q(state="promoted") & Q(booking=None)),
                name="waitlist_place_promoted_to",
            ),
        ]
        indexes = [
            models.Index(
                fields=["occurrence", "joined_at", "id"],
                name="waitlist_in_line",
                condition=Q(state="waiting"),
            )
        ]

    @property
    def is_waiting(self) -> bool:
        """Whether it may still become a booking."""
        return self.state == self.State.WAITING

    @property
    def guest_name(self) -> str:
        """As much of a name as a partner needs."""
        return short_name(self.member)

    def __str__(self) -> str:
        return f"place #{self.pk}"
