"""Rolling up the programme's accounts in a test."""

from datetime import datetime, timedelta

from members.models import Rollup
from members.operations import sweeps


def roll_up(at: datetime) -> None:
    """Roll up all that was written so far, in the minutes after `at`.

    It waits for transactions that were under way. In a test nobody else writes here, but the server's
    other databases belong to other tests, whose transactions would be waited for too: so it is told
    that they have ended.
    """
    for minute in (1, 2, 3):
        Rollup.objects.update(next_horizon=0)
        sweeps.run_due(at=at + timedelta(minutes=minute), names=["roll_up"])
