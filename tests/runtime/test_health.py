"""`/healthz` tells of the process alone, `/readyz` of everything that people depend on."""

from datetime import timedelta

import pytest
from django.db import connection

from members import clock
from members.models import Heartbeat, Job


@pytest.fixture
def all_well(db):
    """Beat has just rung, the worker has just done a job, nothing waits."""
    Heartbeat.objects.bulk_create(Heartbeat(part=p, at=clock.now()) for p in ("beat", "worker"))


def failed(client) -> list[str]:
    answer = client.get("/readyz")
    assert answer.status_code == (503 if answer.json()["failed"] else 200)
    return answer.json()["failed"]


def waiting(seconds: int, **fields) -> Job:
    since = clock.now() - timedelta(seconds=seconds)
    return Job.objects.create(
        kind="pulse", key="k", arguments={}, not_before=since, created_at=since, **fields
    )


def test_healthz_asks_no_database(client):
    assert client.get("/healthz").json() == {"status": "ok"}


def test_ready_when_all_is_well(client, all_well):
    """P21: no alarm in a healthy installation."""
    answer = client.get("/readyz").json()
    assert (answer["status"], answer["failed"]) == ("ready", [])
    assert list(answer["checks"]) == ["database", "migrations", "backlog", "beat", "worker"]


@pytest.mark.parametrize(("part", "limit"), [("beat", 60), ("worker", 90)])
def test_a_silent_part_is_named(client, all_well, part, limit):
    """P21: beat dead, ghost worker."""
    Heartbeat.objects.filter(part=part).update(at=clock.now() - timedelta(seconds=limit - 5))
    assert failed(client) == []
    Heartbeat.objects.filter(part=part).update(at=clock.now() - timedelta(seconds=limit + 5))
    assert failed(client) == [part]
    Heartbeat.objects.filter(part=part).delete()
    assert failed(client) == [part]


def test_a_backlog_is_named_by_the_oldest_job_that_waits(client, all_well):
    """P21: backlog. A job that is done, dead, or not due yet does not wait."""
    job = waiting(115)
    assert failed(client) == []
    job.not_before -= timedelta(seconds=10)
    job.save()
    assert failed(client) == ["backlog"]
    for state in (Job.State.DONE, Job.State.DEAD):
        Job.objects.update(state=state)
        assert failed(client) == []
    Job.objects.update(state=Job.State.READY, not_before=clock.now() + timedelta(hours=1))
    assert failed(client) == []


def test_a_missing_migration_is_named(client, all_well, monkeypatch):
    from loyalty.runtime import readiness

    monkeypatch.setattr(readiness, "_migrated", [])
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
    assert failed(client) == ["migrations"]


def test_a_constant_number_of_questions(client, all_well, django_assert_num_queries):
    client.get("/readyz")
    with django_assert_num_queries(4):
        client.get("/readyz")


def test_only_reading_is_answered(client, db):
    assert client.post("/readyz").status_code == 405
    assert client.post("/healthz").status_code == 405
