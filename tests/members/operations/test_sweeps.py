"""What falls due is decided once, whatever happens to beat, the worker or the clock."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from loyalty.campaigns.operations import standard
from loyalty.messaging.models import Message
from loyalty.timetable import TIMETABLE
from members import clock
from members.models import (
    Activity,
    Balance,
    Decision,
    Entry,
    Job,
    OpenLot,
    Rollup,
    SweepRun,
    TierPeriod,
    Watermark,
)
from members.operations import (
    accounts,
    due,
    households,
    jobs,
    ledger,
    members,
    purses,
    sweeps,
    tiers,
)
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)


def sweep(name: str, *, at: datetime) -> None:
    """One pass of one sweep and of the work it leaves."""
    with clock.standing_at(at):
        sweeps.run_due(at=at, names=[name])
        while jobs.work_off():
            pass


def since(name: str, at: datetime) -> None:
    """The sweep has decided everything up to here."""
    Watermark.objects.update_or_create(sweep=name, defaults={"upto": at})


def born(ref: str, month: int, day: int, zone: str = "Europe/Berlin", **fields):
    with clock.standing_at(datetime(2020, 1, 1, tzinfo=UTC)):
        return members.enrol(
            ref, actor=SYSTEM, birth_month=month, birth_day=day, time_zone=zone, **fields
        )


def balance(member, unit):
    return Balance.objects.get(account=ledger.wallet(member, unit)).amount


def test_a_birthday_begins_at_the_members_own_midnight(units):
    """T3: local meaning is computed in the member's zone; T4: +14 and -11."""
    for ref, zone in (("first", "Pacific/Kiritimati"), ("last", "Pacific/Pago_Pago")):
        born(ref, 6, 15, zone)
    since("birthday", datetime(2026, 6, 13, tzinfo=UTC))
    sweep("birthday", at=datetime(2026, 6, 14, 9, 59, tzinfo=UTC))
    assert not Decision.objects.filter(kind="birthday").exists()
    sweep("birthday", at=datetime(2026, 6, 14, 10, 0, tzinfo=UTC))
    assert list(Decision.objects.filter(kind="birthday").values_list("member__ref", flat=True)) == [
        "first"
    ]
    sweep("birthday", at=datetime(2026, 6, 15, 11, 0, tzinfo=UTC))
    assert Activity.objects.get(
        member__ref="last", kind="birthday.reached"
    ).occurred_at == datetime(2026, 6, 15, 11, 0, tzinfo=UTC)


def test_a_birthday_pays_once_whatever_rings(units):
    """T2: once per (member, kind, occurrence), however often it rings."""
    standard.install(actor=SYSTEM)
    member = born("m", 6, 15)
    since("birthday", NOON - timedelta(days=1))
    for minutes in (0, 0, 15, 30):
        sweep("birthday", at=NOON + timedelta(minutes=minutes))
    # a lost watermark, such as after a careless restore
    since("birthday", NOON - timedelta(days=3))
    sweep("birthday", at=NOON + timedelta(hours=1))
    assert balance(member, units["points"]) == 150
    assert Decision.objects.filter(kind="birthday").count() == 1


def test_an_outage_of_three_weeks_is_caught_up_oldest_first(units):
    """T2: any outage is caught up from the watermark, and paid as of the day itself."""
    for day in (1, 8, 15):
        born(f"m{day}", 6, day, "UTC")
    since("birthday", datetime(2026, 5, 25, tzinfo=UTC))
    sweep("birthday", at=NOON)
    found = Activity.objects.filter(kind="birthday.reached").order_by("pk")
    assert [row.occurred_at.date() for row in found] == [date(2026, 6, day) for day in (1, 8, 15)]


@pytest.mark.parametrize(("year", "day"), [(2027, 28), (2028, 29)])
def test_a_leap_day_birthday(units, year, day):
    """T4: 29 February is 28 February in years that have none, and is not paid twice in others."""
    born("leap", 2, 29, "UTC")
    since("birthday", datetime(year, 2, 20, tzinfo=UTC))
    sweep("birthday", at=datetime(year, 3, 5, tzinfo=UTC))
    assert [row.occurred_at.date() for row in Activity.objects.filter(kind="birthday.reached")] == [
        date(year, 2, day)
    ]


