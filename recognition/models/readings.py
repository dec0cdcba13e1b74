"""Reading a board: a page of it, and where somebody stands."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

from django.db.models import CharField, Func, Max, Q, QuerySet, Sum, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext as _

from members.models import Member
from recognition.domain.ranking import Above, Score, Ties, places, rank
from recognition.domain.windows import Window
from recognition.models.boards import DailyScore, Leaderboard, Standing

FIELDS = ("member_id", "points", "reached_at", "opaque")
NAMES = (
    "member__shows_real_name",
    "member__given_name",
    "member__family_name",
    "member__display_name",
)
ORDER = ("-points", "reached_at", "opaque")
EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
WRITTEN = re.compile(r"([0-9]{1,18})\.([0-9]{1,17})\.([0-9a-f]{16})")
BACKWARDS = ("points", "-reached_at", "-opaque")


class Opaque(Func):
    """A member's id on a board, from the board's salt and the member: as `fresh_standings.sql` has it."""

    template = "left(encode(sha256(convert_to(%(expressions)s, 'UTF8')), 'hex'), 16)"
    output_field = CharField()


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a board as others read it."""

    rank: int
    name: str
    opaque: str
    points: int
    reached_at: datetime
    is_me: bool = False

    @property
    def mark(self) -> "Mark":
        """Where the next page goes on."""
        return Mark(self.points, self.reached_at, self.opaque)


