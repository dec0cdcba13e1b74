"""Boards kept in step with the ledger, against PostgreSQL."""

import json
import time
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from members.domain.ledger import Line
from members.models import Entry
from members.operations import corrections, ledger, members
from recognition.domain.windows import Kind
from recognition.errors import DatesMissing, StepNotAllowed
from recognition.models import DailyScore, Leaderboard, ScoreMark, Standing
from recognition.models.readings import Mark, Reading
from recognition.operations import leaderboards
from tests.conftest import SYSTEM
from tests.plugins.templates import connect
from tests.recognition.conftest import NOON, earn

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

TODAY = NOON.date()


def read(board, kind="month", day=TODAY):
    return Reading(board, board.window_of(kind, day), TODAY)


def rows(board, kind="month", day=TODAY, **page):
    return [(row.rank, row.points) for row in read(board, kind, day).page(size=50, **page)]


def tables():
    """Both derived tables as they are."""
    return (
        sorted(DailyScore.objects.values_list("unit", "member", "on", "points", "last_at")),
        sorted(
            Standing.objects.values_list(
                "board", "window_start", "member", "points", "reached_at", "opaque"
            )
        ),
    )


def test_the_monthly_board(board, six):
    """A24, A25: competition ranks of this month's accruals."""
    leaderboards.refresh()
    assert rows(board) == [(1, 60), (2, 50), (2, 50), (4, 30), (5, 20), (6, 10)]


@pytest.mark.parametrize(
    ("ties", "ranks"),
    [
        ("competition", [1, 2, 2, 4, 5, 6]),
        ("dense", [1, 2, 2, 3, 4, 5]),
        ("unique", [*range(1, 7)]),
    ],
)
def test_tie_rules_hold_across_pages_and_for_ones_own_place(board, six, ties, ranks):
    """A25: page by page, row by row, and in "you and your neighbours"."""
    board = leaderboards.edit(board, ties=ties, actor=SYSTEM)
    leaderboards.refresh()
    reading, after, seen = read(board), None, []
    while page := reading.page(size=1, after=after):
        seen.append(page[0])
        after = Mark(page[0].points, page[0].reached_at, page[0].opaque)
    assert [row.rank for row in seen] == ranks
    assert [reading.mine(member).rank for member in six] == ranks
    around = reading.around(six[2])
    assert [(row.rank, row.is_me) for row in around] == [
        (rank, place == 2) for place, rank in enumerate(ranks[:5])
    ]


def test_inside_a_tie_the_earlier_moment_is_listed_first(board, six):
    """A25: both have 50; the second member reached it a day before the third."""
    leaderboards.refresh()
    page = read(board).page(size=3)
    assert [row.reached_at for row in page[1:]] == [
        NOON - timedelta(days=9),
        NOON - timedelta(days=8),
    ]


def test_a_reversal_counts_on_its_own_day(board, six, points):
    """A24, E28: "daily totals from accruals minus reversals"; what is taken back leaves the score."""
    entry = Entry.objects.get(key=f"m0:{(NOON - timedelta(days=10)).isoformat()}:60")
    leaderboards.refresh()
    corrections.reverse(entry, key="return", reason="Sent back", actor=SYSTEM, amount=45)
    leaderboards.refresh()
    assert rows(board) == [(1, 50), (1, 50), (3, 30), (4, 20), (5, 15), (6, 10)]
    daily = DailyScore.objects.filter(member=six[0]).order_by("on")
    assert list(daily.values_list("on", "points")) == [
        (date(2026, 6, 5), 60),
        (date(2026, 6, 15), -45),
    ]


def test_spending_moves_no_score(board, six, points):
    """A24: a board is about earning."""
    leaderboards.refresh()
    before = tables()
    ledger.redeem(
        six[0], unit=points, amount=60, key="r", reason="r", actor=SYSTEM, cause=("test", 1)
    )
    assert leaderboards.refresh() == 0
    assert tables() == before


def test_whoever_has_nothing_left_is_not_listed(board, six, points):
    entry = Entry.objects.get(key__startswith="m5:")
    corrections.reverse(entry, key="return", reason="Sent back", actor=SYSTEM)
    leaderboards.refresh()
    assert rows(board) == [(1, 60), (2, 50), (2, 50), (4, 30), (5, 20)]
    assert read(board).mine(six[5]) is None


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 5, 31, 21, 59, 59, tzinfo=UTC), date(2026, 5, 31)),
        (datetime(2026, 5, 31, 22, 0, tzinfo=UTC), date(2026, 6, 1)),
    ],
)
def test_days_begin_in_the_programmes_zone(board, units, amara, instant, day):
    """A24: Berlin's 1 June begins at 22:00 UTC."""
    earn(amara, units["points"], 7, instant)
    leaderboards.refresh()
    assert DailyScore.objects.get(member=amara, points=7).on == day


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.CUSTOM])
def test_every_window(board, six, points, kind):
    """A24: day, week, month, quarter, year and all, each half-open."""
    window = board.window_of(kind, TODAY)
    outside = max(window.starts_on - timedelta(days=1), date(2020, 1, 1))
    for member in six:
        earn(
            member, points, 1000, datetime(outside.year, outside.month, outside.day, 12, tzinfo=UTC)
        )
        earn(member, points, 1, NOON)
    leaderboards.refresh()
    expected = sum(
        score.points for score in DailyScore.objects.filter(member=six[0]) if score.on in window
    )
    assert expected % 1000 == (61 if kind not in (Kind.DAY, Kind.WEEK) else 1)
    top = {row.opaque: row.points for row in read(board, kind).page(size=6)}
    assert expected in top.values()


