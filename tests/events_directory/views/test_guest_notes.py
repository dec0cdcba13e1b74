"""A partner writes to one tab of guests."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from events_directory.models import GuestNote, Occurrence
from events_directory.operations import bookings, guest_notes, occurrences, partners, waitlists
from loyalty.messaging.models import Message, Topic
from loyalty.messaging.operations import choices
from members import clock
from members.models import AuditRow, Member
from members.operations import jobs
from tests.conftest import SYSTEM
from tests.events_directory.conftest import crowd

pytestmark = pytest.mark.django_db
SAID = "Bring a screwdriver."


@pytest.fixture
def guests(occurrence, amara, bo):
    """Amara and Bo have booked, one guest has cancelled and one waits."""
    occurrences.change_capacity(occurrence, capacity=2, actor=SYSTEM)
    gone, waits = crowd(2)
    bookings.cancel(bookings.book(occurrence, member=gone, key="k", actor=SYSTEM), actor=SYSTEM)
    for member in (amara, bo):
        bookings.book(occurrence, member=member, key="k", actor=SYSTEM)
    waitlists.join(occurrence, member=waits, key="w", actor=SYSTEM)
    work()
    Message.objects.all().delete()
    return occurrence


@pytest.fixture
def console(client, eli, guests):
    client.force_login(eli)
    return client


def work() -> None:
    while jobs.work_off():
        pass


def path(occurrence, audience="booked") -> str:
    return f"/partner/elis/dates/{occurrence.pk}/guests/{audience}/note/"


def post(console, occurrence, audience="booked", *, key="a", expected=2, text=SAID, **how):
    said = {"text": text, "expected": expected, "key": key}
    return console.post(path(occurrence, audience), said, **how)


def readers() -> list[str]:
    told = Message.objects.filter(channel="inbox", state="sent")
    return sorted(told.values_list("member__ref", flat=True))


def test_tabs_sum_to_the_total_and_each_can_be_written_to(console, guests):
    """UP4: the counts of the tabs sum to all; a tab's link leads to its own guests, counted."""
    listed = f"/partner/elis/dates/{guests.pk}/guests/"
    tabs = console.get(listed).context["tabs"]
    assert tabs[0]["count"] == sum(tab["count"] for tab in tabs[1:]) == 3
    text = console.get(f"{listed}?state=cancelled").content.decode()
    assert f'href="{path(guests, "cancelled")}"' in text
    assert f'href="{path(guests, "waiting")}"' in text
    assert "1 guest (cancelled)" in console.get(path(guests, "cancelled")).content.decode()


def test_the_number_is_said_before_and_no_address_is_ever_shown(console, guests, amara):
    """UP4."""
    text = console.get(path(guests)).content.decode()
    assert "2 guests (booked)" in text and "Send to 2 guests" in text
    answer = post(console, guests, follow=True)
    assert "Sent to 2 guests." in answer.content.decode()
    assert "@example.test" not in text + answer.content.decode()
    work()
    assert readers() == ["amara", "bo"]
    told = Message.objects.get(member=amara)
    assert (told.subject, told.body, told.link) == (
        "Eli's repair café about Mend a lamp",
        SAID,
        f"/events/{guests.micro_event_id}/",
    )
    row = AuditRow.objects.get(verb="events_directory.guest_note.sent")
    assert row.after == {"occurrence": guests.pk, "audience": "booked", "guests": 2}


@pytest.mark.parametrize(("audience", "ref"), [("cancelled", "guest-0"), ("waiting", "guest-1")])
def test_only_the_tab_is_written_to(console, guests, audience, ref):
    post(console, guests, audience, expected=1)
    work()
    assert readers() == [ref]


def test_sent_twice_is_sent_once(console, guests):
    """UP4: by its key; whoever came in between is not written to by the second sending."""
    post(console, guests)
    occurrences.change_capacity(guests, capacity=3, actor=SYSTEM)
    assert post(console, guests).status_code == 302
    assert post(console, guests, text="Something else").status_code == 422
    work()
    assert (readers().count("amara"), GuestNote.objects.get().guests) == (1, 2)
    assert "guest-1" not in [
        each.member.ref for each in Message.objects.filter(subject__contains="about")
    ]


def test_what_members_left_is_respected(console, guests, amara):
    """UP4: opt-outs hold for partners' words, too."""
    wanted = {(Topic.EVENTS, "inbox"): False, (Topic.EVENTS, "email"): False}
    choices.choose(amara, wanted=wanted, actor=SYSTEM)
    post(console, guests)
    work()
    assert readers() == ["bo"]
    assert Message.objects.get(member=amara).state_reason == "not wanted"


def test_when_their_number_has_changed_it_is_asked_again(console, guests):
    """UP4: nothing is sent to more, or fewer, than were shown."""
    answer = post(console, guests, expected=5)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "it is 2 now" in text and 'name="expected" value="2"' in text and SAID in text
    assert not GuestNote.objects.exists()


def test_three_notes_a_day_are_enough(console, guests):
    """UP4: the limit says why; the next day there is room."""
    for number in range(3):
        post(console, guests, key=f"k{number}")
    answer = post(console, guests, key="k3")
    assert answer.status_code == 422
    assert "at most 3 notes for each date in a day" in answer.content.decode()
    assert GuestNote.objects.count() == 3
    with clock.standing_at(clock.now() + timedelta(hours=25)):
        assert post(console, guests, key="k3").status_code == 302


def test_an_organisation_that_is_suspended_writes_to_nobody(console, guests, shop):
    partners.suspend(shop, reason="Looked into", actor=SYSTEM)
    assert post(console, guests).status_code == 422
    assert not GuestNote.objects.exists()


@pytest.mark.parametrize(
    "wrong", [{"text": ""}, {"text": "x" * 1001}, {"expected": "x"}, {"key": ""}]
)
def test_nonsense_is_sent_to_nobody(console, guests, wrong):
    assert post(console, guests, **wrong).status_code == 422
    assert not GuestNote.objects.exists()


def test_to_nobody_there_is_nothing_to_write(console, guests):
    assert "Nobody is there to read it" in console.get(path(guests, "attended")).content.decode()
    assert post(console, guests, "attended", expected=0).status_code == 422
    assert console.get(path(guests, "strangers")).status_code == 404


def test_only_editors_of_the_organisation_write(client, guests, helper, gus, other_shop):
    """Attack 13."""
    client.force_login(gus)
    assert post(client, guests).status_code == 404
    client.force_login(helper)
    assert post(client, guests).status_code == 403
    assert not GuestNote.objects.exists()


def test_who_is_erased_meanwhile_is_not_written_to(guests, bo):
    guest_notes.send(
        Occurrence.objects.get(pk=guests.pk),
        audience="booked",
        text=SAID,
        expected=2,
        key="k",
        actor=SYSTEM,
    )
    Member.objects.filter(pk=bo.pk).update(erased_at=clock.now())
    work()
    assert readers() == ["amara"]


def test_what_was_written_stays_as_it_was(guests):
    """The database itself refuses to change it."""
    note = guest_notes.send(guests, audience="booked", text=SAID, expected=2, key="k", actor=SYSTEM)
    for wrong in (lambda rows: rows.update(text="Never mind"), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            wrong(GuestNote.objects.filter(pk=note.pk))
    assert GuestNote.objects.get().text == SAID
