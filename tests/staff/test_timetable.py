"""Jobs and the timetable: when next, when last, how long; and what gave up tried again."""

from datetime import timedelta

from django_celery_beat.models import PeriodicTask

from loyalty import timetable
from loyalty.campaigns.operations import standard
from members import clock
from members.models import Activity, Entry, Job, SweepRun
from members.operations import activities, jobs
from tests.campaigns.conftest import order
from tests.conftest import SYSTEM
from tests.staff.conftest import client_of
from tests.staff.test_pages import LIST_BUDGET

LIST = "/admin/django_celery_beat/periodictask/"


def test_the_timetable_says_next_last_and_how_long(db, ira, django_assert_max_num_queries):
    """US20."""
    timetable.install()
    now = clock.now()
    for minutes, seconds in ((60, 9), (5, 2.5)):
        at = now - timedelta(minutes=minutes)
        SweepRun.objects.create(
            sweep="tidy",
            covers_from=at,
            covers_until=at,
            started_at=at,
            ended_at=at + timedelta(seconds=seconds),
        )
    PeriodicTask.objects.filter(name="Relay").update(enabled=False)
    client = client_of(ira)
    with django_assert_max_num_queries(LIST_BUDGET):
        page = client.get(LIST)
    lines = {task.name: task for task in page.context["cl"].result_list}
    shown = page.context["cl"].model_admin
    assert shown.took(lines["Old jobs forgotten"]) == "2.5 s"
    assert shown.took(lines["Birthdays"]) == "–"
    assert shown.next_at(lines["Relay"]) == "paused"
    assert shown.next_at(lines["Birthdays"]) != "paused"


def test_a_dead_letter_replayed_twice_has_one_effect(amara, ira):
    """US20: twice pressed, and done again by a worker that had been thought dead."""
    standard.install(actor=SYSTEM)
    told = order(amara, "30.00").payload
    activities.record(
        "order.placed", member=amara, source="shop", external_id="1", payload=told, actor=SYSTEM
    )
    activity = Activity.objects.get(external_id="1")
    job = Job.objects.get(kind="activity.evaluate", arguments__activities=[activity.pk])
    Job.objects.filter(pk=job.pk).update(state="dead", attempts=5, fault="ValueError: no")
    client = client_of(ira)
    codes = [client.post(f"/admin/members/job/{job.pk}/retry/").status_code for _ in range(2)]
    assert codes == [302, 403]
    while jobs.work_off():
        pass
    effects = list(activity.effects.values_list("pk", flat=True))
    entries = Entry.objects.count()
    assert effects
    Job.objects.filter(pk=job.pk).update(state="dead")
    assert client.post(f"/admin/members/job/{job.pk}/retry/").status_code == 302
    while jobs.work_off():
        pass
    assert list(activity.effects.values_list("pk", flat=True)) == effects
    assert Entry.objects.count() == entries
