"""What recognition does by the clock; the timetable names these."""

from datetime import datetime

from members.domain.actors import Actor
from members.operations.sweeps import Tally
from recognition.models import NominationCycle
from recognition.operations import cycles, leaderboards, rarity


def board_scores(since: datetime, until: datetime) -> Tally:
    """Bring the leaderboards up to the newest entry."""
    changed = leaderboards.refresh(at=until)
    return Tally(until, changed, changed)


def badge_counts(since: datetime, until: datetime) -> Tally:
    """Count how many hold each badge."""
    counted = rarity.count()
    return Tally(until, counted, counted)


def cycle_closings(since: datetime, until: datetime) -> Tally:
    """Hand the cycles whose time for nominations is over to their committees."""
    due = NominationCycle.objects.filter(state=NominationCycle.State.OPEN, closes_at__lte=until)
    tally = Tally(until)
    for cycle in due.order_by("closes_at"):
        tally.due += 1
        if cycle.committee.seats.sitting(until).exists():
            cycles.close(cycle, actor=Actor.system("sweep:cycle_closings"), at=until)
            tally.done += 1
        else:
            tally.skipped["nobody_sits"] = tally.skipped.get("nobody_sits", 0) + 1
    return tally
