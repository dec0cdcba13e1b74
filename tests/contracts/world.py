"""A small world with one of everything, and everybody who might knock at a door."""

from dataclasses import dataclass, field
from datetime import time, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.test import Client
from django_celery_beat.models import PeriodicTask

from events_directory.operations import (
    applications,
    bookings,
    micro_events,
    occurrences,
    partners,
    pools,
)
from governance.models import Seat
from governance.operations import committees
from governance.operations import criteria as rubrics
from loyalty import timetable
from loyalty.audiences.operations import segments
from loyalty.campaigns.domain.told import Told
from loyalty.campaigns.operations import campaigns, intake, referrals, review_rules, standard
from loyalty.connectors.models import WebhookDelivery
from loyalty.connectors.operations import keys, webhooks
from loyalty.demo.people import NOT_FOR_STAFF, STAFF_APPS
from loyalty.measurement.operations import rates
from loyalty.messaging.models import Message
from loyalty.rewards.operations import fund_moves, funds, redemptions, rewards
from members import clock
from members.domain.actors import Actor
from members.models import Activity, AuditRow, Entry, Job, SweepRun, Tier, TierGroup, Unit
from members.models import Decision as Decided
from members.operations import (
    activities,
    adjustments,
    gifts,
    holds,
    households,
    jobs,
    ledger,
    lifts,
    programme,
    purses,
    sweeps,
)
from recognition.models import Achievement, Streak
from recognition.operations import (
    badges,
    cycles,
    goals,
    leaderboards,
    nominations,
    progress,
    streak_days,
)
from recognition.operations.streak_days import Kept
from tests.conftest import SYSTEM, member_of, person
from tests.governance.conftest import RUBRIC

#: Who knocks: a visitor, a member at their own door, another member, a partner, the chair of the
#: committee, staff without a permission, console staff, a superuser, a key with every scope, one
#: without the scope it would need.
ACTORS = ("AN", "M", "M2", "P", "C", "S0", "S", "SU", "K", "K0")


@dataclass
class World:
    """The people's clients, and what the addresses name."""

    clients: dict[str, Client] = field(default_factory=dict)
    things: dict[str, Any] = field(default_factory=dict)


def build() -> World:
    """One of everything, made by the operations."""
    world = World()
    units = programme.install(actor=SYSTEM)
    standard.install(actor=SYSTEM)
    timetable.install()
    amara = member_of(person("amara@example.test", first_name="Amara"), "amara")
    bo = member_of(person("bo@example.test", first_name="Bo"), "bo")
    eli, chi = person("eli@example.test"), person("chi@example.test")
    users = {"M": amara.user, "M2": bo.user, "P": eli, "C": chi}
    users |= {"S0": person("hal@example.test", is_staff=True), "S": _console_staff()}
    users["SU"] = person("fay@example.test", is_staff=True, is_superuser=True)
    world.things |= _points(amara, units["points"])
    _by_hand(amara, bo, units["points"], eli)
    world.things |= _household(amara, bo, units["points"])
    world.things |= _referral(amara)
    world.things |= _directory(amara, eli)
    world.things |= _recognition(amara, bo, chi, units["points"])
    world.things |= {"user": users["M"].pk, "group": Group.objects.get().pk}
    _operations(amara)
    world.things["activity"] = Activity.objects.latest("pk").pk
    for name, user in users.items():
        world.clients[name] = Client()
        world.clients[name].force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    world.clients["AN"] = Client()
    for name, scopes in (("K", list(keys.SCOPES)), ("K0", ["ops"])):
        key, text = keys.create(name, scopes=scopes, actor=SYSTEM)
        world.clients[name] = Client(headers={"Authorization": f"Bearer {text}"})
        world.things["key"] = key.pk
    return world


def _console_staff():
    group = Group.objects.create(name="Console staff")
    allowed = Permission.objects.filter(content_type__app_label__in=STAFF_APPS)
    for prefix in NOT_FOR_STAFF:
        allowed = allowed.exclude(codename__startswith=prefix)
    group.permissions.set(allowed)
    user = person("gil@example.test", is_staff=True)
    user.groups.add(group)
    return user


