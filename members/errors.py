"""Refusals: an operation says no with one sentence and a stable code.

A refusal is Django's ValidationError, so forms, the admin and the API show the same sentence.
"""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


class Refused(ValidationError):
    """Base of every refusal. Subclasses set `code` and `sentence` (may hold %(name)s parameters)."""

    code = "refused"
    sentence = _("This cannot be done.")

    def __init__(self, sentence: str | None = None, **params: object) -> None:
        super().__init__(sentence or self.sentence, code=self.code, params=params or None)
