"""Whether a mail leaves, when, and how its reader gets rid of its kind."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.core import mail

from loyalty.messaging.errors import NoSuchQuietHours, NoSuchTopic
from loyalty.messaging.models import Choice, Message, Pace, Topic
from loyalty.messaging.operations import choices, inbox, subscriptions
from loyalty.messaging.operations.messages import Note, tell
from members import clock
from members.models import AuditRow
from members.operations import consents, jobs
from tests.conftest import SYSTEM
from tests.together import together

pytestmark = pytest.mark.django_db

#: 5:30 in Berlin.
EARLY = datetime(2026, 6, 15, 3, 30, tzinfo=UTC)


@pytest.fixture
def reader(bo):
    consents.record(bo, purpose="programme", channel="email", granted=True, actor=SYSTEM)
    return bo


def say(member, key="k", **fields):
    tell([Note(member.pk, "tier", key, "Silver is near", "30 points more.", **fields)])
    return Message.objects.get(channel="email", dedupe_key=key)


def work(at):
    with clock.standing_at(at):
        while jobs.work_off():
            pass


def quiet(member, **fields):
    said = {"quiet_from": time(22), "quiet_until": time(6), "most_a_day": None} | fields
    return choices.set_pace(member, actor=SYSTEM, **said)


def test_a_send_in_quiet_hours_waits_until_they_are_over(reader):
    """UM19, M5: due at 5:30, sent at 6:00 and not before."""
    quiet(reader)
    with clock.standing_at(EARLY):
        message = say(reader)
    work(EARLY)
    message.refresh_from_db()
    assert (message.state, message.state_reason, len(mail.outbox)) == ("waiting", "quiet hours", 0)
    work(EARLY + timedelta(minutes=29))
    assert mail.outbox == []
    work(EARLY + timedelta(minutes=30))
    message.refresh_from_db()
    assert (message.state, message.state_reason, len(mail.outbox)) == ("sent", "", 1)


def test_what_is_of_no_more_use_when_the_night_is_over_is_dropped(reader):
    """M11."""
    quiet(reader)
    with clock.standing_at(EARLY):
        message = say(reader, useful_until=EARLY + timedelta(minutes=10))
    work(EARLY)
    work(EARLY + timedelta(minutes=30))
    message.refresh_from_db()
    assert (message.state, message.state_reason) == ("dropped", "too late to be of use")
    assert mail.outbox == []


def test_the_second_mail_of_a_day_waits_for_the_next_when_one_is_the_most(reader):
    """UM19, M6: the member's own midnight is 22:00 UTC."""
    quiet(reader, quiet_from=None, quiet_until=None, most_a_day=1)
    with clock.standing_at(EARLY):
        say(reader, "one"), say(reader, "two")
    work(EARLY)
    assert len(mail.outbox) == 1
    assert Message.objects.get(state="waiting").state_reason == "enough for one day"
    work(EARLY.replace(hour=21, minute=59))
    assert len(mail.outbox) == 1
    work(EARLY.replace(hour=22, minute=0))
    assert len(mail.outbox) == 2


@pytest.mark.django_db(transaction=True)
def test_two_workers_do_not_both_send_the_last_mail_of_a_day(reader):
    """M6: two connections, one seat."""
    from loyalty.messaging.operations import sending

    quiet(reader, quiet_from=None, quiet_until=None, most_a_day=1)
    first, second = say(reader, "one"), say(reader, "two")
    together(lambda: sending._start(first.pk), lambda: sending._start(second.pk))
    states = Message.objects.filter(channel="email").values_list("state", flat=True)
    assert sorted(states) == ["sending", "waiting"]


def test_what_was_read_in_the_inbox_is_not_mailed_again(reader):
    """UM20."""
    with clock.standing_at(EARLY):
        message = say(reader)
        assert inbox.read(reader, actor=SYSTEM) == 1
    work(EARLY)
    message.refresh_from_db()
    assert (message.state, message.state_reason) == ("dropped", "read in the inbox")
    assert mail.outbox == []


