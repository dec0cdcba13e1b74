"""Sign badges with a new key from now on."""

from typing import Any

from django.core.management.base import BaseCommand

from recognition import signing


class Command(BaseCommand):
    """`change_badge_key`."""

    help = "Sign badges with a new key from now on. What older keys signed stays valid."

    def handle(self, *args: Any, **options: Any) -> None:
        """Change it; the new key's name stands alone on the last line."""
        self.stdout.write(signing.change())
