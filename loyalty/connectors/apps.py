from django.apps import AppConfig


class ConnectorsConfig(AppConfig):
    name = "loyalty.connectors"
    label = "connectors"

    def ready(self) -> None:
        """Say who does the jobs that lower floors write."""
        from loyalty.connectors import work  # noqa: F401 (registers the work)
