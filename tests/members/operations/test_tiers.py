"""Tiers against the ledger: what counts, and a review beside somebody who earns."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection, transaction

from members.models import TierPeriod
from members.operations import due, ledger, members, programme, tiers
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


@pytest.mark.django_db(transaction=True)
def test_a_review_waits_for_whoever_is_earning(units):
    """E50: points on their way in are counted, not written over by a review that did not see them."""
    status = units["status"]
    zed = members.enrol("zed", joined_on=date(2024, 1, 1), actor=SYSTEM)
    climb(zed, status, 200, EARNED)
    tiers.settle([zed], actor=SYSTEM, at=EARNED)
    reviewed = threading.Event()

    def review():
        with transaction.atomic():
            due.tier_reviews(REVIEWED, REVIEWED)
        reviewed.set()
        connection.close()

    reviewer = threading.Thread(target=review)
    with transaction.atomic():
        climb(zed, status, 500, REVIEWED - timedelta(days=30))
        reviewer.start()
        assert not reviewed.wait(0.5)
        tiers.settle([zed], actor=SYSTEM, at=REVIEWED)
    reviewer.join(timeout=30)
    assert reviewed.is_set()
    assert tier_of(zed) == "gold"
