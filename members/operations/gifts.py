"""Members give each other points."""

from django.db import transaction
from django.utils.translation import gettext as _

from members import clock
from members.domain.actors import Actor
from members.domain.sentences import kept
from members.errors import CannotBeGiven, NotEnough, NotPositive, NotToOneself, NotYours, UndoOver
from members.models import Entry, Gift, GiftCode, Member, Unit
from members.models.gifts import new_gift_code, read_gift_code
from members.operations import audit, credentials, ledger, relations, transfers

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

    The same `key` again returns the first gift. Raises NotToOneself, NotPositive, CannotBeGiven,
    CoolingOff or NotEnough.
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
    credentials.refuse_waiting(giver, actor=actor)
    source, target = ledger.wallet(giver, unit), ledger.wallet(receiver, unit)
    ledger.lock(source.pk, target.pk)
    reason = kept("A gift from %(giver)s to %(receiver)s") % {
        "giver": giver.kept_name,
        "receiver": receiver.kept_name,
    }
    lines = transfers.over(source, target, amount, cause=("gift", gift.pk), reason=reason, at=now)
    ledger.post(lines, at=now)
    audit.record(gift, actor=actor, verb="members.gift.given", after={"amount": amount})
    return gift


@transaction.atomic
def take_back(gift: Gift, *, actor: Actor, reason: str) -> Gift:
    """Undo a gift whole: the giver's lots get back what they gave, with their own expiry.

    Should a lot have expired meanwhile (the receiver's part was extended), what it gave comes back as
    a new lot with the unit's grace.

    Taking back again changes nothing. Raises NotForOneself or NotForHousehold for whoever is near to
    who gave or got it, NotEnough when the receiver has used some of it, or some of it has expired.
    """
    relations.refuse_near(actor, gift.giver, gift.receiver)
    return _take_back(gift, actor=actor, reason=reason)


def _take_back(gift: Gift, *, actor: Actor, reason: str) -> Gift:
    gift = Gift.objects.select_for_update(of=("self",)).get(pk=gift.pk)
    if gift.state == State.TAKEN_BACK:
        return gift
    if gift.giver.heir == gift.receiver.heir:
        raise NotToOneself(_("Both are one member now."))
    now, cause = clock.now(), ("gift", gift.pk)
    moved = transfers.moved_by(cause)
    homes = {ledger.heir(entry.debit).pk for entry in moved}
    ledger.lock(*homes, *(pk for entry in moved for pk in (entry.debit_id, entry.credit_id)))
    if not transfers.are_whole(moved, now):
        raise NotEnough(_("Some of this gift has been used already."))
    lines = [
        transfers.back(
            entry,
            kind=Entry.Kind.REVERSAL,
            key=f"gift:{gift.pk}:back:{entry.pk}",
            cause=cause,
            reason=kept("A gift was taken back"),
            at=now,
        )
        for entry in moved
    ]
    ledger.post(lines, at=now)
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
    return _take_back(gift, actor=actor, reason=kept("Undone by the giver"))


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
