from django.apps import AppConfig
from django.db.models.signals import post_migrate


class RuntimeConfig(AppConfig):
    name = "loyalty.runtime"
    label = "runtime"

    def ready(self) -> None:
        """Fill the table of sweeps, and write the timetable once beat's tables are there."""
        from django.apps import apps

        from loyalty import timetable

        post_migrate.connect(timetable.install, sender=apps.get_app_config("django_celery_beat"))
