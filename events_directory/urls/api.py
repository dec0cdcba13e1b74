"""The directory's endpoints under `/api/v1/`."""

from django.urls import path

from events_directory.api import views

app_name = "events_directory_api"

urlpatterns = [
    path("events", views.Events.as_view(), name="events"),
    path("bookings", views.Bookings.as_view(), name="bookings"),
    path(
        "bookings/<int:pk>/cancel", views.BookingCancellation.as_view(), name="booking_cancellation"
    ),
    path("waiting-places", views.WaitingPlaces.as_view(), name="waiting_places"),
    path("waiting-places/<int:pk>", views.WaitingPlaceDetail.as_view(), name="waiting_place"),
    path("waiting-places/<int:pk>/leave", views.WaitingPlaceLeave.as_view(), name="waiting_leave"),
    path("check-ins", views.CheckIns.as_view(), name="check_ins"),
    path("grants/pools", views.Pools.as_view(), name="pools"),
    path("grants/applications", views.Applications.as_view(), name="applications"),
    path("grants/applications/<int:pk>", views.ApplicationDetail.as_view(), name="application"),
]
