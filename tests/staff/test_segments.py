"""Segments in the console: described, looked at, saved, activated."""

import json
import re

import pytest

from loyalty.audiences.models import Segment
from loyalty.audiences.operations import segments
from members.models import AuditRow
from members.operations import members
from tests.conftest import SYSTEM
from tests.staff.conftest import client_of

pytestmark = pytest.mark.django_db

GERMAN = {"field": "member.language", "op": "is", "value": "de"}
FRAME = {"name": "Germans", "slug": "germans", "description": "Who reads German."}


@pytest.fixture
def people(amara, bo):
    for number in range(12):
        members.enrol(f"m{number}", actor=SYSTEM, language="de", given_name=f"Ger{number}")


@pytest.fixture
def germans(ira):
    client = client_of(ira)
    answer = client.post("/admin/audiences/segment/add/", FRAME)
    segment = Segment.objects.get(slug="germans")
    assert answer["Location"] == f"/admin/audiences/segment/{segment.pk}/condition/"
    return segment


def page(segment, name="condition"):
    return f"/admin/audiences/segment/{segment.pk}/{name}/"


def test_it_is_shown_with_its_members_before_it_is_saved(people, germans, ira):
    """US6, US5: count, ten members and the sentence; only then the button that saves."""
    client = client_of(ira)
    begun = client.get(page(germans)).context["form"].initial["conditions"]
    assert client.post(page(germans), {"conditions": json.dumps(begun)}).status_code == 200
    sent = {"conditions": json.dumps(GERMAN)}
    shown = client.post(page(germans), sent)
    text = shown.content.decode()
    assert shown.status_code == 200 and germans.versions.count() == 0
    assert "Members for whom the language is de." in text and "12 members just now" in text
    assert len(re.findall(r"Ger\d", text)) == 10
    saved = client.post(page(germans), sent | {"looked_at": shown.context["mark"]})
    assert saved["Location"] == page(germans, "change")
    version = germans.versions.get()
    assert (version.number, version.conditions, version.actor_id) == (1, GERMAN, ira.pk)
    assert client.post(page(germans, "activate"))["Location"] == page(germans, "change")
    assert Segment.objects.get().state == "active"
    text = client.get(page(germans, "change")).content.decode()
    assert "the language is de" in text
    assert "the language is de" in client.get("/admin/audiences/segment/").content.decode()


def test_what_is_saved_is_what_was_shown(people, germans, ira):
    """Somebody who changes the text after looking is shown the new members first."""
    client = client_of(ira)
    shown = client.post(page(germans), {"conditions": json.dumps(GERMAN)})
    other = {"conditions": json.dumps({"all": []}), "looked_at": shown.context["mark"]}
    again = client.post(page(germans), other)
    assert again.status_code == 200 and "14 members just now" in again.content.decode()
    assert germans.versions.count() == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            json.dumps({"all": [{"field": "order.base", "op": "at_least", "value": "1"}]}),
            "/all/0/field",
        ),
        ("{", "Enter a valid JSON."),
        ("", "This field is required."),
        ("null", "This field is required."),
        ("[1]", "expected an object"),
    ],
)
def test_a_fault_is_shown_with_its_place_and_the_input_stays(germans, ira, text, said):
    answer = client_of(ira).post(page(germans), {"conditions": text, "looked_at": "x"})
    assert answer.status_code == 422 and said in answer.content.decode()
    assert germans.versions.count() == 0


def test_staff_without_the_permission_see_and_change_nothing(germans, hal):
    before = AuditRow.objects.count()
    client = client_of(hal)
    for address in (page(germans), page(germans, "change"), page(germans, "activate")):
        assert client.get(address).status_code == 403
        assert client.post(address, {"conditions": "{}", "looked_at": ""}).status_code == 403
    assert AuditRow.objects.count() == before


def test_an_archived_segment_keeps_its_words(germans, ira):
    segments.archive(germans, actor=SYSTEM)
    client = client_of(ira)
    assert client.post(page(germans), {"conditions": "{}"}).status_code == 403
    assert client.get(page(germans, "activate")).status_code == 403  # it was never described
    assert germans.versions.count() == 0


def test_the_list_asks_as_often_for_many_segments_as_for_one(
    ira, units, django_assert_max_num_queries
):
    client = client_of(ira)

    def queries() -> int:
        with django_assert_max_num_queries(100) as captured:
            assert client.get("/admin/audiences/segment/").status_code == 200
        return len(captured)

    segments.define("S", conditions=GERMAN, actor=SYSTEM)
    queries()
    first = queries()
    for number in range(4):
        segments.define(f"S{number}", conditions=GERMAN, actor=SYSTEM)
    assert queries() == first
