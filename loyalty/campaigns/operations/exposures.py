"""Who met a campaign with a holdout."""

from collections.abc import Iterable
from datetime import datetime

from loyalty.campaigns.domain.holdout import bucket
from loyalty.campaigns.models import Exposure
from loyalty.campaigns.operations.items import Item


def save(items: Iterable[Item], *, at: datetime) -> None:
    """Write who met a campaign with a holdout for the first time, and in which arm."""
    arms = Exposure.Arm
    found = [
        Exposure(
            campaign_id=exposure.rule.campaign_id,
            member=item.person.member,
            rule_version_id=exposure.rule.version_id,
            activity_id=item.activity_id,
            arm=arms.HELD_OUT if exposure.is_held_out else arms.TREATED,
            bucket=bucket(exposure.rule.campaign_id, item.person.member.pk),
            exposed_at=at,
        )
        for item in items
        if item.outcome is not None
        for exposure in item.outcome.exposures
    ]
    if found:
        Exposure.objects.bulk_create(found, ignore_conflicts=True)