def test_a_birthday_told_shortly_before_waits_a_year(units):
    """T1: told less than 30 days ahead, it counts from next year on."""
    with clock.standing_at(NOON - timedelta(days=10)):
        members.enrol("late", actor=SYSTEM, birth_month=6, birth_day=15)
    since("birthday", NOON - timedelta(days=1))
    sweep("birthday", at=NOON)
    assert Decision.objects.get(kind="birthday").outcome == "told_late"
    assert SweepRun.objects.get(sweep="birthday").skipped == {"told_late": 1}
    assert not Activity.objects.filter(kind="birthday.reached").exists()


def test_the_joining_anniversary_never_fires_in_year_zero(units):
    """T1: yearly from the first anniversary on."""
    with clock.standing_at(NOON - timedelta(days=365)):
        members.enrol("a", actor=SYSTEM, joined_on=date(2025, 6, 15))
        members.enrol("b", actor=SYSTEM, joined_on=date(2026, 6, 15))
    since("anniversary", NOON - timedelta(days=1))
    sweep("anniversary", at=NOON)
    fact = Activity.objects.get(kind="anniversary.reached")
    assert (fact.member.ref, fact.payload) == ("a", {"years": 1})


def test_missed_expiry_is_caught_up_and_running_twice_changes_nothing(amara, points):
    """E22, T2: expiry is booked at its own instant, once for each lot."""
    late = clock.now() + timedelta(days=400)
    ends = list(OpenLot.objects.order_by("pk").values_list("expires_at", flat=True))
    for _ in range(2):
        sweep("points_expiry", at=late)
    entries = Entry.objects.filter(kind="expiry").order_by("pk")
    assert [(entry.amount, entry.occurred_at) for entry in entries] == list(
        zip((100, 200, 300), ends, strict=True)
    )
    assert balance(amara, points) == 0
    assert not OpenLot.objects.filter(account__unit=points).exists()


def test_expiry_in_chunks_is_resumable(amara, bo, points, monkeypatch):
    """T6: set-based chunks; a chunk that ends leaves the watermark where it was."""
    monkeypatch.setattr(due, "CHUNK", 1)
    ledger.accrue(
        bo, unit=points, amount=7, key="bo", reason="Order", actor=SYSTEM, cause=("test", None)
    )
    late = clock.now() + timedelta(days=400)
    assert sweeps.sweep_once(sweeps.SWEEPS["points_expiry"], until=late) is True
    assert (balance(amara, points), balance(bo, points)) == (0, 7)
    assert Watermark.objects.get(sweep="points_expiry").upto < late - timedelta(hours=23)
    sweep("points_expiry", at=late)
    assert (balance(amara, points), balance(bo, points)) == (0, 0)
    run = SweepRun.objects.get(sweep="points_expiry")
    assert (run.due, run.done) == (4, 4)


def test_an_expiry_reminder_merges_amounts_and_is_sent_once(amara, points):
    """E23: N days before, one message for everything that ends at the same moment."""
    first = OpenLot.objects.order_by("pk").first()
    ledger.accrue(
        amara,
        unit=points,
        amount=11,
        key="same-day",
        reason="Another order",
        actor=SYSTEM,
        cause=("test", None),
        at=first.earned_at + timedelta(minutes=1),
    )
    for minutes in (0, 15):
        sweep("expiry_reminder", at=clock.now() + timedelta(minutes=minutes))
    message = Message.objects.get(topic="expiry")
    assert message.subject.startswith("111 Points can be spent until ")
    sweep("expiry_reminder", at=clock.now() + timedelta(days=3))
    assert Message.objects.filter(topic="expiry").count() == 1


