"""The API of connectors."""

from django.urls import path

from loyalty.connectors.api import (
    activities,
    backtests,
    campaigns,
    coupons,
    holds,
    households,
    members,
    missed,
    rewards,
)

app_name = "connectors"
urlpatterns = [
    path("activities", activities.ActivitiesView.as_view(), name="activities"),
    path("activities/preview", activities.PreviewView.as_view(), name="preview"),
    path("activities/<int:pk>", activities.ActivityView.as_view(), name="activity"),
    path("members/<str:ref>", members.MemberView.as_view(), name="member"),
    path("members/<str:ref>/balances", members.BalancesView.as_view(), name="balances"),
    path("members/<str:ref>/entries", members.EntriesView.as_view(), name="entries"),
    path("members/<str:ref>/entries/<int:pk>", members.EntryView.as_view(), name="entry"),
    path("members/<str:ref>/missed", missed.MissedView.as_view(), name="missed"),
    path("members/<str:ref>/household", households.HouseholdView.as_view(), name="household"),
    path(
        "members/<str:ref>/household/contributions",
        households.ContributionsView.as_view(),
        name="household_contributions",
    ),
    path(
        "members/<str:ref>/household/draws",
        households.DrawsView.as_view(),
        name="household_draws",
    ),
    path("holds", holds.HoldsView.as_view(), name="holds"),
    path("holds/<int:pk>/capture", holds.CaptureView.as_view(), name="hold_capture"),
    path("holds/<int:pk>/release", holds.ReleaseView.as_view(), name="hold_release"),
    path("rewards", rewards.RewardsView.as_view(), name="rewards"),
    path("redemptions", rewards.RedemptionsView.as_view(), name="redemptions"),
    path(
        "redemptions/<int:pk>/cancel",
        rewards.RedemptionCancelView.as_view(),
        name="redemption_cancel",
    ),
    path(
        "redemptions/<int:pk>/confirm",
        rewards.RedemptionConfirmView.as_view(),
        name="redemption_confirm",
    ),
    path("coupons/checks", coupons.ChecksView.as_view(), name="coupon_checks"),
    path("coupons/uses", coupons.UsesView.as_view(), name="coupon_uses"),
    path("campaigns", campaigns.CampaignsView.as_view(), name="campaigns"),
    path("campaigns/<slug:slug>/backtest", backtests.BacktestsView.as_view(), name="backtests"),
    path(
        "campaigns/<slug:slug>/backtests/<int:pk>",
        backtests.BacktestView.as_view(),
        name="backtest",
    ),
]
