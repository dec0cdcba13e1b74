"""What members agree to: versions, languages, and who has to be asked anew."""

from datetime import timedelta

import pytest

from members import clock
from members.errors import LanguageMissing, NotInThePast
from members.models import AuditRow, ConsentText
from members.operations import consent_texts, consents
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db

TERMS = ConsentText.Purpose.TERMS
NEXT = {
    "en": ("Terms", "Be kind.", "One rule instead of many."),
    "de": ("Regeln", "Sei nett.", "Eine Regel statt vieler."),
}


def test_both_texts_are_there_from_the_start_in_both_languages():
    for language, title in (("en", "Terms of the programme"), ("de", "Teilnahmebedingungen")):
        found = consent_texts.in_force(language=language)
        assert sorted(found) == ["programme", "terms"]
        assert (found[TERMS].title, found[TERMS].version) == (title, 1)
    headings = [heading for heading, _ in consent_texts.in_force(language="en")[TERMS].sections]
    assert headings[:2] == ["", "Who can take part"]


def test_the_next_version_replaces_the_first_which_stays_readable():
    row = consent_texts.publish(TERMS, wordings=NEXT, actor=SYSTEM)
    assert (row.version, row.language) == (2, "en")
    assert consent_texts.in_force(language="de")[TERMS].text == "Sei nett."
    assert consent_texts.in_force(language="fr")[TERMS].text == "Be kind."
    assert [text.version for text in consent_texts.versions(TERMS, language="de")] == [2, 1]
    assert AuditRow.objects.get(verb="members.consent_text.published").after == {
        "purpose": "terms",
        "version": 2,
        "languages": ["de", "en"],
    }


def test_a_version_can_be_announced_and_comes_into_force_by_itself():
    later = clock.now() + timedelta(days=14)
    consent_texts.publish(TERMS, wordings=NEXT, actor=SYSTEM, published_at=later)
    assert consent_texts.in_force()[TERMS].version == 1
    assert consent_texts.in_force(at=later)[TERMS].version == 2


@pytest.mark.parametrize(
    ("wordings", "published_in", "refusal"),
    [
        ({"de": NEXT["de"]}, timedelta(0), LanguageMissing),
        (NEXT, timedelta(days=-1), NotInThePast),
    ],
)
def test_what_cannot_be_published(wordings, published_in, refusal):
    before = ConsentText.objects.count()
    with pytest.raises(refusal):
        consent_texts.publish(
            TERMS,
            wordings=wordings,
            actor=SYSTEM,
            published_at=clock.now() + published_in if published_in else None,
        )
    assert ConsentText.objects.count() == before


def test_members_are_asked_for_the_version_in_force_and_no_other(amara, django_assert_num_queries):
    with django_assert_num_queries(2):
        assert consent_texts.terms_due(amara).version == 1
    agree(amara, "1")
    assert consent_texts.terms_due(amara) is None
    consent_texts.publish(TERMS, wordings=NEXT, actor=SYSTEM)
    assert consent_texts.terms_due(amara).version == 2
    agree(amara, "2")
    assert consent_texts.terms_due(amara) is None
    agree(amara, "2", granted=False)
    assert consent_texts.terms_due(amara).version == 2


def agree(member, version, *, granted=True):
    consents.record(member, purpose=TERMS, granted=granted, text_version=version, actor=SYSTEM)
