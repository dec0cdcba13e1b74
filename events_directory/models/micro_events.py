"""Micro-events and their dates."""

import uuid
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Count, F, Min, Q
from django.utils.translation import gettext_lazy as _

from events_directory.domain.moves import MICRO_EVENT
from events_directory.domain.scans import Door
from events_directory.models.moving import Moving
from events_directory.models.partners import Partner, Venue

#: How long the public calendar goes on showing what is over or was cancelled.
FEED_MEMORY = timedelta(days=30)
#: Dates of organisations that are suspended: nowhere on show until that is settled.
_SUSPENDED = Q(micro_event__partner__state=Partner.State.SUSPENDED)


class MicroEventQuerySet(models.QuerySet["MicroEvent"]):
    """Questions over micro-events."""

    def public(self) -> "MicroEventQuerySet":
        """Events that everybody may read: published ones, also when cancelled since."""
        return self.exclude(published_at=None)

    def with_next_date(self, at: datetime) -> "MicroEventQuerySet":
        """Adds `next_at`: when its next date starts; None when there is none to come."""
        coming = Q(occurrences__ends_at__gt=at, occurrences__cancelled_at=None)
        return self.annotate(next_at=Min("occurrences__starts_at", filter=coming))


class MicroEvent(Moving):
    """Something small that happens in the neighbourhood. Its dates are `Occurrence` rows."""

    MOVES = MICRO_EVENT

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        IN_REVIEW = "in_review", _("in review")
        PUBLISHED = "published", _("published")
        REJECTED = "rejected", _("sent back")
        CANCELLED = "cancelled", _("cancelled")

    class Category(models.TextChoices):
        WORKSHOP = "workshop", _("Workshop")
        REPAIR = "repair", _("Repair")
        SWAP = "swap", _("Swap")
        TASTING = "tasting", _("Tasting")
        TALK = "talk", _("Talk")
        OUTDOORS = "outdoors", _("Outdoors")
        CLEAN_UP = "clean_up", _("Clean-up")
        SOCIAL = "social", _("Get-together")

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="micro_events")
    venue = models.ForeignKey(
        Venue, on_delete=models.PROTECT, related_name="micro_events", verbose_name=_("venue")
    )
    title = models.CharField(_("title"), max_length=120)
    summary = models.CharField(_("summary"), max_length=200, blank=True)
    description = models.TextField(_("description"), max_length=5000, blank=True)
    category = models.CharField(_("category"), max_length=12, choices=Category.choices)
    neighbourhood = models.CharField(_("neighbourhood"), max_length=60, blank=True)
    access_name = models.CharField(
        _("access needed"),
        max_length=80,
        blank=True,
        help_text=_("Only members to whom this access was opened may book. Empty: everybody."),
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    state_reason = models.CharField(_("reason"), max_length=300, blank=True)
    state_since = models.DateTimeField(_("in this state since"))
    created_at = models.DateTimeField(_("created at"))
    changed_at = models.DateTimeField(_("changed at"))
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)

    objects = MicroEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("micro-event")
        verbose_name_plural = _("micro-events")
        permissions = [("review_microevent", "Can publish micro-events or send them back")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_at__isnull=False),
                name="micro_event_published_when",
            ),
            models.CheckConstraint(
                condition=~Q(state="rejected") | ~Q(state_reason=""),
                name="micro_event_rejected_why",
            ),
        ]
        indexes = [
            models.Index(
                fields=["submitted_at"], name="micro_event_queue", condition=Q(state="in_review")
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_published(self) -> bool:
        """Whether members may find and book it."""
        return self.state == self.State.PUBLISHED


class Repetition(models.Model):
    """That dates of a micro-event were added by a rule (RFC 5545) on the venue's wall. Never changed: what
    becomes of a date is the date's own."""

    micro_event = models.ForeignKey(
        MicroEvent, on_delete=models.PROTECT, related_name="repetitions"
    )
    rule = models.CharField(_("rule"), max_length=120)
    first_on = models.DateField(_("from"))
    local_time = models.TimeField(_("time"))
    minutes = models.PositiveSmallIntegerField(_("length in minutes"))
    capacity = models.PositiveIntegerField(_("seats"))
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("repetition")
        verbose_name_plural = _("repetitions")

    def __str__(self) -> str:
        return self.rule


class OccurrenceQuerySet(models.QuerySet["Occurrence"]):
    """Questions over dates."""

    def with_place(self) -> "OccurrenceQuerySet":
        """Brings along what a line in a list shows."""
        return self.select_related("micro_event__venue", "micro_event__partner")

    def with_line(self) -> "OccurrenceQuerySet":
        """Adds `waiting`: how many places in line there are for the date."""
        return self.annotate(waiting=Count("waitlist", filter=Q(waitlist__state="waiting")))

    def on_show(self, at: datetime) -> "OccurrenceQuerySet":
        """What the public list shows at this instant: published, not cancelled, not over, and not of an
        organisation that is suspended."""
        return self.coming(at).exclude(_SUSPENDED)

    def coming(self, at: datetime) -> "OccurrenceQuerySet":
        """Published dates that take place and are not over, on show or not."""
        return self.filter(
            micro_event__state=MicroEvent.State.PUBLISHED, cancelled_at=None, ends_at__gt=at
        )

    def in_feed(self, at: datetime) -> "OccurrenceQuerySet":
        """What the public calendar holds: what is on show, and what ended lately or was cancelled."""
        since = at - FEED_MEMORY
        return self.exclude(Q(micro_event__published_at=None) | _SUSPENDED).filter(
            Q(cancelled_at=None, ends_at__gt=since) | Q(cancelled_at__gt=since)
        )

    def matching(
        self, *, text="", since=None, until=None, category="", neighbourhood="", city=""
    ) -> "OccurrenceQuerySet":
        """The filters of the list, the calendar and the API; empty ones leave everything in.

        `since` and `until` are dates on the venue's own calendar, both included.
        """
        found = self
        if text:
            found = found.filter(
                Q(micro_event__title__icontains=text)
                | Q(micro_event__summary__icontains=text)
                | Q(micro_event__description__icontains=text)
                | Q(micro_event__partner__name__icontains=text)
                | Q(micro_event__venue__name__icontains=text)
                | Q(micro_event__venue__city__icontains=text)
            )
        exact = {
            "local_on__gte": since,
            "local_on__lte": until,
            "micro_event__category": category,
            "micro_event__neighbourhood__iexact": neighbourhood,
            "micro_event__venue__city__iexact": city,
        }
        return found.filter(**{name: value for name, value in exact.items() if value})

    def locked(self, ids) -> list["Occurrence"]:
        """These rows, locked in the order of their ids, so that no two transactions can embrace.

        They are read once they are locked: what is read together with a lock that had to be waited for is,
        of all other tables, as old as the wait.
        """
        rows = self.filter(pk__in=ids).select_for_update(no_key=True).order_by("pk")
        held = list(rows.values_list("pk", flat=True))
        return list(self.with_place().filter(pk__in=held).order_by("pk"))


class Occurrence(models.Model):
    """One date of a micro-event.

    The truth is the time on the venue's wall (`local_on`, `local_time`, `zone`); `starts_at` and
    `ends_at` are computed from it. `booked` counts the seats of its live bookings. `sequence` grows
    with every change that a calendar must notice; `uid` names the date in calendars for ever.
    `repetition` is the rule that added it (None: it was added by itself).
    """

    micro_event = models.ForeignKey(
        MicroEvent, on_delete=models.PROTECT, related_name="occurrences"
    )
    repetition = models.ForeignKey(
        Repetition, on_delete=models.PROTECT, related_name="occurrences", null=True, blank=True
    )
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    local_on = models.DateField(_("date"))
    local_time = models.TimeField(_("time"))
    zone = models.CharField(_("time zone"), max_length=64)
    minutes = models.PositiveSmallIntegerField(_("length in minutes"))
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    capacity = models.PositiveIntegerField(_("seats"))
    booked = models.PositiveIntegerField(_("booked seats"), default=0)
    sequence = models.PositiveIntegerField(_("revision"), default=0)
    changed_at = models.DateTimeField(_("changed at"))
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("list closed at"), null=True, blank=True)

    objects = OccurrenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("date")
        verbose_name_plural = _("dates")
        constraints = [
            models.CheckConstraint(
                condition=Q(booked__gte=0, booked__lte=F("capacity")),
                name="occurrence_never_oversold",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="occurrence_ends_after_start"
            ),
        ]
        indexes = [models.Index(fields=["starts_at", "id"], name="occurrence_by_time")]

    def __str__(self) -> str:
        return f"{self.local_on:%Y-%m-%d} {self.local_time:%H:%M}"

    @property
    def free(self) -> int:
        """How many seats are left."""
        return self.capacity - self.booked

    @property
    def is_cancelled(self) -> bool:
        """Whether this date was called off."""
        return self.cancelled_at is not None

    @property
    def door(self) -> Door:
        """This date as a check-in sees it."""
        return Door(self.pk, self.starts_at, self.ends_at, self.is_cancelled)
