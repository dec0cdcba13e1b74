"""Members give each other points."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from members import clock
from members.domain.actors import Actor
from members.domain.ledger import Line
from members.errors import CannotBeGiven, NotEnough, NotPositive, NotToOneself, NotYours, UndoOver
from members.models import Account, Entry, Gift, GiftCode, Member, OpenLot, Unit
from members.models.gifts import new_gift_code, read_gift_code
from members.operations import audit, corrections, ledger

State = Gift.State


@transaction.atomic
def give(
    giver: Member,
    *,
    receiver: Member,
    unit: Unit,
    amount: int,
    key: str,
    actor: Actor,
    message: str = "",
) -> Gift:
    """Hand `amount` points over, soonest expiry first; each keeps its expiry.

    The same `key` again returns the first gift. Raises NotToOneself, NotPositive, CannotBeGiven or
    NotEnough.
    """
    giver, receiver = giver.heir, receiver.heir
    if giver.pk == receiver.pk:
        raise NotToOneself()
    if amount < 1:
        raise NotPositive()
    if unit.purpose != Unit.Purpose.SPENDABLE:
        raise CannotBeGiven(unit=unit.name)
    now = clock.now()
    gift, is_new = Gift.objects.get_or_create(
        key=key,
        defaults={
            "giver": giver,
            "receiver": receiver,
            "unit": unit,
            "amount": amount,
            "message": message[:200],
            "given_at": now,
        },
    )
    if not is_new:
        return gift
    purse, chest = ledger.wallet(giver, unit), ledger.wallet(receiver, unit)
    ledger.lock(purse.pk, chest.pk)
    lines = [
        _line(gift, lot, part, purse, chest, at=now) for lot, part in _parts(purse, amount, now)
    ]
    ledger.post(lines, at=now)
    audit.record(gift, actor=actor, verb="members.gift.given", after={"amount": amount})
    return gift


def _parts(purse: Account, amount: int, at: datetime) -> list[tuple[OpenLot, int]]:
    """The lots that `amount` is taken from, in the order of spending. Raises NotEnough."""
    parts = []
    lots = OpenLot.objects.filter(account=purse, expires_at__gt=at)
    for lot in lots.order_by("expires_at", "earned_at", "entry_id"):
        part = min(lot.remaining, amount)
        if not part:
            break
        amount -= part
        parts.append((lot, part))
    if amount:
        raise NotEnough()
    return parts


def _line(
    gift: Gift, lot: OpenLot, part: int, purse: Account, chest: Account, *, at: datetime
) -> Line:
    """What of one lot goes over: a lot of the receiver's, with the same expiry."""
    return Line(
        key=f"gift:{gift.pk}:{lot.entry_id}",
        kind=Entry.Kind.TRANSFER,
        unit=gift.unit_id,
        debit=purse.pk,
        credit=chest.pk,
        amount=part,
        occurred_at=at,
        cause_kind="gift",
        cause_id=gift.pk,
        reason=_("A gift from %(giver)s to %(receiver)s")
        % {"giver": gift.giver.public_name, "receiver": gift.receiver.public_name},
        parent=lot.entry_id,
        active_from=at,
        expires_at=lot.expires_at,
        takes="lot",
        lot=lot.entry_id,
    )


@transaction.atomic
def take_back(gift: Gift, *, actor: Actor, reason: str) -> Gift:
    """Undo a gift whole: the giver's lots get back what they gave, with their own expiry.

    Should a lot have expired meanwhile (the receiver's part was extended), what it gave comes back as
    a new lot with the unit's grace.

    Taking back again changes nothing. Raises NotEnough when the receiver has used some of it, or
    some of it has expired.
    """
    gift = Gift.objects.select_for_update(of=("self",)).get(pk=gift.pk)
    if gift.state == State.TAKEN_BACK:
        return gift
    if gift.giver.heir == gift.receiver.heir:
        raise NotToOneself(_("Both are one member now."))
    now = clock.now()
    moved = list(
        Entry.objects.filter(cause_kind="gift", cause_id=gift.pk, kind="transfer").select_related(
            "debit__member", "debit__unit"
        )
    )
    homes = {ledger.heir(entry.debit).pk for entry in moved}
    ledger.lock(*homes, *(pk for entry in moved for pk in (entry.debit_id, entry.credit_id)))
    whole = OpenLot.objects.filter(entry__in=moved, expires_at__gt=now)
    left = dict(whole.values_list("entry_id", "remaining"))
    if any(left.get(entry.pk) != entry.amount for entry in moved):
        raise NotEnough(_("Some of this gift has been used already."))
    ledger.post([_back(gift, entry, at=now) for entry in moved], at=now)
    gift.state, gift.taken_back_at = State.TAKEN_BACK, now
    gift.save(update_fields=["state", "taken_back_at"])
    audit.record(gift, actor=actor, verb="members.gift.taken_back", reason=reason)
    return gift


@transaction.atomic
def undo(gift: Gift, *, by: Member, actor: Actor) -> Gift:
    """The giver takes a gift back, within ten minutes. Raises NotYours, UndoOver, or as `take_back`."""
    gift = Gift.objects.select_for_update(of=("self",)).get(pk=gift.pk)
    if gift.giver_id != by.pk:
        raise NotYours()
    if gift.state == State.GIVEN and clock.now() >= gift.undo_until:
        raise UndoOver()
    return take_back(gift, actor=actor, reason=_("Undone by the giver"))


@transaction.atomic
def give_code(member: Member, *, actor: Actor) -> GiftCode:
    """A new code for a member; the one before leads nowhere from now on."""
    Member.objects.select_for_update(of=("self",)).get(pk=member.pk)
    code, is_new = GiftCode.objects.update_or_create(
        member=member, defaults={"code": new_gift_code(), "made_at": clock.now()}
    )
    verb = "members.gift_code.made" if is_new else "members.gift_code.replaced"
    audit.record(member, actor=actor, verb=verb)
    return code


def bearer_of(code: str) -> Member | None:
    """Whose code this is, however it is typed; None when it is nobody's."""
    found = GiftCode.objects.filter(code=read_gift_code(code), member__erased_at=None)
    return next((each.member.heir for each in found.select_related("member__merged_into")), None)


def _back(gift: Gift, entry: Entry, *, at: datetime) -> Line:
    """What of one lot comes back."""
    lot = Entry.objects.filter(children=entry).with_ends().get()
    return Line(
        key=f"gift:{gift.pk}:back:{entry.pk}",
        kind=Entry.Kind.REVERSAL,
        unit=entry.unit_id,
        debit=entry.credit_id,
        amount=entry.amount,
        occurred_at=at,
        cause_kind="gift",
        cause_id=gift.pk,
        reason=_("A gift was taken back"),
        reverses=entry.pk,
        takes="lot",
        lot=entry.pk,
        **corrections.homecoming(lot, entry.debit, at=at),
    )
