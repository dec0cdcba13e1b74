"""What does not fit together in a reward, in one sentence each.

The database keeps the same rules, without words.
"""

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from loyalty.audiences.models import Segment
from loyalty.rewards.models import Reward

Kind, Codes = Reward.Kind, Reward.Codes


def misfits_of_kind(reward: Reward) -> Iterator[str]:
    """What a reward of this kind lacks."""
    if reward.kind == Kind.DISCOUNT and not reward.worth:
        yield _("A discount says how much it takes off, in minor units and with a currency.")
    if reward.kind == Kind.DONATION and not (reward.pool and reward.worth):
        yield _("A donation names its pool and what each piece is worth in money.")
    if reward.pool is not None and reward.kind != Kind.DONATION:
        yield _("Only a donation goes to a pool.")
    if reward.pool is not None and reward.currency != reward.pool.currency:
        yield _("A donation is in the currency of its pool.")
    if reward.kind == Kind.SLOT and not (reward.micro_event and reward.micro_event.access_name):
        yield _("A place at an event needs an event that asks for an access.")
    if reward.kind == Kind.ACCESS and not reward.access_name:
        yield _("Name the access that this reward opens.")
    if reward.kind == Kind.COUPON and not reward.has_codes:
        yield _("A coupon has codes, made or imported.")


def misfits_of_terms(reward: Reward) -> Iterator[str]:
    """What contradicts itself, whatever the kind."""
    if bool(reward.worth) != bool(reward.currency):
        yield _("Money has an amount and a currency, or neither.")
    if reward.has_codes and reward.ends_by_itself:
        yield _("This kind of reward has no coupon codes.")
    if reward.codes == Codes.POOL and reward.stock is not None:
        yield _("A pool of codes is its own stock.")
    if reward.since and reward.until and reward.until <= reward.since:
        yield _("It ends after it begins.")


def misfits_of_segments(segments: Iterable[Segment]) -> Iterator[str]:
    """A segment that has no members would close the reward without a word."""
    for segment in segments:
        if segment.state != Segment.State.ACTIVE:
            yield _("The segment %(segment)s is not active.") % {"segment": segment.name}