def _points(amara, unit) -> dict[str, Any]:
    entry = ledger.accrue(
        amara,
        unit=unit,
        amount=500,
        key="seed",
        reason="Orders",
        actor=SYSTEM,
        cause=("test", None),
    )
    mug = rewards.offer(
        "mug", unit=unit, actor=SYSTEM, name="Mug", kind="product", cost=10, stock=5
    )
    redemption = redemptions.redeem(amara, reward=mug, key="mug", actor=SYSTEM)
    campaign = campaigns.draft("Autumn", actor=SYSTEM)
    campaigns.write_rule(
        campaign,
        triggers=["order.placed"],
        effects=[{"kind": "earn", "unit": "points", "amount": 5}],
        actor=SYSTEM,
    )
    lift = lifts.give_tier(
        amara,
        tier=Tier.objects.latest("pk"),
        until=clock.now().date() + timedelta(days=60),
        reason="Waited long",
        actor=SYSTEM,
    )
    return {
        "entry": entry.pk,
        "own_activity": Activity.objects.filter(member=amara).earliest("pk").pk,
        "redemption": redemption.pk,
        "hold": holds.place(amara, unit=unit, amount=20, key="cart", actor=SYSTEM).pk,
        "campaign": campaign.pk,
        "tier": Tier.objects.earliest("pk").pk,
        "tiergroup": TierGroup.objects.earliest("pk").pk,
        "tierlift": lift.pk,
    }


def _by_hand(amara, bo, unit, maker) -> None:
    """An adjustment that waits, and a gift."""
    adjustments.make(bo, unit=unit, amount=5000, reason="Fair", by=maker, key="fair")
    gifts.give(amara, receiver=bo, unit=unit, amount=5, key="gift", actor=SYSTEM)


def _household(amara, bo, unit) -> dict[str, Any]:
    """Amara's, with Bo, and a few points of his in it."""
    home = households.open(amara, name="Lindenweg 3", actor=SYSTEM)
    code = households.invite(amara, actor=SYSTEM).code
    seat = households.join(bo, code=code, actor=SYSTEM)
    move = purses.contribute(bo, unit=unit, amount=2, key="purse", actor=SYSTEM)
    return {"household": home.pk, "household_seat": seat.pk, "household_move": move.pk}


def _referral(amara) -> dict[str, Any]:
    """Amara's link, that she brought Bo (of her own household), and something that is looked at."""
    code = referrals.give_code(amara, actor=SYSTEM).code
    told = Told("shop", "joined", "referral.joined", "amara", clock.now(), {"friend": "bo"})
    rule = review_rules.define(
        "openings",
        name="Openings",
        side="earn",
        subjects=["app.opened"],
        window_hours=1,
        most_times=0,
        actor=SYSTEM,
    )
    review_rules.activate(rule, actor=SYSTEM)
    opened = Told("shop", "opened", "app.opened", "amara", clock.now(), {})
    intake.take([told, opened], actor=SYSTEM)
    return {"referral_code": code}


def _directory(amara, eli) -> dict[str, Any]:
    actor = Actor.user(eli)
    shop = partners.verify(
        partners.register("Eli's", slug="elis", owner=eli, actor=actor), actor=SYSTEM
    )
    venue = partners.add_venue(
        shop, name="Back room", address="Lindenweg 3", zone="Europe/Berlin", actor=actor
    )
    event = micro_events.draft(
        shop,
        title="Mend a lamp",
        venue=venue,
        category="repair",
        neighbourhood="Northgate",
        summary="Bring the lamp.",
        actor=actor,
    )
    evening = occurrences.add(
        event,
        local_on=(clock.now() + timedelta(days=7)).date(),
        local_time=time(18),
        capacity=10,
        actor=actor,
    )
    micro_events.submit(event, actor=actor)
    micro_events.publish(event, actor=SYSTEM)
    booking = bookings.book(evening, member=amara, key="amara", actor=SYSTEM)
    pool = pools.establish("northgate", name="Northgate", currency="EUR", actor=SYSTEM)
    pools.deposit(pool, amount=100_000, key="spring", actor=SYSTEM, note="Spring")
    application = applications.draft(
        shop, pool=pool, title="Soldering", requested=40_000, actor=actor, what_for="Two stations."
    )
    return {
        "fund": _fund(shop, amara),
        "micro_event": event.pk,
        "venue": venue.pk,
        "occurrence": evening.pk,
        "booking": booking.pk,
        "booking_reference": booking.reference,
        "ticket": booking.reference,
        "application": application.pk,
    }


def _fund(shop, amara) -> int:
    """A fund of the shop's that has paid for a visit last month and was billed for it."""
    with clock.standing_at(clock.now() - timedelta(days=40)):
        fund = funds.open_fund(
            "monthly",
            name="Monthly",
            partner=shop,
            unit=Unit.objects.get(code="points"),
            kind="postpaid",
            price=Decimal("8.00"),
            currency="EUR",
            actor=SYSTEM,
        )
        entry = Entry.objects.filter(kind="accrual").latest("pk")
        grant = fund_moves.Grant(fund.pk, 5, entry.pk, ("activity", None))
        fund_moves.grant(fund_moves.lock([fund.pk]), [grant], at=clock.now())
    sweeps.run_due(at=clock.now(), names=["fund_bills"])
    return fund.pk


