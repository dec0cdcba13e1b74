"""The public calendar, and a date as search engines read it."""

from hashlib import sha256

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from events_directory.domain.listing_line import Line
from events_directory.forms import ListingFilter
from events_directory.models import Occurrence
from events_directory.operations import calendar_file
from members import clock

LONGEST = 2000


def line_of(occurrence: Occurrence, request: HttpRequest) -> Line:
    """The date as plain values; needs `with_place`."""
    return calendar_file.line_of(occurrence, site=request.build_absolute_uri("/").rstrip("/"))


@require_safe
def public(request: HttpRequest) -> HttpResponse:
    """`/events.ics`: the list's filters, the list's dates, and what ended or was cancelled lately."""
    dates = (
        Occurrence.objects.in_feed(clock.now())
        .matching(**ListingFilter(request.GET).criteria())
        .with_place()
        .order_by("starts_at", "pk")[:LONGEST]
    )
    text = calendar_file.write(settings.PROGRAMME_NAME, [line_of(date, request) for date in dates])
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="events.ics"'
    response["Cache-Control"] = "public, max-age=300"
    etag = quote_etag(sha256(text).hexdigest()[:32])
    response["ETag"] = etag
    return get_conditional_response(request, etag=etag, response=response) or response
