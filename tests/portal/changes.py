"""What can change on a member's home page: their own things, the shop's, the programme's."""

from dataclasses import dataclass
from datetime import date, time, timedelta

from events_directory.models import MicroEvent, Occurrence, Partner, Venue
from events_directory.operations import bookings, micro_events, occurrences, partners
from governance.operations import committees
from loyalty.audiences.models import Segment
from loyalty.audiences.operations import segments
from loyalty.campaigns.models import Campaign
from loyalty.campaigns.operations import campaigns, intake
from loyalty.messaging.models import Message
from loyalty.messaging.operations import messages
from loyalty.rewards.models import Reward
from loyalty.rewards.operations import coupon_imports, redemptions, rewards, wishes
from loyalty.views import first_run
from members import clock
from members.models import Activity, Member, Tier, User
from members.operations import (
    decisions,
    erasures,
    gifts,
    holds,
    ledger,
    lifts,
    members,
    merges,
    traits,
)
from recognition.operations import badges
from tests.campaigns.conftest import act, order
from tests.campaigns.operations import test_returns as returned
from tests.conftest import SYSTEM


@dataclass
class World:
    """What can change: Amara's own things, the shop's, the programme's."""

    amara: Member
    bo: Member
    fay: User
    units: dict
    venue: Venue

    def earn(self, member: Member, amount: int) -> None:
        said = {"unit": self.units["points"], "reason": "Orders", "cause": ("test", None)}
        ledger.accrue(member, amount=amount, key=member.ref, actor=SYSTEM, **said)

    def shop(self, slug: str) -> Partner:
        shop = partners.register(slug.title(), slug=slug, owner=self.fay, actor=SYSTEM)
        return partners.verify(shop, actor=SYSTEM)

    def draft(self, venue: Venue, **fields) -> MicroEvent:
        return micro_events.draft(
            venue.partner,
            title="Mend a lamp",
            venue=venue,
            category="repair",
            neighbourhood="Northgate",
            summary="Bring the lamp, leave with light.",
            actor=SYSTEM,
            **fields,
        )

    def event(self) -> Occurrence:
        event = self.draft(self.venue)
        day = (clock.now() + timedelta(days=7)).date()
        date = occurrences.add(event, local_on=day, local_time=time(18), capacity=9, actor=SYSTEM)
        micro_events.submit(event, actor=SYSTEM)
        micro_events.publish(event, actor=SYSTEM)
        return date

    def reward(self, slug: str) -> Reward:
        return Reward.objects.get(slug=slug)

    def offer(self, slug: str, cost: int, **fields) -> Reward:
        given = {"kind": "product", "unit": self.units["points"], "cost": cost} | fields
        return rewards.offer(slug, name=slug.title(), actor=SYSTEM, **given)


def ordered(world: World) -> None:
    intake.take([order(world.amara, "12.00", category="refill")], actor=SYSTEM)


def jar_sent(world: World) -> None:
    jar = {"order_id": "r1", "serial": "J1"}
    intake.take([act("refill.ordered", world.amara, id="r1", **jar)], actor=SYSTEM)


def jar_came_back(world: World) -> None:
    jar = {"order_id": "r1", "serial": "J1"}
    intake.take([act("refill.confirmed", world.amara, id="r2", **jar)], actor=SYSTEM)


def promised_with_the_parcel(world: World) -> None:
    """Four points for each euro, once the order has gone out."""
    effect = {"kind": "earn", "unit": "points", "points": 4, "per": "1.00"}
    effect["pending"] = {"until": "order.fulfilled"}
    returned.published("bonus", triggers=["order.placed"], effects=[effect])
    intake.take([order(world.amara, "10.00", "5.00", id="o7")], actor=SYSTEM)


def first_parcel_sent(world: World) -> None:
    parcel = {"order_id": "o7", "lines": [{"line_id": "0", "quantity": 1}]}
    intake.take([act("order.fulfilled", world.amara, id="f7", **parcel)], actor=SYSTEM)


def held(world: World) -> None:
    holds.place(world.amara, unit=world.units["points"], amount=7, key="h", actor=SYSTEM)


def campaign_paused(world: World) -> None:
    campaigns.pause(Campaign.objects.get(slug="profile"), actor=SYSTEM)


def steps_dismissed(world: World) -> None:
    traits.tag(world.amara, name=first_run.DISMISSED, cause="d", actor=SYSTEM)


def offered(world: World) -> None:
    world.offer("tea", 10, stock=1)


def renamed(world: World) -> None:
    rewards.change(world.reward("tea"), name="Green tea", actor=SYSTEM)


def wished(world: World) -> None:
    wishes.wish(world.amara, reward=world.reward("tea"), actor=SYSTEM)


def taken_by_somebody(world: World) -> None:
    world.earn(world.bo, 20)
    redemptions.redeem(world.bo, reward=world.reward("tea"), key="t", actor=SYSTEM)


def without_codes(world: World) -> None:
    world.offer("ticket", 5, kind="coupon", codes="pool")


