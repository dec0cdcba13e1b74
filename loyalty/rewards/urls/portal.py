"""Rewards and vouchers, mounted under /rewards/."""

from django.urls import path

from loyalty.rewards.views import portal, wishes

app_name = "rewards"
urlpatterns = [
    path("", portal.catalogue, name="catalogue"),
    path("vouchers/", portal.vouchers, name="vouchers"),
    path("vouchers/<int:pk>/", portal.voucher, name="voucher"),
    path("vouchers/<int:pk>/print/", portal.voucher_print, name="voucher_print"),
    path("vouchers/<int:pk>/cancellation/", portal.cancel, name="cancel"),
    path("<slug:slug>/", portal.reward, name="reward"),
    path("<slug:slug>/wish/", wishes.wish, name="wish"),
    path("<slug:slug>/redemptions/", portal.redeem, name="redeem"),
]
