"""Who may read what the programme owes."""

from members.permissions import Verdict, held


def can_read_liability(user) -> Verdict:
    """Finance, by the permission."""
    return held(user, "measurement.view_liabilityrate")