@dataclass(frozen=True, slots=True)
class Mine:
    """Where somebody stands. `is_ranked` is false when they chose not to appear: then `rank` is the
    place they would have. `name` is what others read there, or would."""

    rank: int
    points: int
    is_ranked: bool
    name: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A place between two rows: pages go on from here. As text it fits into an address."""

    points: int
    reached_at: datetime
    opaque: str

    def __str__(self) -> str:
        moment = (self.reached_at - EPOCH) // MICROSECOND
        return f"{self.points}.{moment}.{self.opaque}"

    @classmethod
    def read(cls, text: str) -> "Mark | None":
        """The mark that was written so; None for any other text."""
        match = WRITTEN.fullmatch(text)
        if match is None:
            return None
        points, moment, opaque = match.groups()
        return cls(int(points), EPOCH + int(moment) * MICROSECOND, opaque)

    @property
    def before(self) -> Q:
        """Rows listed before it."""
        return Q(points__gt=self.points) | Q(points=self.points) & (
            Q(reached_at__lt=self.reached_at)
            | Q(reached_at=self.reached_at, opaque__lt=self.opaque)
        )

    @property
    def after(self) -> Q:
        """Rows listed after it."""
        return Q(points__lt=self.points) | Q(points=self.points) & (
            Q(reached_at__gt=self.reached_at)
            | Q(reached_at=self.reached_at, opaque__gt=self.opaque)
        )


class Reading:
    """A board in a window, as of `today`.

    The board's own kind of window is read from its standings, any other summed from the daily scores;
    both give the same rows. Members who opted out or were erased are left out before ranking, and
    so is whoever has no points.
    """

    def __init__(self, board: Leaderboard, window: Window, today: date) -> None:
        self.board, self.window, self.today = board, window, today

    @cached_property
    def _scores(self) -> QuerySet:
        if self.window.kind == self.board.window and self.window == self.board.window_of(
            self.window.kind, self.window.starts_on
        ):
            return Standing.objects.filter(
                board=self.board, window_start=self.window.starts_on
            ).values(*FIELDS)
        salted = Concat(
            Value(f"{self.board.salt}:"), Cast("member_id", CharField()), output_field=CharField()
        )
        return (
            DailyScore.objects.filter(
                unit=self.board.unit_id,
                on__gte=self.window.starts_on,
                on__lt=self.window.ends_on,
                on__lte=self.today,
            )
            .values("member_id")
            .annotate(points=Sum("points"), reached_at=Max("last_at"), opaque=Opaque(salted))
            .values(*FIELDS)
        )

    @cached_property
    def _listed(self) -> QuerySet:
        return self._scores.filter(
            points__gt=0,
            member__is_ranked=True,
            member__erased_at=None,
            member__merged_into=None,
        ).values(*FIELDS, *NAMES)

    @cached_property
    def is_hidden(self) -> bool:
        """Whether too few people stand on it to show anybody."""
        last = self.board.minimum_visible - 1
        return not self._listed[last : last + 1]

    def page(self, *, size: int, after: Mark | None = None, me: Member | None = None) -> list[Row]:
        """`size` rows from `after` on (None: the top). Nothing when the board is hidden."""
        if self.is_hidden:
            return []
        rows = self._listed if after is None else self._listed.filter(after.after)
        return self._numbered(rows.order_by(*ORDER)[:size], is_top=after is None, me=me)

    def stretch(
        self, *, size: int, after: Mark | None = None, me: Member | None = None
    ) -> tuple[list[Row], Mark | None]:
        """A page, and the mark from which the next one goes on (None: there is none)."""
        rows = self.page(size=size + 1, after=after, me=me)
        return rows[:size], rows[size - 1].mark if len(rows) > size else None

    def around(self, member: Member, *, reach: int = 2) -> list[Row]:
        """The rows next to a listed member, their own in the middle; empty when not listed."""
        own = self._listed.filter(member_id=member.pk).order_by(*ORDER).first()
        if own is None or self.is_hidden:
            return []
        here = Mark(own["points"], own["reached_at"], own["opaque"])
        nearer = self._listed.filter(here.before).order_by(*BACKWARDS)[:reach]
        further = self._listed.filter(here.after).order_by(*ORDER)[:reach]
        return self._numbered([*reversed(nearer), own, *further], is_top=False, me=member)

    def mine(self, member: Member) -> Mine | None:
        """Where the member stands, or would; None without points."""
        scores = self._scores.filter(member_id=member.pk, points__gt=0)
        own = scores.order_by(*ORDER).first()
        if own is None:
            return None
        above = self._above(Mark(own["points"], own["reached_at"], own["opaque"]))
        place = rank(
            Ties(self.board.ties), rows=above.rows, totals=above.totals, better=above.better
        )
        name = shown_name(
            {
                "member__given_name": member.given_name,
                "member__family_name": member.family_name,
                "member__display_name": member.display_name,
                "member__shows_real_name": member.shows_real_name,
                "opaque": own["opaque"],
            }
        )
        return Mine(place, own["points"], member.is_ranked, name)

    def _above(self, mark: Mark) -> Above:
        """What is listed before a mark; only what the tie rule asks for is counted."""
        if self.board.ties == Ties.UNIQUE:
            return Above(rows=self._listed.filter(mark.before).count())
        better = self._listed.filter(points__gt=mark.points)
        if self.board.ties == Ties.DENSE:
            return Above(totals=better.order_by().values("points").distinct().count())
        return Above(better=better.count())

    def _numbered(self, found: Iterable[dict], *, is_top: bool, me: Member | None) -> list[Row]:
        rows = list(found)
        if not rows:
            return []
        scores = [
            Score(row["member_id"], row["points"], row["reached_at"], row["opaque"]) for row in rows
        ]
        first = Mark(scores[0].points, scores[0].reached_at, scores[0].opaque)
        above = Above() if is_top else self._rows_above(first)
        numbered = places(scores, rule=Ties(self.board.ties), above=above)
        mine = me.pk if me else None
        return [
            Row(
                place.rank,
                shown_name(row),
                row["opaque"],
                row["points"],
                row["reached_at"],
                row["member_id"] == mine,
            )
            for place, row in zip(numbered, rows, strict=True)
        ]

    def _rows_above(self, mark: Mark) -> Above:
        """As `_above`, with the number of rows that later competition ranks continue from."""
        above = self._above(mark)
        if self.board.ties != Ties.COMPETITION:
            return above
        return Above(rows=self._listed.filter(mark.before).count(), better=above.better)


def shown_name(row: dict) -> str:
    """The member's own name if they show it, else the one they chose for others, else an alias that holds
    on this board only."""
    name = f"{row['member__given_name']} {row['member__family_name']}".strip()
    if row["member__shows_real_name"] and name:
        return name
    if row["member__display_name"]:
        return str(row["member__display_name"])
    return _("Member %(code)s") % {"code": row["opaque"][:6].upper()}
