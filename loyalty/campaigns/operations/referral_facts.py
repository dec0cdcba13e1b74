"""What came of a referral, recorded as activities of either side. What it is worth, campaigns say."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from loyalty.campaigns.domain.referrals import (
    ADVOCATE,
    FIRST_PURCHASE,
    FRIEND,
    PURCHASE,
    SIGNED_UP,
    fact_id,
)
from loyalty.campaigns.models import Referral, ReferralPurchase
from members.domain.actors import Actor
from members.models import Activity
from members.operations import activities

SOURCE = "laurel"
SIDES = (ADVOCATE, FRIEND)


def signed_up(referral: Referral, *, actor: Actor) -> None:
    """Record that the friend has signed up, dated when they did; recorded again it is the same."""
    activities.record_many(
        _facts(referral, SIGNED_UP, "signed_up", referral.joined_at), actor=actor
    )


def purchased(counted: Sequence[tuple[Referral, ReferralPurchase, bool]], *, actor: Actor) -> None:
    """Record purchases that count, each dated when it was made, so that the rules of its time pay for
    it; the third says whether it is the first. Needs the activity of each."""
    facts = []
    for referral, purchase, is_first in counted:
        at = purchase.activity.occurred_at
        if is_first:
            facts += _facts(referral, FIRST_PURCHASE, "first_purchase", at)
        facts += _facts(referral, PURCHASE, _what(purchase), at)
    activities.record_many(facts, actor=actor)


def of(referral: Referral) -> list[int]:
    """The activities that say what came of it in its present round."""
    whats = ["signed_up", "first_purchase", *map(_what, referral.purchases.all())]
    return _known(referral, whats)


def of_purchase(referral: Referral, purchase: ReferralPurchase) -> list[int]:
    """Those that say that one purchase counts."""
    return _known(referral, [_what(purchase)])


def _known(referral: Referral, whats: Iterable[str]) -> list[int]:
    ids = [fact_id(referral.pk, referral.round, what, side) for what in whats for side in SIDES]
    found = Activity.objects.filter(source=SOURCE, external_id__in=ids)
    return list(found.order_by("pk").values_list("pk", flat=True))


def _what(purchase: ReferralPurchase) -> str:
    return f"purchase:{purchase.activity_id}"


def _facts(referral: Referral, kind: str, what: str, at: datetime) -> list[dict[str, Any]]:
    friend, advocate = referral.friend.heir, referral.advocate.heir
    return [
        {
            "kind": kind,
            "member_id": member.pk,
            "subject": member.ref,
            "source": SOURCE,
            "external_id": fact_id(referral.pk, referral.round, what, side),
            "occurred_at": at,
            "payload": {"referral": referral.pk, "side": side}
            | ({"friend": friend.ref} if side == ADVOCATE else {}),
        }
        for side, member in ((ADVOCATE, advocate), (FRIEND, friend))
    ]
