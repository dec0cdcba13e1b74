from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules


class MembersConfig(AppConfig):
    name = "members"

    def ready(self) -> None:
        """Connect the bell, lay down after every migration what tables alone do not hold, and read what each
        app declares."""
        from members import roles, shipped, shipped_texts, tasks
        from members.operations import jobs

        if tasks.ring not in jobs.bell:
            jobs.bell.append(tasks.ring)
        post_migrate.connect(shipped.install, sender=self)
        post_migrate.connect(shipped_texts.install, sender=self)
        post_migrate.connect(roles.install)
        autodiscover_modules("personal", "withheld", "colleagues")
