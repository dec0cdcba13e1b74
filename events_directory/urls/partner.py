"""The partner console. Everything below an organisation's slug is that organisation's alone."""

from django.urls import include, path

from events_directory.views import door, guest_notes, partner, partner_grants, scans, team, venues

app_name = "partner"

listings = [
    path("", partner.listings, name="listings"),
    path("new/", partner.new_listing, name="new_listing"),
    path("repeat/", partner.repeat, name="repeat"),
    path("<int:pk>/", partner.listing, name="listing"),
    path("<int:pk>/edit/", partner.edit_listing, name="edit_listing"),
    path("<int:pk>/preview/", partner.preview, name="preview"),
    path("<int:pk>/submission/", partner.submission, name="submission"),
    path("<int:pk>/cancellation/", partner.cancellation, name="cancellation"),
    path("<int:pk>/dates/", partner.dates, name="dates"),
]

dates = [
    path("", door.door, name="door"),
    path("<int:pk>/guests/", door.guests, name="guests"),
    path("<int:pk>/guests/<slug:audience>/note/", guest_notes.note, name="note"),
    path("<int:pk>/check-in/", door.check_in, name="check_in"),
    path("<int:pk>/scans/", scans.scans, name="scans"),
    path("<int:pk>/capacity/", door.capacity, name="capacity"),
    path("<int:pk>/time/", door.move, name="move"),
    path("<int:pk>/cancellation/", door.date_cancellation, name="date_cancellation"),
    path("<int:pk>/closing/", door.closing, name="closing"),
]

grants = [
    path("", partner_grants.grants, name="grants"),
    path("new/", partner_grants.new_grant, name="new_grant"),
    path("<int:pk>/", partner_grants.grant, name="grant"),
    path("<int:pk>/edit/", partner_grants.edit_grant, name="edit_grant"),
    path("<int:pk>/submission/", partner_grants.submission, name="grant_submission"),
    path("<int:pk>/withdrawal/", partner_grants.withdrawal, name="withdrawal"),
]

team_pages = [
    path("", team.team, name="team"),
    path("invitations/", team.invitations, name="invitations"),
    path("invitations/<int:pk>/withdrawal/", team.withdrawal, name="invitation_withdrawal"),
    path("departure/", team.departure, name="departure"),
    path("<int:pk>/end/", team.seat_end, name="seat_end"),
]

urlpatterns = [
    path("", partner.home, name="home"),
    path("organisations/", partner.organisations, name="organisations"),
    path("tickets/<str:code>/", door.ticket, name="ticket"),
    path("invitations/<str:key>/", team.invitation, name="invitation"),
    path("<slug:slug>/events/", include(listings)),
    path("<slug:slug>/dates/", include(dates)),
    path("<slug:slug>/grants/", include(grants)),
    path("<slug:slug>/verification/", partner.verification, name="verification"),
    path("<slug:slug>/team/", include(team_pages)),
    path("<slug:slug>/venues/", venues.venues, name="venues"),
    path("<slug:slug>/venues/new/", venues.new_venue, name="new_venue"),
    path("<slug:slug>/venues/<int:pk>/", venues.venue, name="venue"),
]
