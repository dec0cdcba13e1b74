"""Members say how they are named, ranked and spoken to."""

import pytest
from django.urls import reverse

from members.errors import NameMixesScripts, NameReserved, NameTaken, NoSuchName
from members.models import AuditRow, Member
from members.operations import erasures, members
from tests.conftest import SYSTEM

SAID = {
    "given_name": "Bo",
    "family_name": "Lind",
    "shows_real_name": "on",
    "is_ranked": "on",
    "time_zone": "Europe/Stockholm",
    "language": "de",
}


@pytest.fixture
def page(client, bo):
    client.force_login(bo.user)
    return reverse("preferences")


def test_preferences_are_saved_audited_and_spoken(client, page, bo):
    response = client.post(page, SAID)
    assert (response.status_code, response.url) == (302, page)
    assert response.cookies["django_language"].value == "de"
    bo.refresh_from_db()
    assert (bo.public_name, bo.is_ranked, bo.time_zone) == ("Bo Lind", True, "Europe/Stockholm")
    row = AuditRow.objects.get(verb="members.member.updated")
    assert row.after == {
        "fields": ["family_name", "is_ranked", "language", "shows_real_name", "time_zone"]
    }


def test_a_zone_that_does_not_exist_is_refused_with_422_and_the_input_kept(client, page, bo):
    """UA8."""
    response = client.post(page, SAID | {"time_zone": "Mars/Olympus"})
    assert response.status_code == 422
    text = response.content.decode()
    assert 'id="error-summary"' in text and 'href="#id_time_zone"' in text
    assert 'value="Lind"' in text
    bo.refresh_from_db()
    assert (bo.family_name, bo.time_zone) == ("", "Europe/Berlin")


def test_a_name_for_others_is_kept_shown_and_ones_own(client, page, bo, amara):
    """UM15: in its one form; nobody else gets the same, in capitals or not; a fault stands at the field."""
    plain = {name: SAID[name] for name in ("given_name", "family_name", "time_zone")}
    said = plain | {"language": "en", "display_name": " Tea   Time "}
    assert client.post(page, said).status_code == 302
    bo.refresh_from_db()
    assert (bo.display_name, bo.public_name) == ("Tea Time", "Tea Time")
    members.update(bo, shows_real_name=True, actor=SYSTEM)
    assert Member.objects.get(pk=bo.pk).public_name == "Bo Lind"
    client.force_login(amara.user)
    for name, words in {
        "tEA tIME": "Somebody else goes by this name already.",
        "a@b.test": "2 to 30 visible letters",
        "Laurel team": "a name of the programme or of its people",
        "Supp0rt": "a name of the programme or of its people",
        "\u0422ea Time": "Write the name in one script",  # a Cyrillic letter at its beginning
    }.items():
        answer = client.post(page, said | {"display_name": name})
        assert answer.status_code == 422
        text = answer.content.decode()
        assert words in text and 'href="#id_display_name"' in text and f'value="{name}"' in text
    amara.refresh_from_db()
    assert amara.display_name == ""


def test_two_who_want_one_name_at_the_same_moment(bo, amara):
    """UM15: the table itself holds it once; who comes second is refused and stays as they were."""
    members.update(bo, display_name="Tea Time", actor=SYSTEM)
    with pytest.raises(NameTaken):
        members.update(amara, display_name="TEA time", actor=SYSTEM)
    with pytest.raises(NoSuchName):
        members.update(amara, display_name="x\u202ey", actor=SYSTEM)
    assert Member.objects.get(pk=amara.pk).display_name == ""
    erasures.erase(bo, actor=SYSTEM)
    assert members.update(amara, display_name="Tea Time", actor=SYSTEM).display_name == "Tea Time"


def test_nobody_speaks_as_the_programme_by_any_name_that_others_read(client, page, bo):
    """UM15: refused whoever asks, the real name too once it is shown, and nothing changes."""
    client.force_login(bo.user)
    said = SAID | {"given_name": "Laurel", "family_name": "Team"}
    answer = client.post(page, said)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert 'href="#id_given_name"' in text and 'value="Team"' in text
    assert "a name of the programme or of its people" in text
    for refusal, told in (
        (NameReserved, {"display_name": "Admin"}),
        (NameMixesScripts, {"display_name": "\u0410mara"}),
        (NameReserved, {"given_name": "Laurel", "family_name": "Support", "shows_real_name": True}),
    ):
        with pytest.raises(refusal) as refused:
            members.update(bo, **told, actor=SYSTEM)
        assert refused.value.code in ("name_reserved", "name_mixes_scripts")
    with pytest.raises(NameReserved):
        members.enrol("new", display_name="Laurel", actor=SYSTEM)
    assert not Member.objects.filter(ref="new").exists()
    bo.refresh_from_db()
    assert (bo.given_name, bo.display_name, bo.shows_real_name) == ("Bo", "", False)
    # A name that nobody reads is the member's own business; showing it then is refused.
    members.update(bo, given_name="Laurel", family_name="Team", actor=SYSTEM)
    with pytest.raises(NameReserved):
        members.update(bo, shows_real_name=True, actor=SYSTEM)
    assert members.update(bo, display_name="Ольга", actor=SYSTEM).public_name == "Ольга"
