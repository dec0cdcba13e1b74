"""Coupons at a partner's till, mounted under /partner/."""

from django.urls import path

from loyalty.rewards.views import partner

app_name = "partner_rewards"
urlpatterns = [
    path("<slug:slug>/coupons/", partner.coupons, name="coupons"),
    path("<slug:slug>/coupons/uses/", partner.uses, name="uses"),
]