def _recognition(amara, bo, chi, unit) -> dict[str, Any]:
    badge = badges.activate(
        badges.define(
            "neighbour", name="Neighbour", criteria="Chosen.", is_repeatable=True, actor=SYSTEM
        ),
        actor=SYSTEM,
    )
    award = badges.award(amara, badge=badge, key="first", actor=SYSTEM, reason="Bicycles")
    award = badges.show(award, holder=amara, is_public=True, actor=SYSTEM)
    _goals(amara)
    board = leaderboards.define("month", name="This month", unit=unit, actor=SYSTEM)
    leaderboards.activate(board, actor=SYSTEM)
    committee = committees.create("neighbours", name="Neighbours", actor=SYSTEM)
    committees.seat(committee, user=chi, role=Seat.Role.CHAIR, actor=SYSTEM)
    for name in ("ann", "ben", "cem", "dan"):
        committees.seat(committee, user=person(f"{name}@example.test"), actor=SYSTEM)
    rubric = rubrics.publish("neighbour", title="Neighbour", criteria=RUBRIC, actor=SYSTEM)
    for slug in ("spring", "autumn"):
        cycle = cycles.draft(
            slug,
            title=slug,
            criteria=rubric,
            committee=committee,
            badge=badge,
            opens_at=clock.now() - timedelta(days=1),
            closes_at=clock.now() + timedelta(days=7),
            limit_per_nominator=2,
            actor=SYSTEM,
        )
        cycle = cycles.open(cycle, actor=SYSTEM)
        # Amara proposes Bo; the committee judges spring already, and autumn still takes nominations.
        nomination = nominations.nominate(
            cycle, nominator=amara, nominee=bo, statement="Bicycles.", actor=Actor.user(amara.user)
        )
        if slug == "spring":
            cycles.close(cycle, actor=SYSTEM)
            case = cycle.candidates.get().case.pk
    return {"award": award.slug, "case": case, "nomination": nomination.pk}


def _goals(amara) -> None:
    """An achievement that Amara is on the way to, and a streak with a milestone."""
    today = clock.now().date()
    goal = {"criteria": "Refill.", "actor": SYSTEM}
    made = goals.define(
        Achievement, slug="refills", name="Refills", step_words="refills", target=10, **goal
    )
    goals.activate(made, actor=SYSTEM)
    steps = [progress.Step(amara.pk, "refills", "first", 3, clock.now(), today)]
    progress.take_steps(steps, actor=SYSTEM)
    made = goals.define(Streak, slug="daily", name="Daily", milestones=[1], **goal)
    goals.activate(made, actor=SYSTEM)
    streak_days.keep([Kept(amara.pk, "daily", "first", clock.now(), today)], actor=SYSTEM)


def _operations(amara) -> None:
    activities.record("app.opened", member=amara, source="shop", external_id="1", actor=SYSTEM)
    now = clock.now()
    SweepRun.objects.create(sweep="tidy", covers_from=now, covers_until=now, started_at=now)
    Decided.objects.create(
        member=amara, kind="birthday", occurrence="2026", decided_at=now, outcome="done"
    )
    Message.objects.create(
        member=amara,
        channel="inbox",
        topic="test",
        subject="Hello",
        body="",
        state="sent",
        dedupe_key="1",
        created_at=now,
    )
    regulars = segments.define("Regulars", conditions={"all": []}, actor=SYSTEM)
    segments.activate(regulars, actor=SYSTEM)
    rates.set_rate(
        Unit.objects.get(code="points"),
        valid_from=now.date(),
        redemption_rate=Decimal("0.8"),
        cost=Decimal("0.01"),
        reason="As last year",
        actor=SYSTEM,
    )
    webhooks.add("Till", url="https://till.example/hook", actor=SYSTEM)
    webhooks.announce(topic="test", key="k", at=clock.now().isoformat(), told={})
    WebhookDelivery.objects.update(state="dead")
    jobs.enqueue("activity.evaluate", key="dead", arguments={"activities": []})
    Job.objects.filter(key="dead").update(state=Job.State.DEAD)
    assert Activity.objects.exists() and AuditRow.objects.exists() and PeriodicTask.objects.exists()