def test_a_board_with_its_own_dates(units, six):
    """A24: custom dates; the last day is the one before `ends_on`."""
    with pytest.raises(DatesMissing):
        leaderboards.define("x", name="X", unit=units["points"], window="custom", actor=SYSTEM)
    assert not Leaderboard.objects.exists()
    board = leaderboards.define(
        "week-one",
        name="Week one",
        unit=units["points"],
        window="custom",
        starts_on=date(2026, 6, 5),
        ends_on=date(2026, 6, 8),
        minimum_visible=3,
        actor=SYSTEM,
    )
    leaderboards.refresh()
    assert rows(board, "custom") == [(1, 60), (2, 50), (2, 50)]


def test_future_days_do_not_count_until_they_come(board, six, points, at_noon):
    """A24: an accrual dated tomorrow."""
    earn(six[5], points, 500, NOON + timedelta(days=1))
    leaderboards.refresh()
    assert rows(board)[0] == (1, 60)
    assert rows(board, "year")[0] == (1, 60)
    at_noon.shift(timedelta(days=1))
    leaderboards.refresh()
    assert rows(board)[0] == (1, 510)


def test_opting_out_is_before_ranking_and_shows_the_would_be_place(board, six, points):
    """A27: the others move up; oneself still knows where one would be."""
    leaderboards.refresh()
    hidden = members.update(six[1], is_ranked=False, actor=SYSTEM)
    assert rows(board) == [(1, 60), (2, 50), (3, 30), (4, 20), (5, 10)]
    mine = read(board).mine(hidden)
    assert (mine.rank, mine.points, mine.is_ranked) == (2, 50, False)
    assert read(board).around(hidden) == []


def test_fewer_than_five_are_not_shown(board, six):
    """A27: with two gone, four are left, and the board is hidden."""
    leaderboards.refresh()
    for member in six[:2]:
        members.update(member, is_ranked=False, actor=SYSTEM)
    assert read(board).is_hidden
    assert rows(board) == []
    assert read(board).around(six[3]) == []


def test_names_are_aliases_that_hold_on_one_board_only(board, six, units):
    """A28: no pseudonym links two boards; a real name only if its bearer shows it."""
    other = leaderboards.define("other", name="Other", unit=units["points"], actor=SYSTEM)
    members.update(six[0], given_name="Mia", family_name="Six", shows_real_name=True, actor=SYSTEM)
    members.update(six[1], given_name="Noa", family_name="Six", actor=SYSTEM)
    leaderboards.refresh()
    one, two = (read(one).page(size=6) for one in (board, other))
    assert one[0].name == two[0].name == "Mia Six"
    assert {row.name for row in one[1:]} & {row.name for row in two[1:]} == set()
    assert all(row.name == f"Member {row.opaque[:6].upper()}" for row in one[1:])
    everything = " ".join(row.name + row.opaque for row in one[1:])
    assert not any(
        text in everything for member in six for text in (member.pseudonym, member.ref, "Noa")
    )


def test_another_window_reads_the_same_as_a_board_made_for_it(six, units):
    """A24: sums on the fly and kept standings give the same rows."""
    leaderboards.refresh()
    for kind in ("day", "week", "month", "quarter", "year", "all"):
        kept = leaderboards.define(kind, name=kind, unit=units["points"], window=kind, actor=SYSTEM)
        summed = leaderboards.define(
            f"not-{kind}",
            name=kind,
            unit=units["points"],
            window="year" if kind != "year" else "month",
            actor=SYSTEM,
        )
        Leaderboard.objects.filter(pk=summed.pk).update(salt=kept.salt)
        summed.refresh_from_db()
        for rule in ("competition", "dense", "unique"):
            one, two = (
                read(leaderboards.edit(each, ties=rule, actor=SYSTEM), kind)
                for each in (kept, summed)
            )
            assert one.page(size=9) == two.page(size=9)
            for member in six:
                assert one.around(member) == two.around(member)
                assert one.mine(member) == two.mine(member)


def test_editing_a_boards_dates_sums_it_up_anew(board, six):
    leaderboards.refresh()
    board = leaderboards.edit(board, starts_on=date(2026, 6, 7), minimum_visible=4, actor=SYSTEM)
    assert rows(board) == [(1, 50), (2, 30), (3, 20), (4, 10)]
    with pytest.raises(StepNotAllowed):
        leaderboards.activate(board, actor=SYSTEM)


