"""The directory for scripts and shops. A partner's key sees and touches its own organisation alone.

Authentication, scopes by `scopes`, pagination and the shape of errors come from the settings.
"""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import PermissionDenied
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import APIView

from events_directory.api import serializers
from events_directory.forms import ListingFilter
from events_directory.models import (
    Booking,
    CheckIn,
    GrantApplication,
    Occurrence,
    Partner,
    Pool,
    WaitlistPlace,
)
from events_directory.models.bookings import BookingQuerySet
from events_directory.models.micro_events import OccurrenceQuerySet
from events_directory.models.waitlists import WaitlistPlaceQuerySet
from events_directory.operations import applications, bookings, check_ins, waitlists
from members import clock
from members.domain.actors import Actor
from members.models import Member

FILTERS = [
    OpenApiParameter("q", OpenApiTypes.STR, description="Words in title, text, partner or venue."),
    OpenApiParameter("since", OpenApiTypes.DATE, description="First day, on the venue's calendar."),
    OpenApiParameter("until", OpenApiTypes.DATE, description="Last day, on the venue's calendar."),
    OpenApiParameter("category", OpenApiTypes.STR),
    OpenApiParameter("neighbourhood", OpenApiTypes.STR),
    OpenApiParameter("city", OpenApiTypes.STR),
]


Cursor: type[CursorPagination] = api_settings.DEFAULT_PAGINATION_CLASS  # type: ignore[assignment]  # the programme's


class SoonestFirst(Cursor):  # type: ignore[misc, valid-type]  # known only when settings are read
    """The programme's pages, in the order of time."""

    ordering = ("starts_at", "id")


def organisation_of(request: Request) -> int | None:
    """The organisation that the key belongs to; None for the programme's own keys."""
    key: Any = request.auth
    return key.partner_id


def dates_of(request: Request) -> OccurrenceQuerySet:
    """What the caller may know of: a partner's key its own dates, any other the published ones."""
    dates = Occurrence.objects.with_place()
    if organisation_of(request) is not None:
        return dates.filter(micro_event__partner=organisation_of(request))
    return dates.exclude(micro_event__published_at=None)


def bookings_of(request: Request) -> BookingQuerySet:
    """The bookings of those dates."""
    return Booking.objects.filter(occurrence__in=dates_of(request).values("pk"))


def places_of(request: Request) -> WaitlistPlaceQuerySet:
    """The places in line for those dates, with where they stand."""
    places = WaitlistPlace.objects.filter(occurrence__in=dates_of(request).values("pk"))
    return places.with_position().select_related("member")


def request_key(request: Request) -> str:
    """The caller's Idempotency-Key as a key of ours; a fresh one when there is none."""
    caller: Any = request.auth  # the upper floors' key, which has this word for every door
    return str(caller.cause(request.headers.get("Idempotency-Key")))


class Events(ListAPIView):
    """Dates of micro-events that are still to come, soonest first."""

    scopes = {"read": "events:read"}
    serializer_class = serializers.OccurrenceOut
    queryset = Occurrence.objects.none()
    pagination_class = SoonestFirst

    @extend_schema(parameters=FILTERS, operation_id="events_list")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The dates that fit the filters."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Occurrence]:
        """On show for everybody; a partner's key also sees its drafts."""
        dates = dates_of(self.request).matching(**ListingFilter(self.request.GET).criteria())
        now = clock.now()
        if organisation_of(self.request) is None:
            return dates.on_show(now)
        return dates.filter(ends_at__gt=now)


def _wanted(
    request: Request, shape: type[serializers.SeatsIn]
) -> tuple[Occurrence, dict[str, Any]]:
    """The date that is asked for, and for whom, how many, under which key and by whose."""
    asked = shape(data=request.data)
    asked.is_valid(raise_exception=True)
    wanted = asked.validated_data
    return get_object_or_404(dates_of(request), pk=wanted["occurrence"]), {
        "member": get_object_or_404(Member.objects.known_as(wanted["member"])),
        "seats": wanted["seats"],
        "key": request_key(request),
        "actor": Actor.key(request.auth),
    }


class Bookings(APIView):
    """Seats for members."""

    scopes = {"write": "bookings:write"}

    @extend_schema(
        request=serializers.BookingIn,
        responses={201: serializers.BookingOut},
        operation_id="bookings_create",
    )
    def post(self, request: Request) -> Response:
        """Book seats. The same Idempotency-Key again answers with the first booking."""
        date, wanted = _wanted(request, serializers.BookingIn)
        booking = bookings.book(date, **wanted)
        return Response(serializers.BookingOut(booking).data, status=status.HTTP_201_CREATED)


class BookingCancellation(APIView):
    """The way back."""

    scopes = {"write": "bookings:write"}

    @extend_schema(
        request=None, responses={200: serializers.BookingOut}, operation_id="bookings_cancel"
    )
    def post(self, request: Request, pk: int) -> Response:
        """Give the seats back, until it begins. Cancelling twice changes nothing."""
        booking = get_object_or_404(bookings_of(request), pk=pk)
        booking = bookings.cancel(booking, actor=Actor.key(request.auth))
        return Response(serializers.BookingOut(booking).data)


