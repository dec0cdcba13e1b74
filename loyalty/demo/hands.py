"""What people of the demo did by hand, so that every list of the console has something on it."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction

from events_directory.models import Grant, GrantApplication, Partner, Pool
from events_directory.operations import applications, grants
from loyalty.campaigns.models import ExchangeRate, ReferralInvite, ReferralPolicy
from loyalty.campaigns.operations import rates as exchange
from loyalty.campaigns.operations import referrals
from loyalty.connectors.models import ApiKey, WebhookEndpoint
from loyalty.connectors.operations import keys, webhooks
from loyalty.demo.people import AMARA
from loyalty.measurement.models import LiabilityRate
from loyalty.measurement.operations import rates
from loyalty.rewards.models import Redemption, Reward
from loyalty.rewards.operations import redemptions
from members.domain.actors import Actor
from members.models import Member, MemberNote, Tier, TierLift, Unit, User
from members.operations import adjustments, gifts, holds, lifts, members, notes

#: Whoever looks at the demo is to find the hold still held.
WEEK = timedelta(days=7)


@transaction.atomic
def shake(*, now: datetime, points: Unit, users: dict[str, User]) -> None:
    """Among members and staff: a gift, a hold, an adjustment, a tier, a redemption. Each once."""
    amara, bo = (Member.objects.get(ref=ref) for ref in (AMARA, "bo"))
    herself, fay = Actor.user(users["amara"]), Actor.user(users["fay"])
    adjustments.make(
        amara, unit=points, amount=400, reason="A parcel was late", by=users["fay"], key="demo:late"
    )
    adjustments.make(
        bo, unit=points, amount=20_000, reason="Won the raffle", by=users["gil"], key="demo:raffle"
    )
    gifts.give(
        amara,
        receiver=bo,
        unit=points,
        amount=10,
        key="demo:gift",
        actor=herself,
        message="Thanks!",
    )
    holds.place(
        amara,
        unit=points,
        amount=20,
        key="demo:hold",
        reference="R-9",
        lasts=WEEK,
        actor=Actor.system("checkout"),
    )
    if not TierLift.objects.exists():
        silver = Tier.objects.get(slug="silver")
        until = (now + timedelta(days=60)).date()
        lifts.give_tier(bo, tier=silver, until=until, reason="Welcome from the market", actor=fay)
    if not Redemption.objects.exists():
        cheapest = Reward.objects.filter(kind=Reward.Kind.PRODUCT, state=Reward.State.ACTIVE)
        for reward in cheapest.order_by("cost")[:1]:
            redemptions.redeem(amara, reward=reward, key="demo:redemption", actor=herself)
    _speak(amara, bo, users=users)


def _speak(amara: Member, bo: Member, *, users: dict[str, User]) -> None:
    """What they say of themselves, and what is said of them: a name for others, an invite, a note."""
    if not bo.display_name:
        members.update(bo, display_name="Harbour tea", actor=Actor.user(users["bo"]))
    if not ReferralInvite.objects.exists():
        referrals.send_invite(amara, actor=Actor.user(users["amara"]))
    if not MemberNote.objects.exists():
        notes.write(
            amara,
            text="Asked whether jars without a lid count. They do.",
            by=users["fay"],
            actor=Actor.user(users["fay"]),
        )


@transaction.atomic
def settle(*, now: datetime, points: Unit, users: dict[str, User]) -> None:
    """The programme's own papers: rates, terms, a till's key, a system that was told until lately."""
    fay = Actor.user(users["fay"])
    if not LiabilityRate.objects.exists():
        rates.set_rate(
            points,
            valid_from=now.date().replace(day=1),
            redemption_rate=Decimal("0.82"),
            cost=Decimal("0.01"),
            reason="First estimate, from eighteen months of orders",
            actor=fay,
        )
    if not ExchangeRate.objects.exists():
        exchange.set_rate("USD", rate=Decimal("0.92"), starts_on=now.date(), actor=fay)
    if not ReferralPolicy.objects.exists():
        referrals.set_terms(return_days=14, actor=fay)
    if not ApiKey.objects.exists():
        keys.create("Till in Weimar", scopes=["rewards:read"], actor=fay)
    if not WebhookEndpoint.objects.exists():
        endpoint, _secret = webhooks.add(
            "Old newsletter", url="https://newsletter.demo.example/hooks", actor=fay
        )
        told = {"member": "bo", "tier": "silver"}
        webhooks.announce(topic="tier.changed", key="demo:tier", at=now.isoformat(), told=told)
        # Nothing of the demo ever calls another machine: it is told nothing from now on.
        webhooks.switch_off(endpoint, actor=fay)


@transaction.atomic
def grant(*, users: dict[str, User]) -> None:
    """A small application that two people approved, and its first part, paid by the second."""
    if Grant.objects.exists():
        return
    eli, fay, gil = (Actor.user(users[name]) for name in ("eli", "fay", "gil"))
    application = applications.draft(
        Partner.objects.get(slug="harbour-co-op"),
        pool=Pool.objects.get(slug="harbour-fund"),
        title="Paint for the boat shed",
        requested=12_000,
        actor=eli,
        what_for="Twelve litres of paint and brushes.",
        who_benefits="Everybody who walks past it.",
        how_known="It is blue.",
    )
    applications.submit(application, actor=eli)
    for staff in (fay, gil):
        application = GrantApplication.objects.get(pk=application.pk)
        if application.state == GrantApplication.State.SUBMITTED:
            applications.approve(application, actor=staff)
    for given in Grant.objects.filter(application=application):
        part = grants.release(given, amount=12_000, key="demo:first", actor=fay)
        grants.pay(part, key="demo:paid", bank_reference="SEPA 1", actor=gil)