def test_everybody_of_a_household_is_told_what_ends_in_its_purse(amara, bo, dee, points):
    """E11, E23: once each, apart from what is their own; nobody else hears of it."""
    home = households.open(amara, name="Home", actor=SYSTEM)
    for who in (bo, dee):
        code = households.invite(amara, actor=SYSTEM).code
        households.join(who, code=code, actor=SYSTEM)
    purses.contribute(amara, unit=points, amount=60, key="in", actor=SYSTEM)
    households.leave(dee, actor=SYSTEM)
    for minutes in (0, 15):
        sweep("expiry_reminder", at=clock.now() + timedelta(minutes=minutes))
    told = Message.objects.filter(topic="expiry").order_by("member", "link")
    assert [(each.member.ref, each.subject.partition(" can ")[0], each.link) for each in told] == [
        ("amara", "60 Points of your household", "/points/household/"),
        ("amara", "40 Points", "/rewards/"),
        ("bo", "60 Points of your household", "/points/household/"),
    ]
    decided = Decision.objects.filter(member=bo, kind="expiry_reminder").get().occurrence
    assert decided.startswith(f"purse:{home.pk}:points:")


def test_a_tier_goes_down_only_at_its_review(units, bo):
    """E50: kept for the whole window, then down to what was earned."""
    earned_at = NOON - timedelta(days=10)
    ledger.accrue(
        bo,
        unit=units["status"],
        amount=450,
        key="s",
        reason="Orders",
        actor=SYSTEM,
        cause=("test", None),
        at=earned_at,
    )
    sweep("tier_review", at=NOON)
    tiers.settle([bo], actor=SYSTEM, at=NOON)
    gold = TierPeriod.objects.get(member=bo, ends_at=None)
    assert (gold.tier.slug, gold.starts_at) == ("gold", earned_at)
    sweep("tier_review", at=gold.review_at - timedelta(seconds=1))
    assert TierPeriod.objects.get(member=bo, ends_at=None).tier.slug == "gold"
    sweep("tier_review", at=gold.review_at)
    now = TierPeriod.objects.get(member=bo, ends_at=None)
    assert (now.tier.slug, now.cause, now.starts_at) == ("bronze", "not_kept", gold.review_at)


@pytest.mark.parametrize("line", TIMETABLE, ids=lambda line: line.name)
def test_every_sweep_run_twice_decides_once(amara, line):
    """T2: the second run of any sweep over the same time does nothing."""
    at = clock.now() + timedelta(days=30)
    sweep(line.name, at=at)
    before = (Decision.objects.count(), Activity.objects.count(), Entry.objects.count())
    sweep(line.name, at=at)
    assert (Decision.objects.count(), Activity.objects.count(), Entry.objects.count()) == before


def test_every_run_leaves_a_row(amara):
    """T7: when, how many due, done, skipped."""
    at = clock.now() + timedelta(days=10)
    sweep("points_expiry", at=at)
    run = SweepRun.objects.get(sweep="points_expiry")
    assert (run.due, run.done, run.skipped, run.fault) == (1, 1, {}, "")
    assert run.covers_until == at
    assert run.ended_at is not None


def test_two_alarms_in_one_turn_are_one_job(units):
    """T5: doubled beats."""
    sweeps.ring("birthday", at=NOON)
    sweeps.ring("birthday", at=NOON + timedelta(minutes=14))
    sweeps.ring("birthday", at=NOON + timedelta(minutes=15))
    assert Job.objects.filter(kind="sweep").count() == 2


def test_the_timetable_is_installed_and_what_staff_paused_stays_paused(db):
    """T1: one named line for each sweep, pausable in the console."""
    from django_celery_beat.models import PeriodicTask

    from loyalty import timetable

    assert set(PeriodicTask.objects.values_list("name", flat=True)) >= {
        line.title for line in TIMETABLE
    }
    PeriodicTask.objects.filter(name="Birthdays").update(enabled=False)
    timetable.install()
    assert PeriodicTask.objects.get(name="Birthdays").enabled is False


def test_rolling_up_leaves_every_balance_as_it_was(amara, points):
    """E1: a programme account's balance is its roll-up plus the tail, however often it is rolled up."""
    issuance = accounts.programme_account(points, "issuance").pk

    def balance_of_issuance() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT balance FROM audit.account WHERE id = %s", [issuance])
            return cursor.fetchone()[0]

    for turn in range(1, 4):
        sweep("roll_up", at=clock.now() + timedelta(minutes=turn))
        assert balance_of_issuance() == -600
    assert Rollup.objects.get(account=issuance).next_entry_id == Entry.objects.latest("pk").pk
