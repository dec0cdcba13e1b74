"""The public directory, members' bookings, the pools, and the calendar."""

from django.urls import path

from events_directory.views import directory, feeds, portal, waiting

app_name = "events_directory"

urlpatterns = [
    path("events/", directory.listing, name="listing"),
    path("events/<int:pk>/", portal.micro_event, name="micro_event"),
    path("events/bookings/", portal.bookings, name="bookings"),
    path("events/bookings/<slug:reference>/", portal.booking, name="booking"),
    path(
        "events/bookings/<slug:reference>/cancellation/", portal.cancellation, name="cancellation"
    ),
    path("events/bookings/<slug:reference>/exchange/", portal.exchange, name="exchange"),
    path("events/waiting/", waiting.waiting, name="waiting"),
    path("events/waiting/<int:pk>/departure/", waiting.departure, name="waiting_departure"),
    path("events/pools/", portal.pools, name="pools"),
    path("events/pools/<slug:slug>/", portal.pool, name="pool"),
    path("events.ics", feeds.public, name="calendar"),
]
