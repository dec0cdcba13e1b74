"""Friends brought, and campaigns that pay for it."""

from datetime import timedelta

from loyalty.campaigns.models import Referral
from loyalty.campaigns.operations import referral_windows, standard
from members import clock
from members.models import Member
from members.operations import members
from tests.campaigns.conftest import act, take, work
from tests.conftest import SYSTEM


def bring_a_friend(**frame) -> None:
    """100 points for whoever brings a friend that buys, 50 for the friend; 10 and 5 for signing up; 3
    for the advocate with every purchase."""
    for slug, kind, side, amount in (
        ("brought", "referral.first_purchase", "advocate", 100),
        ("came", "referral.first_purchase", "friend", 50),
        ("asked", "referral.signed_up", "advocate", 10),
        ("joined", "referral.signed_up", "friend", 5),
        ("again", "referral.purchase", "advocate", 3),
    ):
        standard.publish(
            {
                "slug": slug,
                "name": slug.title(),
                "triggers": [kind],
                "conditions": {"field": "activity.side", "op": "is", "value": side},
                "effects": [{"kind": "earn", "unit": "points", "amount": amount}],
                "limit": {"units": 1000, "per": "month"},
                "budget_units": 10_000,
                **frame,
            },
            actor=SYSTEM,
        )


def newcomer(ref: str, **fields) -> Member:
    """Somebody who has just become a member."""
    return members.enrol(ref, actor=SYSTEM, email=f"{ref}@example.test", **fields)


def bring(advocate: Member, friend: Member | str, *, id: str = "", **more):
    """The shop tells that a friend came; the answer."""
    ref = friend if isinstance(friend, str) else friend.ref
    [answer] = take(act("referral.joined", advocate, id=id or f"j:{ref}", friend=ref, **more))
    work()
    return answer


def brought(friend: Member) -> Referral:
    return Referral.objects.get(friend=friend)


def days_later(days: float) -> None:
    """The sweep, so many days from now, and the work it makes."""
    at = clock.now() + timedelta(days=days)
    with clock.standing_at(at):
        referral_windows.window_ends(at - timedelta(minutes=5), at)
        work()
