"""The life of a fund: opened for a partner, filled by packs or billed by the month, paused, closed."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max, Sum

from events_directory.errors import OwnOrganisation
from events_directory.models import Partner, PartnerSeat
from loyalty.rewards import errors
from loyalty.rewards.domain.funds import cost_of, month_of, refund_of
from loyalty.rewards.models import Fund, FundMove
from loyalty.rewards.operations import fund_moves
from members import clock
from members.domain.actors import Actor
from members.models import Entry, Unit
from members.operations import audit

Kind, State = FundMove.Kind, Fund.State
LARGEST_PACK = 10**9
#: What may be changed later; the rest is what was agreed.
EDITABLE = ("name", "ceiling", "valid_until")


@transaction.atomic
def open_fund(
    slug: str,
    *,
    partner: Partner,
    unit: Unit,
    kind: str,
    price: Decimal,
    currency: str,
    actor: Actor,
    **fields: Any,
) -> Fund:
    """Open a fund for a partner. The same again returns it; another under this slug is FundTaken.

    `price` is for 1,000 points, in the currency's own unit.
    """
    terms = {"kind": kind, "price": price, "currency": currency.upper()}
    asked = {"partner": partner, "unit": unit, **terms}
    known = Fund.objects.filter(slug=slug).first()
    if known is not None:
        if any(getattr(known, name) != value for name, value in asked.items()):
            raise errors.FundTaken(slug=slug)
        return known
    _refuse_own(partner, actor, since=clock.now())
    now = clock.now()
    month = month_of(now, settings.PROGRAMME_TIME_ZONE)
    fund = Fund(
        slug=slug,
        opened_at=now,
        month=month,
        unbilled_from=month,
        # Whatever it will pay for is granted later, so it also expires later.
        expired_upto=Entry.objects.aggregate(newest=Max("pk"))["newest"] or 0,
        **asked,
        **fields,
    )
    fund.full_clean()
    try:
        with transaction.atomic():
            fund.save()
    except IntegrityError as taken:  # by somebody who asked at the same moment
        raise errors.FundTaken(slug=slug) from taken
    audit.record(
        fund,
        actor=actor,
        verb="rewards.fund.opened",
        after={"partner": partner.slug, "unit": unit.code, **terms, "price": str(price)},
    )
    return fund


@transaction.atomic
def change(fund: Fund, *, actor: Actor, **fields: Any) -> Fund:
    """Change its name, its ceiling or its end while it is not closed. Raises FundClosed."""
    unknown = set(fields) - set(EDITABLE)
    if unknown:
        raise TypeError(f"not editable: {', '.join(sorted(unknown))}")
    fund = _locked(fund, actor)
    if fund.state == State.CLOSED:
        raise errors.FundClosed()
    before = {name: str(getattr(fund, name)) for name in fields}
    if fund.month_at(clock.now()) > fund.month:
        fund_moves.turn_to(fund, fund.month_at(clock.now()))
    for name, value in fields.items():
        setattr(fund, name, value)
    fund.full_clean()
    fund.save(update_fields=[*fields, "month", "month_used"])
    audit.record(
        fund,
        actor=actor,
        verb="rewards.fund.changed",
        before=before,
        after={name: str(value) for name, value in fields.items()},
    )
    return fund


@transaction.atomic
def buy_pack(fund: Fund, *, points: int, reference: str, key: str, actor: Actor) -> FundMove:
    """Record that the partner has paid for `points` more, at the fund's price; `reference` names the
    invoice. The same key again returns the first pack; with other content it is PackKeyReused."""
    fund, key = _locked(fund, actor), f"bought:{fund.pk}:{key}"
    known = FundMove.objects.filter(key=key).first()
    if known is not None:
        if (known.points, known.reference) != (points, reference):
            raise errors.PackKeyReused()
        return known
    if fund.kind != Fund.Kind.PREPAID:
        raise errors.NotPrepaid()
    if fund.state == State.CLOSED or fund.is_over_at(clock.now()):
        raise errors.FundClosed()
    if not 0 < points <= LARGEST_PACK:
        raise errors.PackTooSmall()
    if not reference.strip():
        raise errors.ReferenceMissing()
    money = cost_of(points, fund.price, fund.currency)
    move = fund_moves.write(
        fund, Kind.BOUGHT, points, key=key, at=clock.now(), money=money, reference=reference
    )
    fund.bought += points
    fund.save(update_fields=["bought"])
    audit.record(
        fund,
        actor=actor,
        verb="rewards.fund.filled",
        after={"points": points, "money": money, "reference": reference},
    )
    return move


def pause(fund: Fund, *, actor: Actor, reason: str = "") -> Fund:
    """Let it pay for nothing until it is resumed."""
    return _move(fund, State.PAUSED, actor=actor, reason=reason)


def resume(fund: Fund, *, actor: Actor) -> Fund:
    """Let it pay again."""
    return _move(fund, State.OPEN, actor=actor)


def close(fund: Fund, *, actor: Actor, reason: str = "") -> Fund:
    """Close it for good. What was bought and never used is paid back."""
    return _move(fund, State.CLOSED, actor=actor, reason=reason)


@transaction.atomic
def refund(fund: Fund, *, actor: Actor) -> FundMove | None:
    """Owe the partner of a closed fund the money of what is left in it; None when nothing is.

    Points may come back later still; each time the packs are read anew, so that all refunds together
    never say more than was paid.
    """
    fund = _locked(fund, actor)
    left = fund.left_at(clock.now()) if fund.kind == Fund.Kind.PREPAID else 0
    if fund.state != State.CLOSED or not left:
        return None
    packs = [
        (pack.points, pack.money or 0)
        for pack in fund.moves.filter(kind=Kind.BOUGHT).order_by("-pk")
    ]
    earlier = fund.moves.filter(kind=Kind.REFUNDED).aggregate(sum=Sum("money", default=0))["sum"]
    money = refund_of(packs, fund.refunded + left) - earlier
    key = f"refunded:{fund.pk}:{fund.refunded}"
    move = fund_moves.write(fund, Kind.REFUNDED, left, key=key, at=clock.now(), money=money)
    fund.refunded += left
    fund.save(update_fields=["refunded"])
    audit.record(
        fund, actor=actor, verb="rewards.fund.refunded", after={"points": left, "money": money}
    )
    return move


@transaction.atomic
def _move(fund: Fund, to: str, *, actor: Actor, reason: str = "") -> Fund:
    fund = _locked(fund, actor)
    before = State(fund.state)
    if to not in Fund.MOVES[before]:
        raise errors.FundIllegalMove(before=before.label, after=State(to).label)
    fund.state = to
    fund.closed_at = clock.now() if to == State.CLOSED else None
    fund.save(update_fields=["state", "closed_at"])
    audit.record(
        fund,
        actor=actor,
        verb=f"rewards.fund.{to}",
        before={"state": before},
        after={"state": to},
        reason=reason,
    )
    if to == State.CLOSED and refund(fund, actor=actor) is not None:
        fund.refresh_from_db()
    return fund


def _locked(fund: Fund, actor: Actor) -> Fund:
    """The fund, locked; refused to whoever has belonged to its partner since it was opened."""
    [found] = fund_moves.lock([fund.pk])
    _refuse_own(found.partner, actor, since=found.opened_at)
    return found


def _refuse_own(partner: Partner, actor: Actor, *, since: datetime) -> None:
    if actor.kind != "user" or actor.id is None:
        return
    if PartnerSeat.objects.linked(actor.id, partner_id=partner.pk, since=since):
        raise OwnOrganisation()
