"""Members hear that somebody nominated them, in their language, once, and not by whom."""

import pytest

from loyalty.messaging.models import Message
from loyalty.messaging.operations.nomination_notices import nomination_notices
from members import clock
from members.operations import consents, members
from recognition.operations import nominations
from tests.conftest import SYSTEM
from tests.recognition.conftest import committee, criteria, cycle, hal, ivo, jun, propose

__all__ = ["committee", "criteria", "cycle", "hal", "ivo", "jun"]

pytestmark = pytest.mark.django_db


def sweep():
    return nomination_notices(clock.now(), clock.now())


def test_a_candidate_is_told_once_and_reads_where_to_decline(cycle, amara, bo, dee):
    """UM21."""
    propose(cycle, amara, bo)
    propose(cycle, dee, bo)
    assert (sweep().done, sweep().done) == (1, 0)
    message = Message.objects.get()
    assert (message.member, message.topic, message.link) == (
        bo,
        "recognition",
        f"/nominations/{cycle.slug}/",
    )
    assert message.subject == "Somebody nominated you: Neighbour of the quarter"
    assert "Amara" not in message.body and message.useful_until == cycle.closes_at


def test_who_has_declined_or_is_no_longer_proposed_hears_nothing(cycle, amara, bo):
    nomination = propose(cycle, amara, bo)
    nominations.decline(cycle, nominee=bo, actor=SYSTEM)
    assert sweep().due == 0
    nomination.candidate.declined_at = None
    nomination.candidate.save()
    nominations.withdraw(nomination, nominator=amara, actor=SYSTEM)
    assert sweep().due == 0


def test_each_reads_their_own_language(cycle, amara, bo):
    members.update(bo, language="de", actor=SYSTEM)
    propose(cycle, amara, bo)
    sweep()
    assert cycle.title in Message.objects.get().subject


def test_the_word_is_taken_back_with_the_last_nomination(cycle, amara, bo, dee):
    """UM21: the inbox forgets it, a mail that waits does not leave, and a new nomination is told anew."""
    consents.record(bo, purpose="programme", channel="email", granted=True, actor=SYSTEM)
    first, second = propose(cycle, amara, bo), propose(cycle, dee, bo)
    sweep()
    assert Message.objects.inbox(bo).count() == 1
    nominations.withdraw(first, nominator=amara, actor=SYSTEM)
    sweep()
    assert Message.objects.inbox(bo).count() == 1
    nominations.withdraw(second, nominator=dee, actor=SYSTEM)
    sweep()
    assert set(Message.objects.values_list("state", "state_reason")) == {
        ("dropped", "nomination taken back")
    }
    propose(cycle, dee, bo)
    sweep()
    assert Message.objects.inbox(bo).get().read_at is None
