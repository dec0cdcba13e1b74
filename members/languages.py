"""The languages that the programme speaks."""

from django.conf import settings


def spoken(language: str | None) -> str:
    """The language to speak in: this one where the programme has it, else the programme's own."""
    return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
