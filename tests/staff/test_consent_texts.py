"""Publishing what members agree to, in the console."""

from members.models import ConsentText
from tests.staff.conftest import client_of

PAGE = "/admin/members/consenttext/"
WRITTEN = {
    "purpose": "terms",
    "title_en": "Terms",
    "text_en": "Be kind.",
    "changes_en": "One rule instead of many.",
    "title_de": "Regeln",
    "text_de": "Sei nett.",
    "changes_de": "",
}


def test_a_version_is_published_in_all_languages_at_once(fay):
    answer = client_of(fay).post(f"{PAGE}add/", WRITTEN)
    assert answer.status_code == 302
    rows = ConsentText.objects.filter(purpose="terms", version=2)
    assert dict(rows.values_list("language", "text")) == {"en": "Be kind.", "de": "Sei nett."}
    page = client_of(fay).get(f"{PAGE}{rows.get(language='de').pk}/change/")
    assert page.status_code == 200
    assert "Sei nett." in page.content.decode()


def test_half_a_wording_is_refused_at_its_field(fay):
    answer = client_of(fay).post(f"{PAGE}add/", WRITTEN | {"text_de": ""})
    assert answer.status_code == 422
    assert "A wording has a title and a text." in answer.content.decode()
    assert not ConsentText.objects.filter(version=2).exists()
