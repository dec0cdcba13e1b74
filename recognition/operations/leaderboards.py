"""Leaderboards: defining them, and keeping their scores in step with the ledger.

Scores are never counted up. A refresh finds which member and day the new entries touch and recomputes
those from all the entries of that day; doing it twice, or beginning anew, gives the same rows.
"""

from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from members import clock
from members.domain.actors import Actor
from members.domain.calendar import local_date
from members.models import Unit
from members.operations import audit
from recognition.domain import windows
from recognition.errors import DatesMissing
from recognition.models import DailyScore, Leaderboard, ScoreMark, Standing
from recognition.operations.steps import move

EDITABLE = ("name", "window", "ties", "starts_on", "ends_on", "minimum_visible")

#: A change of these changes which days count.
SHAPING = ("window", "starts_on", "ends_on")

_SQL = Path(__file__).parent.parent / "sql"
_FRESH_SCORES, _ALL_SCORES, _FRESH_STANDINGS, _BOARD_STANDINGS = (
    (_SQL / f"{name}.sql").read_text()
    for name in ("fresh_scores", "all_scores", "fresh_standings", "board_standings")
)

# In two statements, in this order: whoever holds an id up to the first answer has a number below the
# second's xmax, because `ledger_post` locks balances (which numbers the transaction) before it takes ids.
_NEWEST = "SELECT last_value FROM members_entry_id_seq"
_RUNNING = """
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
       pg_snapshot_xmax(pg_current_snapshot())::text::bigint
"""


@transaction.atomic
def define(
    slug: str, *, name: str, unit: Unit, actor: Actor, at: datetime | None = None, **fields: Any
) -> Leaderboard:
    """A new board in draft. `fields`: any of EDITABLE. A known slug returns that board unchanged.

    Raises DatesMissing for a board with its own dates that lacks one.
    """
    _only_editable(fields)
    _lock_mark()
    known = Leaderboard.objects.filter(slug=slug).first()
    if known is not None:
        return known
    board = Leaderboard(slug=slug, name=name, unit=unit, created_at=at or clock.now(), **fields)
    _check(board)
    board.save()
    _sum_up(board, clock.now())
    audit.record(board, actor=actor, verb="recognition.leaderboard.defined", after={"slug": slug})
    return board


@transaction.atomic
def edit(board: Leaderboard, *, actor: Actor, **fields: Any) -> Leaderboard:
    """Change a board. Another window or other dates sum its standings up anew."""
    _only_editable(fields)
    _lock_mark()
    board = Leaderboard.objects.select_for_update().get(pk=board.pk)
    changed = {name: value for name, value in fields.items() if getattr(board, name) != value}
    if not changed:
        return board
    before = {name: str(getattr(board, name)) for name in changed}
    for name, value in changed.items():
        setattr(board, name, value)
    _check(board)
    board.save(update_fields=list(changed))
    if set(SHAPING) & set(changed):
        _sum_up(board, clock.now())
    after = {name: str(value) for name, value in changed.items()}
    audit.record(
        board, actor=actor, verb="recognition.leaderboard.edited", before=before, after=after
    )
    return board


@transaction.atomic
def activate(board: Leaderboard, *, actor: Actor) -> Leaderboard:
    """Members see it from now on."""
    board = Leaderboard.objects.select_for_update().get(pk=board.pk)
    move(board, Leaderboard.State.ACTIVE, actor=actor, verb="recognition.leaderboard.activated")
    return board


@transaction.atomic
def archive(board: Leaderboard, *, actor: Actor) -> Leaderboard:
    """Members do not see it any more."""
    board = Leaderboard.objects.select_for_update().get(pk=board.pk)
    move(board, Leaderboard.State.ARCHIVED, actor=actor, verb="recognition.leaderboard.archived")
    return board


@transaction.atomic
def refresh(*, at: datetime | None = None) -> int:
    """Bring daily scores and standings up to the newest entry; how many daily scores changed.

    Meant to run every minute; running it at any time, any number of times, is right. It writes
    no audit row, because it decides nothing.
    """
    at = at or clock.now()
    mark = _lock_mark()
    today = _today(at)
    known: dict[str, Any] = {
        "safe_id": mark.safe_id,
        "day": mark.day,
        "today": today,
        "zone": settings.PROGRAMME_TIME_ZONE,
    }
    _advance(mark)
    with connection.cursor() as cursor:
        cursor.execute(_FRESH_SCORES, known)
        changed = cursor.rowcount
        cursor.execute(_FRESH_STANDINGS, known)
    mark.day = max(mark.day, today)
    mark.save()
    return changed


@transaction.atomic
def rebuild(*, actor: Actor, at: datetime | None = None) -> int:
    """Forget every score and compute all of them anew from the ledger; how many daily scores."""
    at = at or clock.now()
    mark = _lock_mark()
    Standing.objects.all().delete()
    DailyScore.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(_ALL_SCORES, {"zone": settings.PROGRAMME_TIME_ZONE})
        scores = cursor.rowcount
    for board in Leaderboard.objects.order_by("pk"):
        _sum_up(board, at)
    mark.day = _today(at)
    mark.save(update_fields=["day"])
    audit.record(
        mark, actor=actor, verb="recognition.scores.rebuilt", after={"daily_scores": scores}
    )
    return scores


def _sum_up(board: Leaderboard, at: datetime) -> None:
    """Compute every standing of one board anew."""
    Standing.objects.filter(board=board).delete()
    with connection.cursor() as cursor:
        cursor.execute(_BOARD_STANDINGS, {"board": board.pk, "today": _today(at)})


def _lock_mark() -> ScoreMark:
    """One refresh at a time."""
    ScoreMark.objects.get_or_create(name="entries")
    return ScoreMark.objects.select_for_update().get(name="entries")


def _advance(mark: ScoreMark) -> None:
    """Move the mark on, once everybody who ran when it was set has ended. The caller reads the
    entries after the old `safe_id`, later than this, so it sees all that they left."""
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST)
        (newest,) = cursor.fetchone()
        cursor.execute(_RUNNING)
        oldest_running, next_xid = cursor.fetchone()
    if oldest_running >= mark.ahead_xid:
        mark.safe_id, mark.ahead_id, mark.ahead_xid = mark.ahead_id, newest, next_xid


def _today(at: datetime) -> date:
    return local_date(at, settings.PROGRAMME_TIME_ZONE)


def _check(board: Leaderboard) -> None:
    if board.window == windows.Kind.CUSTOM and not (board.starts_on and board.ends_on):
        raise DatesMissing()


def _only_editable(fields: dict[str, Any]) -> None:
    unknown = set(fields) - set(EDITABLE)
    if unknown:
        raise TypeError(f"not editable: {', '.join(sorted(unknown))}")
