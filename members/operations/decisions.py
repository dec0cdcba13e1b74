"""Remembering what a sweep decided for whom, so that it is decided once."""

from collections.abc import Iterable

from members import clock
from members.models import Decision


def remember(kind: str, decided: Iterable[tuple[int, str, str]]) -> None:
    """Write what was decided: (member id, occurrence, outcome) each. The first decision stays."""
    now = clock.now()
    Decision.objects.bulk_create(
        [
            Decision(
                member_id=member_id,
                kind=kind,
                occurrence=occurrence,
                decided_at=now,
                outcome=outcome,
            )
            for member_id, occurrence, outcome in decided
        ],
        ignore_conflicts=True,
        batch_size=2000,
    )
