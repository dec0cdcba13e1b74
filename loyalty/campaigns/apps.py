from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "loyalty.campaigns"
    label = "campaigns"

    def ready(self) -> None:
        """Say who does the jobs that lower floors write."""
        from loyalty.campaigns import work  # noqa: F401 (registers the work)
