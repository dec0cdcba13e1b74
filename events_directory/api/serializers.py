"""What the API shows and takes. Reading and input are apart, and name every field."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from events_directory.domain import money
from events_directory.models import (
    Booking,
    CheckIn,
    GrantApplication,
    Occurrence,
    Pool,
    WaitlistPlace,
)


class VenueOut(serializers.Serializer):
    name = serializers.CharField()
    address = serializers.CharField()
    city = serializers.CharField()
    latitude = serializers.DecimalField(max_digits=9, decimal_places=6, allow_null=True)
    longitude = serializers.DecimalField(max_digits=9, decimal_places=6, allow_null=True)


class OccurrenceOut(serializers.ModelSerializer):
    """One date of a micro-event, with what a caller needs to show and book it."""

    event = serializers.IntegerField(source="micro_event_id")
    title = serializers.CharField(source="micro_event.title")
    summary = serializers.CharField(source="micro_event.summary")
    category = serializers.CharField(source="micro_event.category")
    neighbourhood = serializers.CharField(source="micro_event.neighbourhood")
    partner = serializers.CharField(source="micro_event.partner.slug")
    state = serializers.CharField(source="micro_event.state")
    access_needed = serializers.CharField(source="micro_event.access_name")
    venue = VenueOut(source="micro_event.venue")
    time_zone = serializers.CharField(source="zone")

    class Meta:
        model = Occurrence
        fields = (
            "id",
            "event",
            "title",
            "summary",
            "category",
            "neighbourhood",
            "partner",
            "state",
            "access_needed",
            "venue",
            "starts_at",
            "ends_at",
            "time_zone",
            "capacity",
            "free",
            "is_cancelled",
        )
        read_only_fields = fields


class SeatsIn(serializers.Serializer):
    """For whom, on which date, how many."""

    member = serializers.CharField(max_length=100, help_text="The member's reference.")
    occurrence = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    seats = serializers.IntegerField(min_value=1, max_value=Booking.LARGEST_PARTY, default=1)


class BookingIn(SeatsIn):
    """Who comes, to which date, with how many."""


class BookingOut(serializers.ModelSerializer):
    member = serializers.CharField(source="member.ref")
    ticket = serializers.CharField(help_text="What the QR code at the door holds.")

    class Meta:
        model = Booking
        fields = (
            "id",
            "member",
            "occurrence",
            "seats",
            "state",
            "ticket",
            "booked_at",
            "cancelled_at",
            "attended_at",
        )
        read_only_fields = fields


class WaitingPlaceIn(SeatsIn):
    """Who waits, for which date, for how many seats."""


class WaitingPlaceOut(serializers.ModelSerializer):
    """A place in line. `booking` is what it became; until then `position` is 1 for who is next."""

    member = serializers.CharField(source="member.ref")
    position = serializers.SerializerMethodField(help_text="Null once it is over.")

    class Meta:
        model = WaitlistPlace
        fields = (
            "id",
            "member",
            "occurrence",
            "seats",
            "state",
            "position",
            "booking",
            "joined_at",
            "ended_at",
        )
        read_only_fields = fields

    @extend_schema_field({"type": ["integer", "null"], "readOnly": True})
    def get_position(self, place: WaitlistPlace) -> int | None:
        """Where it stands, while it waits; needs `with_position`."""
        return place.position if place.is_waiting else None  # type: ignore[attr-defined]  # annotated


class CheckInIn(serializers.Serializer):
    """A scan: the ticket's code (or the booking's id), where, when and under which name."""

    ticket = serializers.CharField(max_length=200, required=False)
    booking = serializers.IntegerField(min_value=1, max_value=2**63 - 1, required=False)
    occurrence = serializers.IntegerField(
        min_value=1,
        max_value=2**63 - 1,
        required=False,
        help_text="At whose door; the ticket's own date when left out.",
    )
    at = serializers.DateTimeField(required=False, help_text="The device's clock; now by default.")
    nonce = serializers.CharField(
        max_length=100, required=False, help_text="The device's name for this scan."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Exactly one of ticket and booking."""
        if ("ticket" in attrs) == ("booking" in attrs):
            raise serializers.ValidationError({"ticket": ["Send either a ticket or a booking."]})
        return attrs


class CheckInOut(serializers.ModelSerializer):
    """What came of a scan. `first_at` tells when a ticket that was used before was scanned first."""

    first_at = serializers.DateTimeField(
        source="booking.attended_at", allow_null=True, default=None
    )
    member = serializers.CharField(source="booking.member.ref", allow_null=True, default=None)

    class Meta:
        model = CheckIn
        fields = ("id", "occurrence", "booking", "member", "result", "scanned_at", "first_at")
        read_only_fields = fields


class PoolOut(serializers.ModelSerializer):
    """A pool and what lies in it, as decimal strings of its currency."""

    balances = serializers.SerializerMethodField()

    class Meta:
        model = Pool
        fields = ("slug", "name", "purpose", "currency", "is_open", "balances")
        read_only_fields = fields

    @extend_schema_field({"type": "object", "additionalProperties": {"type": "string"}})
    def get_balances(self, pool: Pool) -> dict[str, str]:
        """deposits, available, committed, payable, disbursed."""
        return {
            name: str(money.major(amount, pool.currency))
            for name, amount in pool.balances().items()
        }


class ApplicationIn(serializers.Serializer):
    """A draft; a person of the organisation completes it and hands it in."""

    pool = serializers.SlugRelatedField(slug_field="slug", queryset=Pool.objects.all())
    title = serializers.CharField(max_length=120)
    amount = serializers.DecimalField(max_digits=12, decimal_places=3, min_value=0)
    what_for = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    who_benefits = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    how_known = serializers.CharField(max_length=2000, required=False, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Replaces `amount` by `requested`, in minor units of the pool's currency."""
        try:
            amount = attrs.pop("amount").normalize()
            attrs["requested"] = money.minor(amount, attrs["pool"].currency)
        except ValueError:
            raise serializers.ValidationError(
                {"amount": ["This currency has fewer decimals."]}
            ) from None
        return attrs


class ApplicationOut(serializers.ModelSerializer):
    partner = serializers.CharField(source="partner.slug")
    pool = serializers.CharField(source="pool.slug")
    currency = serializers.CharField(source="pool.currency")
    requested = serializers.SerializerMethodField()
    awarded = serializers.SerializerMethodField()
    paid = serializers.SerializerMethodField()

    class Meta:
        model = GrantApplication
        fields = (
            "id",
            "partner",
            "pool",
            "title",
            "currency",
            "requested",
            "awarded",
            "paid",
            "state",
            "state_reason",
            "created_at",
            "submitted_at",
            "decided_at",
        )
        read_only_fields = fields

    def get_requested(self, row: GrantApplication) -> str:
        """What it asks for."""
        return str(money.major(row.requested, row.pool.currency))

    def get_awarded(self, row: GrantApplication) -> str | None:
        """What was awarded; null before."""
        grant = getattr(row, "grant", None)
        return grant and str(money.major(grant.awarded, row.pool.currency))

    def get_paid(self, row: GrantApplication) -> str | None:
        """What was paid; null before an award."""
        grant = getattr(row, "grant", None)
        return grant and str(money.major(grant.paid, row.pool.currency))
