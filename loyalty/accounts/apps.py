from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "loyalty.accounts"

    def ready(self) -> None:
        """Listen to what allauth announces."""
        from loyalty.accounts import receivers  # noqa: F401 (importing it connects it)
