"""The work queue: nothing lost, nothing doubled."""

from datetime import timedelta

import pytest

from members import clock
from members.models import Job
from members.operations import jobs
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db


@pytest.fixture
def deeds():
    """A kind of job that notes what it did, or fails when told to."""
    done: list[str] = []

    def do(arguments):
        if arguments.get("fails"):
            raise RuntimeError("out of paper")
        done.append(arguments["name"])

    jobs.WORK["test"] = do
    yield done
    del jobs.WORK["test"]


def test_the_same_key_is_the_same_job(deeds):
    for _ in range(2):
        jobs.enqueue("test", key="k", arguments={"name": "a"})
    assert jobs.work_off() == 1
    assert deeds == ["a"]


def test_a_failure_waits_longer_each_time_and_ends_in_the_dead_letters(deeds, monkeypatch):
    """T7: retried with back-off, then a dead-letter list with retry."""
    jobs.enqueue("test", key="k", arguments={"fails": True})
    pauses = []
    for _ in range(jobs.ATTEMPTS):
        job = Job.objects.get()
        with clock.standing_at(max(job.not_before, clock.now())):
            assert jobs.work_off() == 0
            pauses.append(round((Job.objects.get().not_before - clock.now()).total_seconds()))
    job = Job.objects.get()
    assert (job.state, job.fault) == ("dead", "RuntimeError: out of paper")
    assert pauses == [10, 30, 90, 270, 810]
    jobs.retry(job, actor=SYSTEM)
    assert Job.objects.get().state == "ready"


def test_how_long_the_last_attempt_took_is_kept(monkeypatch, at_noon):
    """US20: of one that was done, and of one that failed."""

    def work(arguments):
        at_noon.shift(timedelta(milliseconds=arguments["ms"]))
        if arguments.get("fails"):
            raise RuntimeError("out of paper")

    monkeypatch.setitem(jobs.WORK, "slow", work)
    jobs.enqueue("slow", key="a", arguments={"ms": 1250})
    assert Job.objects.get(key="a").took_ms is None
    jobs.work_off()
    jobs.enqueue("slow", key="b", arguments={"ms": 40, "fails": True})
    jobs.work_off()
    took = dict(Job.objects.values_list("key", "took_ms"))
    assert took == {"a": 1250, "b": 40}


def test_a_worker_thought_dead_cannot_end_a_job_that_was_taken_over(deeds):
    """T5: the fencing number."""
    jobs.enqueue("test", key="k", arguments={"name": "a"})
    first = jobs._claim()
    with clock.standing_at(clock.now() + jobs.LEASE * 2):
        second = jobs._claim()
        assert second.fence == first.fence + 1
        assert jobs._do(first) == 0
        assert jobs._do(second) == 1
    assert deeds == ["a"]


def test_a_claimed_job_is_nobody_elses(deeds):
    jobs.enqueue("test", key="k", arguments={"name": "a"})
    assert jobs._claim() is not None
    assert jobs._claim() is None


@pytest.mark.django_db(transaction=True)
def test_a_job_that_takes_its_worker_with_it_is_given_up():
    """A25: claimed so often without an end, it goes to the dead letters and does not come back."""
    jobs.enqueue("test.note", key="deadly", arguments={})
    for attempt in range(jobs.ATTEMPTS):
        claimed = jobs._claim()
        assert claimed is not None and claimed.attempts == attempt + 1
        Job.objects.update(leased_until=clock.now() - timedelta(seconds=1))
    assert jobs._claim() is None
    job = Job.objects.get(key="deadly")
    assert (job.state, job.fault) == ("dead", "Its worker ended without a word every time.")
