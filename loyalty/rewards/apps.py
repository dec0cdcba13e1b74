from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RewardsConfig(AppConfig):
    name = "loyalty.rewards"
    label = "rewards"

    def ready(self) -> None:
        """Open the doors from the partner console to the coupons and to the points it pays for, and say
        who does the jobs."""
        from events_directory.views import desk
        from loyalty.rewards import work  # noqa: F401 (registers the work)
        from loyalty.rewards.permissions import can_see_funds, can_take_coupons

        for door in (
            desk.Door("partner_rewards:coupons", _("Coupons"), "ticket", can_take_coupons),
            desk.Door("partner_rewards:points", _("Points"), "coins", can_see_funds),
        ):
            if door not in desk.UPSTAIRS:
                desk.UPSTAIRS.append(door)
