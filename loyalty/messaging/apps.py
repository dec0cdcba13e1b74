from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "loyalty.messaging"
    label = "messaging"

    def ready(self) -> None:
        """Say who sends the messages that jobs ask for."""
        from loyalty.messaging.operations import (  # noqa: F401 (registers the work)
            event_notices,
            sending,
        )