class WaitingPlaces(APIView):
    """Places in line for dates that are full."""

    scopes = {"write": "bookings:write"}

    @extend_schema(
        request=serializers.WaitingPlaceIn,
        responses={201: serializers.WaitingPlaceOut},
        operation_id="waiting_places_create",
    )
    def post(self, request: Request) -> Response:
        """Wait for seats; when so many are free they are booked at once. The same Idempotency-Key again
        answers with the first place."""
        date, wanted = _wanted(request, serializers.WaitingPlaceIn)
        place = waitlists.join(date, **wanted)
        return Response(_standing(request, place.pk), status=status.HTTP_201_CREATED)


class WaitingPlaceDetail(APIView):
    """One place in line. Who makes bookings reads it: it says what a member is up to."""

    scopes = {"read": "bookings:write"}

    @extend_schema(
        responses={200: serializers.WaitingPlaceOut}, operation_id="waiting_places_retrieve"
    )
    def get(self, request: Request, pk: int) -> Response:
        """Where it stands, or what became of it."""
        return Response(_standing(request, pk))


class WaitingPlaceLeave(APIView):
    """Out of the line."""

    scopes = {"write": "bookings:write"}

    @extend_schema(
        request=None,
        responses={200: serializers.WaitingPlaceOut},
        operation_id="waiting_places_leave",
    )
    def post(self, request: Request, pk: int) -> Response:
        """Wait no longer. Leaving twice changes nothing; a seat is given back by its booking."""
        waitlists.leave(get_object_or_404(places_of(request), pk=pk), actor=Actor.key(request.auth))
        return Response(_standing(request, pk))


def _standing(request: Request, pk: int) -> Any:
    return serializers.WaitingPlaceOut(get_object_or_404(places_of(request), pk=pk)).data


class CheckIns(APIView):
    """Scans of tickets."""

    scopes = {"write": "events:write"}

    @extend_schema(
        request=serializers.CheckInIn,
        responses={201: serializers.CheckInOut},
        operation_id="check_ins_create",
    )
    def post(self, request: Request) -> Response:
        """Record a scan; `result` says what came of it. The same nonce again is the same scan."""
        asked = serializers.CheckInIn(data=request.data)
        asked.is_valid(raise_exception=True)
        scan = asked.validated_data
        ticket, own_date = self._ticket(request, scan)
        occurrence = get_object_or_404(dates_of(request), pk=scan.get("occurrence", own_date))
        row = check_ins.check_in(
            occurrence,
            ticket=ticket,
            nonce=scan.get("nonce") or request_key(request),
            at=scan.get("at"),
            actor=Actor.key(request.auth),
        )
        row = CheckIn.objects.select_related("booking__member").get(pk=row.pk)
        return Response(serializers.CheckInOut(row).data, status=status.HTTP_201_CREATED)

    def _ticket(self, request: Request, scan: dict[str, Any]) -> tuple[str, int]:
        """The ticket's code, and the date it is for (0 when it is not one of the caller's)."""
        if "booking" in scan:
            booking = get_object_or_404(bookings_of(request), pk=scan["booking"])
            return booking.ticket, booking.occurrence_id
        shown = bookings_of(request).with_ticket(scan["ticket"]).first()
        return scan["ticket"], shown.occurrence_id if shown else 0


class Pools(ListAPIView):
    """Community pools and what lies in them."""

    scopes = {"read": "grants:read"}
    serializer_class = serializers.PoolOut
    queryset = Pool.objects.prefetch_related("accounts")


class Applications(ListAPIView):
    """Grant applications: of the key's organisation, or all for the programme's own keys."""

    scopes = {"read": "grants:read", "write": "grants:write"}
    serializer_class = serializers.ApplicationOut
    queryset = GrantApplication.objects.none()

    def get_queryset(self) -> QuerySet[GrantApplication]:
        """What the key may see."""
        return applications_of(self.request)

    @extend_schema(
        request=serializers.ApplicationIn,
        responses={201: serializers.ApplicationOut},
        operation_id="grants_applications_create",
    )
    def post(self, request: Request) -> Response:
        """Begin a draft for the key's organisation. Handing it in, and deciding, is for people."""
        if organisation_of(request) is None:
            raise PermissionDenied("Only an organisation's own key may apply for it.")
        asked = serializers.ApplicationIn(data=request.data)
        asked.is_valid(raise_exception=True)
        row = applications.draft(
            get_object_or_404(Partner, pk=organisation_of(request)),
            actor=Actor.key(request.auth),
            **asked.validated_data,
        )
        return Response(serializers.ApplicationOut(row).data, status=status.HTTP_201_CREATED)


class ApplicationDetail(RetrieveAPIView):
    """One application."""

    scopes = {"read": "grants:read"}
    serializer_class = serializers.ApplicationOut
    queryset = GrantApplication.objects.none()

    def get_queryset(self) -> QuerySet[GrantApplication]:
        """What the key may see."""
        return applications_of(self.request)


def applications_of(request: Request) -> QuerySet[GrantApplication]:
    """A partner's key sees its own; the programme's keys see what was handed in."""
    rows = GrantApplication.objects.select_related("partner", "pool", "grant")
    if organisation_of(request) is not None:
        return rows.filter(partner=organisation_of(request))
    return rows.exclude(submitted_at=None)
