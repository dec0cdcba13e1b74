"""Returns in a wave: what their orders brought is taken back, what they were paid with is given back."""

from typing import TYPE_CHECKING

from loyalty.campaigns.domain.order_states import FULFILLED
from loyalty.campaigns.models import Waiting
from loyalty.campaigns.operations import people, refunds, storing
from loyalty.campaigns.operations.items import Item
from loyalty.campaigns.operations.matching import told_of
from loyalty.campaigns.operations.reckoning import Reckoning
from loyalty.campaigns.operations.sales import sales_of
from loyalty.campaigns.operations.unwinding import Unwinding
from members.operations import clawbacks
from members.shipped import RETURNS

if TYPE_CHECKING:
    from loyalty.campaigns.operations.wave import Wave


def take_back(wave: "Wave") -> None:
    """Reverse what the orders brought that these activities say have come back."""
    back = [item for item in wave.items if item.told.kind in RETURNS]
    if not back:
        return
    sales = sales_of({item.order for item in back}, ending=RETURNS & wave.book.settling)
    reckonings = [
        (
            item,
            Reckoning(
                wave.book,
                wave.company,
                item.activity_id,
                item.told,
                item.person,
                sales[item.order],
            ),
        )
        for item in back
        if item.order in sales
    ]
    _reverse(wave, reckonings)
    _unwind(wave, reckonings)
    unclear = refunds.give_back([each.refund() for _, each in reckonings], actor=wave.actor)
    causes = {refund.cause for refund in unclear}
    for item, reckoning in reckonings:
        item.is_all_back = reckoning.sale.is_back
        if reckoning.cause in causes:
            item.note(refunds.UNCLEAR)
    # What follows, here and in this batch, sees the tier without what came back.
    people.stand_again([item.person for item in back])


def catch_up(wave: "Wave") -> None:
    """Reverse what orders have just brought by going out, as far as they had come back before that was
    told."""
    sent = {
        item.order: item
        for item in wave.items
        if item.told.kind == FULFILLED and item.outcome is not None and item.outcome.given
    }
    sales = sales_of(set(sent)) if sent else {}
    reckonings = [
        (
            sent[key],
            Reckoning(
                wave.book,
                wave.company,
                sale.backs[-1].pk,
                told_of(sale.backs[-1]),
                sent[key].person,
                sale,
                is_counted=True,
            ),
        )
        for key, sale in sales.items()
        if sale.backs
    ]
    if reckonings:
        written = len(wave.effects)
        _reverse(wave, reckonings)
        _unwind(wave, reckonings)
        storing.save_effects(wave.effects[written:])
        people.stand_again([item.person for item, _ in reckonings])


def _unwind(wave: "Wave", reckonings: list[tuple[Item, Reckoning]]) -> None:
    """Take back what these orders brought besides points."""
    unwinding = Unwinding(wave.actor, wave.at)
    for item, reckoning in reckonings:
        reversals = unwinding.add(reckoning)
        item.effects += reversals
        wave.effects += reversals
    unwinding.take()


def _reverse(wave: "Wave", reckonings: list[tuple[Item, Reckoning]]) -> None:
    """Post all that these ask for at once; what they ended waits no more."""
    asked = [
        (item, reckoning, effect, ask)
        for item, reckoning in reckonings
        for effect, ask in reckoning.asked()
    ]
    taken = clawbacks.take_back([ask for *_, ask in asked], actor=wave.actor)
    backs, empty = [], []
    for (item, reckoning, effect, ask), done in zip(asked, taken, strict=True):
        reversal = reckoning.settle(effect, ask, done)
        item.effects.append(reversal)
        wave.effects.append(reversal)
        if (back := reckoning.back(effect, ask)) is not None:
            backs.append(back)
        if done.is_empty:
            empty.append(effect.pk)
    if empty:
        Waiting.objects.filter(pk__in=empty).delete()
    wave.give_back(backs)
