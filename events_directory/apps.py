from django.apps import AppConfig


class EventsDirectoryConfig(AppConfig):
    name = "events_directory"