def test_the_window_in_sql_is_the_window_in_python(board):
    """A24: board_window() and domain/windows.py agree."""
    boards = [(None, None), (date(2026, 2, 10), None), (date(2026, 2, 10), date(2026, 11, 3))]
    days = [date(2026, 1, 1) + timedelta(days=17 * step) for step in range(30)]
    with connection.cursor() as cursor:
        for kind in Kind:
            for starts_on, ends_on in boards:
                board.starts_on, board.ends_on = starts_on, ends_on
                for day in days:
                    cursor.execute(
                        "SELECT lower(w), upper(w), isempty(w) FROM board_window(%s, %s, %s, %s) w",
                        [kind, day, starts_on, ends_on],
                    )
                    lower, upper, is_empty = cursor.fetchone()
                    window = board.window_of(kind, day)
                    if is_empty:
                        assert window.starts_on == window.ends_on
                    else:
                        assert (window.starts_on, window.ends_on) == (lower, upper)


steps = st.lists(
    st.one_of(
        st.tuples(st.just("earn"), st.integers(0, 2), st.integers(1, 9), st.integers(-400, 40)),
        st.tuples(st.just("reverse"), st.integers(0, 20), st.just(0), st.just(0)),
        st.tuples(st.just("refresh"), st.just(0), st.just(0), st.just(0)),
    ),
    max_size=14,
)


@given(steps)
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_history_refreshed_in_steps_equals_a_rebuild(board, amara, bo, dee, points, history):
    """A24: "derived over a moving range, never blind increments that can drift"."""
    from django.db import transaction

    with transaction.atomic():
        for place, (verb, which, amount, hours) in enumerate(history):
            if verb == "earn":
                member = (amara, bo, dee)[which]
                earn(member, points, amount, NOON + timedelta(hours=hours), key=f"e{place}")
            elif verb == "reverse":
                earned = Entry.objects.filter(key__startswith="e").order_by("pk")
                taken = set(
                    Entry.objects.filter(kind="reversal").values_list("reverses", flat=True)
                )
                left = [entry for entry in earned if entry.pk not in taken]
                if left:
                    entry = left[which % len(left)]
                    corrections.reverse(entry, key=f"r{place}", reason="Back", actor=SYSTEM)
            else:
                leaderboards.refresh()
        leaderboards.refresh()
        refreshed = tables()
        leaderboards.rebuild(actor=SYSTEM)
        assert tables() == refreshed
        total = sum(Decimal(points) for *_, points, _ in refreshed[0])
        legs = Entry.objects.filter(kind__in=["accrual", "reversal"]).values_list("kind", "amount")
        assert total == sum(amount if kind == "accrual" else -amount for kind, amount in legs)
        transaction.set_rollback(True)


def test_reading_costs_the_same_for_any_number_of_rows(board, six, django_assert_num_queries):
    """P: a page is two queries; one's own place and neighbours are a constant number more."""
    leaderboards.refresh()
    member = six[3]
    reading = read(board)
    with django_assert_num_queries(2):
        reading.page(size=50)
    with django_assert_num_queries(2):
        reading.mine(member)
    with django_assert_num_queries(5):
        reading.around(member)


@pytest.mark.django_db(transaction=True)
def test_an_entry_committed_late_under_a_lower_id_is_not_missed(board, amara, bo, points):
    """A24: two connections; the first takes its id, the second commits and is refreshed, then the
    first commits."""
    earn(bo, points, 5, NOON)
    issuance = Entry.objects.filter(kind="accrual").first().debit_id
    line = Line(
        key="slow",
        kind="accrual",
        unit=points.pk,
        debit=issuance,
        credit=ledger.wallet(amara, points).pk,
        amount=40,
        occurred_at=NOON,
        cause_kind="test",
        cause_id=None,
        reason="Slow",
    )
    with connect(connection.settings_dict["NAME"]) as slow:
        slow.autocommit = False
        slow.execute("SELECT ledger_post(%s::jsonb, now())", [json.dumps([line.as_row(0)])])
        earn(bo, points, 7, NOON)
        for _ in range(3):
            leaderboards.refresh()
        assert ScoreMark.objects.get().safe_id < Entry.objects.order_by("-pk").first().pk
        assert DailyScore.objects.filter(member=amara, on=TODAY).count() == 0
        slow.commit()
    leaderboards.refresh()
    assert DailyScore.objects.get(member=amara, on=TODAY).points == 40
    assert Standing.objects.get(member=bo, board=board, window_start=date(2026, 6, 1)).points == 12
    newest = Entry.objects.order_by("-pk").first().pk
    # Transactions of other databases of the server count as running too, so this may take a few looks.
    deadline = time.monotonic() + 30
    while ScoreMark.objects.get().safe_id != newest and time.monotonic() < deadline:
        leaderboards.refresh()
    assert ScoreMark.objects.get().safe_id == newest
