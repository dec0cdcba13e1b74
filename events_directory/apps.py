from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EventsDirectoryConfig(AppConfig):
    name = "events_directory"
    verbose_name = _("Directory and grants")

    def ready(self) -> None:
        """Say who does the jobs."""
        from events_directory import work  # noqa: F401 (registers the work)
