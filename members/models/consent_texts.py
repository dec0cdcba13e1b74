"""What members are asked to agree to, in every wording it ever had."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_lazy as _


class ConsentTextQuerySet(models.QuerySet["ConsentText"]):
    """Questions over the wordings."""

    def published_by(self, at: datetime) -> "ConsentTextQuerySet":
        """What had been published at this instant, newest first."""
        return self.filter(published_at__lte=at).order_by("purpose", "-version")

    def in_force(self, at: datetime) -> "ConsentTextQuerySet":
        """The newest version of each purpose, in all its languages."""
        newest = ConsentText.objects.filter(purpose=OuterRef("purpose")).published_by(at)
        return self.filter(version=Subquery(newest.values("version")[:1])).published_by(at)


class ConsentText(models.Model):
    """One version of a text for one purpose, in one language. Append-only: what somebody agreed to can
    be read for ever. `Consent.text_version` is its version as text."""

    class Purpose(models.TextChoices):
        TERMS = "terms", _("terms of the programme")
        NEWS = "programme", _("news by e-mail")

    purpose = models.CharField(_("purpose"), max_length=40, choices=Purpose.choices)
    version = models.PositiveIntegerField(_("version"))
    language = models.CharField(_("language"), max_length=10)
    title = models.CharField(_("title"), max_length=150)
    text = models.TextField(_("text"))
    changes = models.TextField(_("what changed"), blank=True)
    published_at = models.DateTimeField(_("in force from"))

    objects = ConsentTextQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent text")
        verbose_name_plural = _("consent texts")
        constraints = [
            models.UniqueConstraint(
                fields=["purpose", "version", "language"], name="consent_text_once"
            ),
            models.CheckConstraint(
                condition=models.Q(version__gte=1) & ~models.Q(title="") & ~models.Q(text=""),
                name="consent_text_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.version}, {self.language})"

    @property
    def sections(self) -> list[tuple[str, list[str]]]:
        """The text as headings with their paragraphs: `## ` begins a heading, an empty line a paragraph."""
        found: list[tuple[str, list[str]]] = []
        for block in filter(None, (block.strip() for block in self.text.split("\n\n"))):
            first, _line, rest = block.partition("\n")
            if first.startswith("## "):
                found.append((first.removeprefix("## ").strip(), []))
                block = rest.strip()
            if not block:
                continue
            if not found:
                found.append(("", []))
            found[-1][1].append(" ".join(block.split()))
        return found


def in_language(texts: Iterable[ConsentText], language: str) -> dict[str, ConsentText]:
    """One text of each purpose and version: in this language, else the programme's, else any.

    Keys are `purpose:version`, in the order of the texts.
    """
    wanted = (language, settings.LANGUAGE_CODE)
    found: dict[str, ConsentText] = {}
    for text in texts:
        key = f"{text.purpose}:{text.version}"
        known = found.get(key)
        if known is None or _rank(text, wanted) < _rank(known, wanted):
            found[key] = text
    return found


def _rank(text: ConsentText, wanted: tuple[str, ...]) -> int:
    return wanted.index(text.language) if text.language in wanted else len(wanted)
