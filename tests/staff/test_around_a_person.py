"""US3: what the member's page says of the person: notes of staff, consents, devices."""

import io
import json
import zipfile

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Permission

from members import clock
from members.domain.actors import Actor
from members.errors import ErasedMember, NothingSaid
from members.models import AuditRow, MemberNote
from members.operations import consents, erasures, exports, members, notes
from tests.conftest import SYSTEM
from tests.staff.conftest import client_of

pytestmark = pytest.mark.django_db

SAID = "Called about the harbour stall.\nCalls back on Monday."


def page_of(member) -> str:
    return f"/admin/members/member/{member.pk}/change/"


def step_of(member) -> str:
    return f"/admin/members/member/{member.pk}/note/"


def seen(client, member) -> str:
    return client.get(page_of(member)).content.decode()


def test_a_note_is_written_read_by_colleagues_and_never_shown_to_the_member(units, ira, gil, bo):
    """US3: by one operation; the trail says that, not what."""
    client = client_of(ira)
    assert client.post(step_of(bo), {"text": SAID}).status_code == 302
    note = MemberNote.objects.get()
    assert (note.member, note.written_by, note.text) == (bo, ira, SAID)
    assert "Calls back on Monday." in seen(client_of(gil), bo)
    row = AuditRow.objects.get(verb="members.note.written")
    assert (row.actor_id, row.subject_id, row.after, row.reason) == (ira.pk, str(bo.pk), None, "")
    own = client_of(bo.user)
    for path in ("/", "/points/", "/account/preferences/", "/account/privacy/", "/inbox/"):
        assert "harbour stall" not in own.get(path, follow=True).content.decode(), path


def test_the_copy_holds_the_note_and_not_who_wrote_it(units, ira, bo):
    """US3, UM24: it is about them, so they have a right to it."""
    notes.write(bo, text=SAID, by=ira, actor=Actor.user(ira))
    archive = zipfile.ZipFile(io.BytesIO(exports.packed(bo)))
    [told] = json.loads(archive.read("everything.json"))["members.membernote"]
    assert told["text"] == SAID and "written_by" not in told


def test_a_note_about_a_merged_membership_is_read_with_the_other(units, ira, amara, bo):
    """US3: they are one person; what was written before is not lost on colleagues."""
    notes.write(bo, text=SAID, by=ira, actor=Actor.user(ira))
    assert "Calls back on Monday." not in seen(client_of(ira), amara)
    type(bo).objects.filter(pk=bo.pk).update(merged_into=amara)
    assert "Calls back on Monday." in seen(client_of(ira), amara)


def test_a_note_is_erased_with_its_member(units, ira, bo):
    """P19; and nothing is written about somebody who is gone."""
    notes.write(bo, text=SAID, by=ira, actor=Actor.user(ira))
    erasures.erase(bo, actor=SYSTEM)
    assert not MemberNote.objects.exists()
    bo.refresh_from_db()
    with pytest.raises(ErasedMember):
        notes.write(bo, text=SAID, by=ira, actor=Actor.user(ira))
    assert not MemberNote.objects.exists()


def test_who_may_not_neither_reads_nor_writes(units, ira, bo, staff_group):
    """A refusal writes nothing."""
    notes.write(bo, text=SAID, by=ira, actor=Actor.user(ira))
    for name in ("view_membernote", "add_membernote"):
        staff_group.permissions.remove(Permission.objects.get(codename=name))
    client = client_of(ira)
    assert "harbour stall" not in seen(client, bo)
    assert client.post(step_of(bo), {"text": "More"}).status_code == 403
    assert MemberNote.objects.count() == 1


def test_nobody_writes_about_themselves_or_nothing(units, ira):
    """A note about oneself would be a word in one's own case."""
    own = members.enrol("ira", user=ira, actor=SYSTEM)
    assert client_of(ira).post(step_of(own), {"text": SAID}).status_code == 403
    with pytest.raises(NothingSaid):
        notes.write(own, text="  ", by=ira, actor=Actor.user(ira))
    assert not MemberNote.objects.exists()


def test_consents_with_version_and_day_and_devices_without_tokens(units, ira, bo):
    """US3: what was agreed to in which wording; where they are signed in, and no key to it."""
    actor = Actor.user(bo.user)
    consents.record(bo, purpose="terms", granted=True, text_version="7", actor=actor)
    consents.record(bo, purpose="news", channel="email", granted=False, actor=actor)
    UserSession.objects.create(
        user=bo.user,
        ip="203.0.113.9",
        user_agent="Mozilla iPhone Safari",
        session_key="sessionkeysecret",
        created_at=clock.now(),
        last_seen_at=clock.now(),
    )
    page = seen(client_of(ira), bo)
    assert "terms · version 7" in page and "news · email" in page
    assert "agreed" in page and "withdrawn" in page
    assert "Safari on iPhone" in page
    assert "sessionkeysecret" not in page and "203.0.113.9" not in page


def test_somebody_who_never_signed_in_has_no_devices(units, ira):
    """And nobody else's."""
    paper = members.enrol("paper", actor=SYSTEM)
    page = seen(client_of(ira), paper)
    assert "They are signed in nowhere." in page and "They have agreed to nothing yet." in page
