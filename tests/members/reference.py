"""The ledger as a page of plain Python: what the real one is compared with."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from members.domain.calendar import local_date, start_of_day
from members.models import NEVER

_numbers = count()


@dataclass
class Lot:
    """Points with one expiry; `number` is the order in which lots were opened, `moved` what a lot is
    while its owner is merged into another."""

    owner: "Owner"
    expires_at: datetime
    earned_at: datetime
    granted: int
    remaining: int
    expired: int = 0
    source: "Lot | None" = None
    moved: "Lot | None" = None
    number: int = field(default_factory=lambda: next(_numbers))

    @property
    def turn(self) -> tuple[datetime, datetime, int]:
        """The order of spending."""
        return self.expires_at, self.earned_at, self.number


@dataclass
class Move:
    """Points that went from one owner to another: which lot gave how much to which new lot."""

    parts: list[tuple[Lot, Lot, int]]

    def is_whole(self, now: datetime) -> bool:
        """Whether nothing of it has been used or has expired."""
        return all(new.remaining == part and new.expires_at > now for _, new, part in self.parts)

    def undo(self, now: datetime, grace: int) -> None:
        """Every lot gets back what it gave; a lot that is over, in a new one with the grace."""
        for old, new, part in self.parts:
            new.remaining -= part
            old.owner.welcome(old, part, now, grace)
        for owner in {id(old.owner): old.owner for old, _, _ in self.parts}.values():
            owner.repay(now)


@dataclass(eq=False)
class Owner:
    """A member or a household: lots, what is held, what is owed."""

    zone: str
    lots: list[Lot] = field(default_factory=list)
    held: int = 0
    debt: int = 0

    def live(self, now: datetime) -> list[Lot]:
        """The lots that can be spent from, in order."""
        return sorted(
            (lot for lot in self.lots if lot.expires_at > now and lot.remaining),
            key=lambda lot: lot.turn,
        )

    def available(self, now: datetime) -> int:
        """What can be spent."""
        return sum(lot.remaining for lot in self.live(now))

    def open(self, amount: int, expires_at: datetime, now: datetime) -> Lot:
        """A new lot; a debt is repaid at once."""
        lot = Lot(self, expires_at, now, amount, amount)
        self.lots.append(lot)
        self.repay(now)
        return lot

    def repay(self, now: datetime) -> None:
        """Debt first."""
        part = min(self.debt, self.available(now))
        self.take(part, now)
        self.debt -= part

    def take(self, amount: int, now: datetime) -> list[tuple[Lot, int]]:
        """Spend in order; which lots gave how much."""
        used = []
        for lot in self.live(now):
            part = min(lot.remaining, amount)
            if part:
                lot.remaining -= part
                amount -= part
                used.append((lot, part))
        assert amount == 0
        return used

    def hand_over(self, other: "Owner", amount: int, now: datetime) -> Move:
        """Give another owner points, each with the life it has."""
        parts = []
        for lot, part in self.take(amount, now):
            new = Lot(other, lot.expires_at, now, part, part, source=lot)
            other.lots.append(new)
            parts.append((lot, new, part))
        other.repay(now)
        return Move(parts)

    def welcome(self, lot: Lot, amount: int, now: datetime, grace: int) -> None:
        """Points that come back to a lot of this owner's."""
        if lot.expires_at > now:
            lot.remaining += amount
            return
        day = local_date(now, self.zone) + timedelta(days=grace + 1)
        ends = start_of_day(day, self.zone)
        self.lots.append(Lot(self, ends, now, amount, amount, source=lot.source))

    def send_home(self, whose: "Owner | None", now: datetime, grace: int) -> None:
        """What is left of what these put in goes back to them."""
        homes = [lot for lot in self.live(now) if whose in (None, lot.source.owner)]
        for lot in homes:
            amount, lot.remaining = lot.remaining, 0
            lot.source.owner.welcome(lot.source, amount, now, grace)
            lot.source.owner.repay(now)

    def give_back(self, used: list[tuple[Lot, int]], amount: int, now: datetime, grace: int | None):
        """Undo `amount` of a spending, the longest-lived lots first; with a grace, what has expired
        comes back as a new lot, else it expires. What is still used after that."""
        left = []
        for lot, part in sorted(used, key=lambda pair: pair[0].turn, reverse=True):
            back = min(part, amount)
            amount -= back
            if part > back:
                left.append((lot, part - back))
            if not back:
                continue
            if lot.expires_at > now and lot.owner is self:
                lot.remaining += back
            elif lot.expires_at > now:
                self.lots.append(Lot(self, lot.expires_at, now, back, back))
            elif grace is not None:
                day = local_date(now, self.zone) + timedelta(days=grace + 1)
                fresh = Lot(self, start_of_day(day, self.zone), now, back, back)
                self.lots.append(fresh)
        self.repay(now)
        return left

    def claw(self, lot: Lot, amount: int, now: datetime, forgiven: int) -> int:
        """Take back `amount` of what `lot` was granted, into debt; answers what was let go."""
        here = lot.moved or lot
        own = min(here.remaining, amount)
        here.remaining -= own
        expired = lot.expired + (lot.moved.expired if lot.moved else 0)
        let_go = min(max(expired - forgiven, 0), amount - own)
        rest = amount - own - let_go
        others = min(self.available(now), rest)
        self.take(others, now)
        self.debt += rest - others
        return let_go

    def take_in(self, other: "Owner", now: datetime) -> tuple[list[tuple[Lot, Lot]], int]:
        """Merge: the live lots and the debt of `other` are ours; which they were."""
        pairs = []
        for lot in other.live(now):
            lot.moved = Lot(self, lot.expires_at, lot.earned_at, lot.remaining, lot.remaining)
            self.lots.append(lot.moved)
            pairs.append((lot, lot.moved))
            lot.remaining = 0
        owed, other.debt = other.debt, 0
        self.debt += owed
        self.repay(now)
        return pairs, owed

    def let_go(
        self, other: "Owner", pairs: list[tuple[Lot, Lot]], owed: int, now: datetime
    ) -> None:
        """Undo a merge: what is left of the lots and of the debt is `other`'s again."""
        for lot, here in pairs:
            if here.expires_at > now:
                lot.remaining += here.remaining
                here.remaining = 0
            lot.moved = None
        back = min(owed, self.debt)
        self.debt -= back
        other.debt += back
        other.repay(now)

    def expire(self, now: datetime) -> None:
        """The sweep."""
        for lot in self.lots:
            if lot.expires_at <= now and lot.expires_at != NEVER:
                lot.expired += lot.remaining
                lot.remaining = 0