def codes_came(world: World) -> None:
    coupon_imports.import_codes(world.reward("ticket"), text="ABCD-1", actor=SYSTEM)


def taken_at_a_till(world: World) -> None:
    """By a shop that has no dates on show."""
    world.offer("bread", 4, kind="coupon", codes="generated", partner=world.shop("till"))


def till_suspended(world: World) -> None:
    partners.suspend(Partner.objects.get(slug="till"), reason="Papers", actor=SYSTEM)


def place_offered(world: World) -> None:
    """At an event of a shop that has no dates."""
    hall = {"name": "Hall", "address": "Am Tor 1", "zone": "Europe/Berlin"}
    venue = partners.add_venue(world.shop("hall"), **hall, actor=SYSTEM)
    event = world.draft(venue, access_name="workshop")
    world.offer("seat", 3, kind="slot", micro_event=event)


def host_suspended(world: World) -> None:
    partners.suspend(Partner.objects.get(slug="hall"), reason="Papers", actor=SYSTEM)


def for_some(world: World) -> None:
    some = segments.define("Tagged", conditions=TAGGED, actor=SYSTEM)
    some = segments.activate(some, actor=SYSTEM)
    world.offer("cake", 6, segments=[some])


def described_anew(world: World) -> None:
    some = Segment.objects.get()
    segments.revise(some, conditions={"not": TAGGED}, actor=SYSTEM)


def tagged(world: World) -> None:
    traits.tag(world.amara, name="quiet", cause="q", actor=SYSTEM)


def badge_won(world: World) -> None:
    badge = badges.define("first", name="First refill", criteria="Refill.", actor=SYSTEM)
    badges.activate(badge, actor=SYSTEM)
    badges.award(world.amara, badge=badge, key="b", actor=SYSTEM, reason="Your jar came back")


def celebrated(world: World) -> None:
    won = Activity.objects.get(kind="badge.awarded")
    decisions.remember("celebrated", [(world.amara.pk, str(won.pk), "seen")])


def lifted(world: World) -> None:
    gold = Tier.objects.get(slug="gold")
    day = date(2026, 12, 1)
    lifts.give_tier(world.amara, tier=gold, until=day, reason="A favour", actor=SYSTEM)


def tier_renamed(world: World) -> None:
    Tier.objects.filter(slug="gold").update(name="Golden")


def published(world: World) -> None:
    world.event()


def booked(world: World) -> None:
    bookings.book(Occurrence.objects.get(), member=world.amara, key="k", actor=SYSTEM)


def moved(world: World) -> None:
    date = Occurrence.objects.get()
    occurrences.move(date, local_on=date.local_on, local_time=time(19), actor=SYSTEM)


def venue_renamed(world: World) -> None:
    Venue.objects.update(name="The yard")


def called_off(world: World) -> None:
    occurrences.cancel(Occurrence.objects.get(), reason="Snow", actor=SYSTEM)


def told(world: World) -> None:
    Message.objects.all().delete()
    messages.tell([messages.Note(world.amara.pk, "points", "n", "News", "Some.")])


def read(world: World) -> None:
    Message.objects.update(read_at=clock.now())


def seated_at_a_partner(world: World) -> None:
    partner = world.venue.partner
    partners.seat(partner, user=world.amara.user, role="helper", actor=SYSTEM)


def seated_on_a_committee(world: World) -> None:
    committee = committees.create("c", name="C", actor=SYSTEM)
    committees.seat(committee, user=world.amara.user, actor=SYSTEM)


def called_otherwise(world: World) -> None:
    members.update(world.amara, given_name="Ama", actor=SYSTEM)


def given(world: World) -> None:
    gifts.give(
        world.bo,
        receiver=world.amara,
        unit=world.units["points"],
        amount=3,
        key="g",
        actor=SYSTEM,
    )


def giver_erased(world: World) -> None:
    erasures.erase(world.bo, actor=SYSTEM)


def merged(world: World) -> None:
    other = members.enrol("other", actor=SYSTEM)
    world.earn(other, 11)
    merges.merge(other, world.amara, reason="The same", key="m", by=world.fay)


def expired(world: World) -> None:
    ledger.expire_due(at=clock.now() + timedelta(days=8))


#: In this order, each on what was before.
CHANGES = (
    ordered, jar_sent, jar_came_back, promised_with_the_parcel, first_parcel_sent, held, campaign_paused,
    offered, renamed, wished, taken_by_somebody, without_codes, codes_came, taken_at_a_till,
    till_suspended, place_offered, host_suspended, for_some, tagged, described_anew, badge_won, celebrated,
    lifted, tier_renamed, published, booked, moved, venue_renamed, called_off, told, read,
    seated_at_a_partner, seated_on_a_committee, called_otherwise, given, giver_erased, merged, expired,
    steps_dismissed,
)  # fmt: skip
TAGGED = {"field": "member.tags", "op": "has_any", "value": ["quiet"]}
