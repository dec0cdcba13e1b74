"""Tiers against the ledger: what counts."""

from datetime import UTC, date, datetime, timedelta

import pytest

from members.models import TierPeriod
from members.operations import ledger, members, programme, tiers
from tests.conftest import SYSTEM

EARNED = datetime(2025, 1, 10, 12, tzinfo=UTC)
REVIEWED = datetime(2026, 1, 20, tzinfo=UTC)


def climb(member, unit, amount, at):
    """Status points earned at an instant."""
    return ledger.accrue(
        member,
        unit=unit,
        amount=amount,
        key=f"status:{at.isoformat()}",
        reason="An order",
        actor=SYSTEM,
        cause=("test", None),
        at=at,
    )


def tier_of(member):
    return TierPeriod.objects.get(member=member, ends_at=None).tier.slug


@pytest.mark.django_db
def test_status_points_that_expire_do_not_lower_status_twice(units):
    """E9, E49: the window lets go of old points; booking their expiry takes nothing from new ones."""
    status = programme.change_unit(units["status"], actor=SYSTEM, expires_after_months=12)
    zed = members.enrol("zed", joined_on=date(2024, 1, 1), actor=SYSTEM)
    climb(zed, status, 200, EARNED)
    assert ledger.expire_due(at=REVIEWED) == 1
    climb(zed, status, 200, REVIEWED)
    tiers.settle([zed], actor=SYSTEM, at=REVIEWED + timedelta(days=1))
    assert tier_of(zed) == "silver"
