"""Entering what outstanding points are thought to cost."""

from datetime import date
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.utils.formats import date_format

from loyalty.measurement.errors import RateOutOfOrder
from loyalty.measurement.models import LiabilityRate
from members import clock
from members.domain.actors import Actor
from members.models import Unit
from members.operations import audit


@transaction.atomic
def set_rate(
    unit: Unit,
    *,
    valid_from: date,
    redemption_rate: Decimal,
    cost: Decimal,
    reason: str,
    actor: Actor,
) -> LiabilityRate:
    """From the start of a day on, value outstanding points by this rate and cost.

    For the newest day again it is a correction, a further version; the same again returns the row that
    is there. Raises RateOutOfOrder for an earlier day. Two at once queue for the unit.
    """
    Unit.objects.select_for_update().get(pk=unit.pk)
    last = (
        LiabilityRate.objects.filter(unit=unit)
        .order_by("valid_from", "number")
        .select_related("unit")
        .last()
    )
    if last is not None and valid_from < last.valid_from:
        raise RateOutOfOrder(day=date_format(last.valid_from))
    is_again = last is not None and valid_from == last.valid_from
    if (
        is_again
        and last is not None
        and (redemption_rate, cost) == (last.redemption_rate, last.cost)
    ):
        return last
    row = LiabilityRate(
        unit=unit,
        valid_from=valid_from,
        number=last.number + 1 if is_again and last is not None else 1,
        redemption_rate=redemption_rate,
        cost=cost,
        currency=settings.PROGRAMME_CURRENCY,
        reason=reason,
        made_by_id=actor.id if actor.kind == "user" else None,
        made_at=clock.now(),
    )
    row.full_clean(exclude=["made_by"])
    row.save()
    audit.record(
        row,
        actor=actor,
        verb="measurement.liability_rate.set",
        before=_said(last) if last is not None else None,
        after=_said(row),
        reason=reason,
    )
    return row


def _said(row: LiabilityRate) -> dict[str, str]:
    return {
        "unit": row.unit.code,
        "valid_from": row.valid_from.isoformat(),
        "redemption_rate": str(row.redemption_rate),
        "cost": str(row.cost),
    }
