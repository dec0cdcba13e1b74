from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EventsDirectoryConfig(AppConfig):
    name = "events_directory"
    verbose_name = _("Directory and grants")
