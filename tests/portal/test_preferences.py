"""Members say how they are named, ranked and spoken to."""

import pytest
from django.urls import reverse

from members.models import AuditRow

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
