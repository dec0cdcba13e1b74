"""Every address of the programme. A room adds its own file; this page only mounts it."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path
from django.views.i18n import set_language

from loyalty.demo import page as demo_page
from loyalty.measurement.views import palette
from loyalty.views import (
    branding,
    celebrations,
    codes,
    first_run,
    gifts,
    health,
    home,
    household,
    live,
    offline,
    points,
    privacy,
    programme,
    security,
    styleguide,
    terms,
    viewing,
)

# Staff sign in where everybody does, under the same limits and with the same second factor.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign] # allauth's way
admin.site.search = palette.search  # type: ignore[attr-defined] # instead of Unfold's, which keeps answers

POINTS = [
    path("", points.statement, name="statement"),
    path("<int:pk>/", points.line, name="line"),
    path("code/", codes.enter, name="code"),
    path("activities/<int:pk>/", points.activity, name="activity"),
    path("gifts/", gifts.index, name="gifts"),
    path("gifts/new/", gifts.give, name="give"),
    path("gifts/code/", gifts.code, name="gift_code"),
    path("gifts/<int:pk>/", gifts.gift, name="gift"),
    path("gifts/<int:pk>/return/", gifts.undo, name="gift_return"),
    path("household/", household.index, name="household"),
    path("household/seats/", household.seats, name="household_seats"),
    path("household/seats/<int:pk>/removal/", household.removal, name="household_removal"),
    path("household/contributions/", household.contributions, name="household_contributions"),
    path("household/draws/", household.draws, name="household_draws"),
    path("household/moves/<int:pk>/return/", household.undo, name="household_move_return"),
    path("household/invitation/", household.invitation, name="household_invitation"),
    path("household/limit/", household.limit, name="household_limit"),
    path("household/departure/", household.departure, name="household_departure"),
    path("household/closing/", household.closing, name="household_closing"),
]

handler400 = "loyalty.views.faults.bad_request"
handler404 = "loyalty.views.faults.not_found"
handler500 = "loyalty.views.faults.broken"

urlpatterns = [
    path("", home.home, name="home"),
    path("join/", terms.join, name="join"),
    path("celebrations/", celebrations.seen, name="celebrations"),
    path("programme/", programme.about, name="programme"),
    path("programme/terms/", programme.terms, name="programme_terms"),
    path("programme/terms/<int:version>/", programme.terms, name="programme_terms_version"),
    path("first-steps/reading/", first_run.reading, name="first_run_reading"),
    path("first-steps/dismissal/", first_run.dismissal, name="first_run_dismissal"),
    path("first-steps/return/", first_run.back_again, name="first_run_return"),
    path("viewing/end/", viewing.end, name="viewing_end"),
    path("language/", set_language, name="set_language"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
    path("points/", include((POINTS, "points"))),
    path("rewards/", include("loyalty.rewards.urls.portal")),
    path("", include("loyalty.campaigns.urls.portal")),
    path("badges/", include("recognition.urls.wall")),
    path("b/", include("recognition.urls.awards")),
    path(".well-known/", include("recognition.urls.well_known")),
    path("leaderboards/", include("recognition.urls.boards")),
    path("", include("events_directory.urls.portal")),
    path("partner/", include("events_directory.urls.partner")),
    path("partner/", include("loyalty.rewards.urls.partner")),
    path("nominations/", include("recognition.urls.nominations")),
    path("committee/", include("governance.urls.portal")),
    path("live/", live.live, name="live"),
    path("brand/<slug:version>.css", branding.sheet, name="brand_sheet"),
    path("brand/logo/<slug:version>", branding.logo, name="brand_logo"),
    path("app/<slug:language>.webmanifest", branding.manifest, name="manifest"),
    path("worker.js", offline.worker, name="worker"),
    path("offline/", offline.offline, name="offline"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("api/v1/", include("loyalty.api_urls")),
    path("", include("loyalty.messaging.urls.portal")),
    path("account/", include("members.urls.portal")),
    path("account/terms/", terms.terms, name="account_terms"),
    path("account/security/", security.security, name="account_security"),
    path("account/privacy/", privacy.privacy, name="privacy"),
    path("account/privacy/copies/", privacy.ask_export, name="privacy_export"),
    path("account/privacy/copies/<int:pk>/", privacy.fetch_export, name="privacy_file"),
    path("account/privacy/erasure/", privacy.erasure, name="privacy_erasure"),
    path("account/sessions/<int:pk>/end/", security.end_session, name="account_session_end"),
    path("account/sessions/", include("allauth.usersessions.urls")),
    path("account/", include("allauth.urls")),
    path("admin/demo/reset/", admin.site.admin_view(demo_page.reset), name="demo_reset"),
    path("admin/", admin.site.urls),
]
