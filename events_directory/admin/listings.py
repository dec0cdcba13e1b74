"""The moderation queue, the dates, and who booked and came."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display
from unfold.enums import ActionVariant

from events_directory import permissions
from events_directory.admin.desk import Desk, KeyedDialog, ReasonDialog, Rows, action, ask
from events_directory.domain.scans import Result
from events_directory.models import (
    Booking,
    CheckIn,
    GuestNote,
    MicroEvent,
    Occurrence,
    WaitlistPlace,
)
from events_directory.operations import check_ins, micro_events
from members.domain.actors import Actor


class OccurrenceRows(Rows):
    model = Occurrence
    fields = ("starts_at", "minutes", "capacity", "booked", "cancelled_at")
    ordering = ("starts_at",)


@admin.register(MicroEvent)
class MicroEventAdmin(Desk):
    """Listings; those in review are the queue."""

    list_display = ("title", "partner", "shown_state", "category", "submitted_at")
    list_filter = ("state", "category")
    list_select_related = ("partner",)
    search_fields = ("title", "partner__name", "neighbourhood")
    ordering = ("-submitted_at", "-created_at")
    inlines = (OccurrenceRows,)
    actions = ("publish_all",)
    actions_detail = ("publish", "reject", "cancel")

    @display(
        description=gettext_lazy("state"),
        ordering="state",
        label={
            MicroEvent.State.DRAFT: "info",
            MicroEvent.State.IN_REVIEW: "warning",
            MicroEvent.State.PUBLISHED: "success",
            MicroEvent.State.REJECTED: "danger",
            MicroEvent.State.CANCELLED: "danger",
        },
    )
    def shown_state(self, event: MicroEvent) -> tuple[str, str]:
        """The state as a coloured label."""
        return event.state, event.get_state_display()

    def get_queryset_for_buttons(self) -> QuerySet:
        """With the partner."""
        return MicroEvent.objects.select_related("partner")

    def has_review_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """For the queue as a whole, or for one listing."""
        if object_id is None:
            return request.user.has_perm("events_directory.review_microevent")
        event = self.row(object_id)
        return event is not None and bool(permissions.can_review(request.user, event))

    def has_cancel_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Staff may call anything off, for instance when the partner cannot be reached."""
        event = self.row(object_id)
        holds = request.user.has_perm("events_directory.review_microevent")
        return holds and event is not None and event.allows("cancel")

    @action(
        description=gettext_lazy("Publish"),
        permissions=["review"],
        variant=ActionVariant.SUCCESS,
        dialog=ask(gettext_lazy("Publish"), gettext_lazy("Everybody can find and book it then.")),
    )
    def publish(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        """Put it into the directory."""
        return self.run(
            request,
            object_id,
            lambda actor: micro_events.publish(self.row(object_id), actor=actor),
            done=_("Published."),
        )

    @action(
        description=gettext_lazy("Send back"),
        permissions=["review"],
        dialog=ask(
            gettext_lazy("Send back"),
            gettext_lazy("The partner reads the reason and may submit again."),
            ReasonDialog,
        ),
    )
    def reject(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        """Send it back with a reason."""
        reason = form.cleaned_data["reason"]
        return self.run(
            request,
            object_id,
            lambda actor: micro_events.reject(self.row(object_id), reason=reason, actor=actor),
            done=_("Sent back."),
        )

    @action(
        description=gettext_lazy("Cancel"),
        permissions=["cancel"],
        variant=ActionVariant.DANGER,
        dialog=ask(
            gettext_lazy("Cancel the event"),
            gettext_lazy("Every coming date and its bookings are cancelled with it."),
            ReasonDialog,
        ),
    )
    def cancel(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        """Call it off."""
        reason = form.cleaned_data["reason"]
        return self.run(
            request,
            object_id,
            lambda actor: micro_events.cancel(self.row(object_id), reason=reason, actor=actor),
            done=_("Cancelled."),
        )

    @admin.action(description=gettext_lazy("Publish the chosen ones"), permissions=["review"])
    def publish_all(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Publish what can be published; each refusal names its listing."""
        self.run_on_all(
            request, queryset, lambda event, actor: micro_events.publish(event, actor=actor)
        )


@admin.register(Occurrence)
class OccurrenceAdmin(Desk):
    """Dates."""

    list_display = ("micro_event", "starts_at", "zone", "booked", "capacity", "cancelled_at")
    list_select_related = ("micro_event",)
    search_fields = ("micro_event__title",)
    date_hierarchy = "starts_at"
    ordering = ("-starts_at",)


@admin.register(Booking)
class BookingAdmin(Desk):
    """Bookings."""

    list_display = ("id", "member", "occurrence", "seats", "state", "booked_at")
    list_filter = ("state",)
    list_select_related = ("member", "occurrence")
    search_fields = ("member__ref", "occurrence__micro_event__title")
    ordering = ("-id",)
    actions_detail = ("check_in",)

    def get_queryset_for_buttons(self) -> QuerySet:
        """With the date and the guest."""
        return Booking.objects.select_related("occurrence", "member")

    def has_welcome_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Whether the button shows and works."""
        booking = self.row(object_id)
        return booking is not None and bool(permissions.can_welcome(request.user, booking))

    @action(
        description=gettext_lazy("Check in"),
        permissions=["welcome"],
        dialog=ask(gettext_lazy("Check in"), gettext_lazy("The guest is here now."), KeyedDialog),
    )
    def check_in(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        """Let the guest in, as at the door; the answer is what came of it."""
        key = form.cleaned_data["key"]
        return self.run(
            request,
            object_id,
            lambda actor: _let_in(self.row(object_id), nonce=key, actor=actor),
            done=_("Welcome."),
        )


def _let_in(booking: Booking, *, nonce: str, actor: Actor) -> None:
    """Record the scan; raises what came of it when it let nobody in."""
    row = check_ins.check_in(booking.occurrence, ticket=booking.ticket, nonce=nonce, actor=actor)
    if row.result != Result.OK:
        raise ValidationError(capfirst(row.get_result_display()))


@admin.register(WaitlistPlace)
class WaitlistPlaceAdmin(Desk):
    """Who waits, and what became of it."""

    list_display = ("id", "member", "occurrence", "seats", "state", "joined_at", "ended_at")
    list_filter = ("state",)
    list_select_related = ("member", "occurrence")
    search_fields = ("member__ref", "occurrence__micro_event__title")
    ordering = ("-id",)


@admin.register(GuestNote)
class GuestNoteAdmin(Desk):
    """What partners wrote to guests."""

    list_display = ("sent_at", "occurrence", "audience", "guests", "text", "sent_by")
    list_filter = ("audience",)
    list_select_related = ("occurrence", "sent_by")
    search_fields = ("occurrence__micro_event__title", "text")
    ordering = ("-id",)


@admin.register(CheckIn)
class CheckInAdmin(Desk):
    """Scans."""

    list_display = ("id", "occurrence", "booking", "result", "scanned_at", "recorded_at")
    list_filter = ("result",)
    list_select_related = ("occurrence", "booking")
    ordering = ("-id",)
