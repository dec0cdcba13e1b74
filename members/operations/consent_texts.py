"""Publishing what members are asked to agree to, and asking which of it is in force."""

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import get_language

from members import clock
from members.domain.actors import Actor
from members.errors import LanguageMissing, NotInThePast, PublishedMeanwhile
from members.models import Consent, ConsentText, Member
from members.models.consent_texts import in_language
from members.operations import audit

Purpose = ConsentText.Purpose
#: A text's title, the text, and what changed in it, in one language.
Wording = tuple[str, str, str]


@transaction.atomic
def publish(
    purpose: str,
    *,
    wordings: Mapping[str, Wording],
    actor: Actor,
    published_at: datetime | None = None,
) -> ConsentText:
    """Publish the next version of a text in several languages; returns the programme's language's row.

    It is in force from `published_at` (now). Members are asked anew at their next sign-in. Raises
    LanguageMissing, NotInThePast, or PublishedMeanwhile when somebody else did so at this moment.
    """
    now = clock.now()
    if settings.LANGUAGE_CODE not in wordings:
        raise LanguageMissing(language=dict(settings.LANGUAGES)[settings.LANGUAGE_CODE])
    if published_at is not None and published_at < now:
        raise NotInThePast()
    last = ConsentText.objects.filter(purpose=purpose).aggregate(n=Max("version"))["n"] or 0
    rows = [
        ConsentText(
            purpose=purpose,
            version=last + 1,
            language=language,
            title=title,
            text=text,
            changes=changes,
            published_at=published_at or now,
        )
        for language, (title, text, changes) in wordings.items()
    ]
    try:
        with transaction.atomic():
            ConsentText.objects.bulk_create(rows)
    except IntegrityError as race:
        raise PublishedMeanwhile() from race
    row = next(row for row in rows if row.language == settings.LANGUAGE_CODE)
    audit.record(
        row,
        actor=actor,
        verb="members.consent_text.published",
        after={"purpose": purpose, "version": row.version, "languages": sorted(wordings)},
    )
    return row


def in_force(*, language: str | None = None, at: datetime | None = None) -> dict[str, ConsentText]:
    """The text in force for each purpose, in the reader's language where there is one. One query."""
    texts = ConsentText.objects.in_force(at or clock.now())
    found = in_language(texts, language or get_language() or settings.LANGUAGE_CODE)
    return {text.purpose: text for text in found.values()}


def versions(purpose: str, *, language: str | None = None) -> list[ConsentText]:
    """Every version of a text that is or was in force, newest first. One query."""
    texts = ConsentText.objects.filter(purpose=purpose).published_by(clock.now())
    return list(in_language(texts, language or get_language() or settings.LANGUAGE_CODE).values())


def terms_due(member: Member) -> ConsentText | None:
    """The terms that the member has not agreed to as they are now; None when they have."""
    terms = in_force(language=member.language).get(Purpose.TERMS)
    if terms is None:
        return None
    given = Consent.objects.filter(member=member, purpose=Purpose.TERMS).order_by("-at", "-pk")
    last = given.values_list("granted", "text_version").first()
    return None if last == (True, str(terms.version)) else terms
