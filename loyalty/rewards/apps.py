from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RewardsConfig(AppConfig):
    name = "loyalty.rewards"
    label = "rewards"

    def ready(self) -> None:
        """Open the door from the partner console to the coupons."""
        from events_directory.views import desk
        from loyalty.rewards.permissions import can_take_coupons

        door = desk.Door("partner_rewards:coupons", _("Coupons"), "ticket", can_take_coupons)
        if door not in desk.UPSTAIRS:
            desk.UPSTAIRS.append(door)
