"""Coupons at a partner's till and the points it pays for, mounted under /partner/."""

from django.urls import path

from loyalty.rewards.views import funds, partner

app_name = "partner_rewards"
urlpatterns = [
    path("<slug:slug>/coupons/", partner.coupons, name="coupons"),
    path("<slug:slug>/coupons/uses/", partner.uses, name="uses"),
    path("<slug:slug>/points/", funds.points, name="points"),
    path("<slug:slug>/points/bills.csv", funds.bills, name="bills"),
]