def test_reading_twice_and_reading_for_others_changes_nothing(reader, amara):
    """UM20."""
    say(reader)
    other = Message.objects.get(channel="inbox")
    assert inbox.read(amara, message=other, actor=SYSTEM) == 0
    assert inbox.read(reader, message=other, actor=SYSTEM) == 1
    was = Message.objects.get(pk=other.pk).read_at
    assert inbox.read(reader, actor=SYSTEM) == 0
    assert Message.objects.get(pk=other.pk).read_at == was
    assert AuditRow.objects.filter(verb="messaging.message.read").count() == 1


def test_a_topic_that_was_left_is_kept_as_dropped_on_that_channel_only(reader):
    """UM19, M4: the decision stays with the message."""
    choices.choose(reader, wanted={("tier", "email"): False}, actor=SYSTEM)
    message = say(reader)
    assert (message.state, message.state_reason) == ("dropped", "not wanted")
    assert Message.objects.inbox(reader).count() == 1
    choices.choose(reader, wanted={("tier", "inbox"): False}, actor=SYSTEM)
    say(reader, "later")
    assert Message.objects.inbox(reader).count() == 1


def test_leaving_a_topic_holds_back_what_waits_already(reader):
    """M10."""
    with clock.standing_at(EARLY):
        message = say(reader)
        choices.choose(reader, wanted={("tier", "email"): False}, actor=SYSTEM)
    work(EARLY)
    message.refresh_from_db()
    assert (message.state, message.state_reason) == ("dropped", "not wanted")


def test_a_word_of_a_campaigns_own_is_an_offer(reader):
    choices.choose(reader, wanted={("offers", "email"): False}, actor=SYSTEM)
    tell([Note(reader.pk, "spring-sale", "k", "Spring", "It is here.")])
    assert Message.objects.get(channel="email").state_reason == "not wanted"


def test_every_mail_can_be_left_with_one_click(reader, settings):
    """UM19, M9: the two headers of RFC 8058; the link is for this member and this topic."""
    settings.PUBLIC_URL = "https://club.example"
    with clock.standing_at(EARLY):
        say(reader, link="/rewards/")
    work(EARLY)
    [sent] = mail.outbox
    link = sent.extra_headers["List-Unsubscribe"].strip("<>")
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link.startswith("https://club.example/mail/")
    assert sent.body == (
        f"30 points more.\n\nhttps://club.example/rewards/\n\nNo more e-mail of this kind: {link}\n"
    )
    key = link.removeprefix("https://club.example/mail/").rstrip("/")
    assert subscriptions.read(key) == (reader, Topic.TIER)
    assert subscriptions.read(key[:-1]) is None


def test_choosing_what_is_the_case_already_writes_nothing(bo):
    assert choices.choose(bo, wanted={("tier", "email"): True}, actor=SYSTEM) == []
    choices.choose(bo, wanted={("tier", "email"): False}, actor=SYSTEM)
    assert choices.choose(bo, wanted={("tier", "email"): False}, actor=SYSTEM) == []
    [row] = AuditRow.objects.filter(verb="messaging.choice.changed")
    assert row.after == {"topic": "tier", "channel": "email", "is_wanted": False}


@pytest.mark.parametrize("wrong", [("weather", "email"), ("tier", "pigeon")])
def test_topics_and_channels_that_do_not_exist_are_refused(bo, wrong):
    with pytest.raises(NoSuchTopic):
        choices.choose(bo, wanted={wrong: False, ("tier", "email"): False}, actor=SYSTEM)
    assert not Choice.objects.exists() and not AuditRow.objects.filter(verb__startswith="mess")


@pytest.mark.parametrize(
    ("begins", "ends"), [(time(22), None), (None, time(6)), (time(6), time(6))]
)
def test_quiet_hours_that_are_none_are_refused(bo, begins, ends):
    with pytest.raises(NoSuchQuietHours):
        quiet(bo, quiet_from=begins, quiet_until=ends)
    assert not Pace.objects.exists()


def test_a_subject_of_several_lines_is_sent_as_one(reader):
    """M5: a campaign's text may be broken; its mail leaves all the same."""
    tell([Note(reader.pk, "offers", "k", "Silver\nis near", "30 points more.")])
    work(clock.now())
    assert [each.subject for each in mail.outbox] == ["Silver is near"]
