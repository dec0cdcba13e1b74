"""A crowd of members with every kind of past, drawn from a seed, for tests that compare readers."""

import random
from datetime import UTC, date, datetime, timedelta

from loyalty.campaigns.operations import intake
from members.models import Member, Tier
from members.operations import accounts, activities, lifts, members, merges, tiers, traits
from members.operations.traits import Setting, Tagging
from recognition.models import Badge, BadgeAward
from tests.campaigns.conftest import order
from tests.conftest import SYSTEM, person

#: On both sides of midnight all round the world, in a leap year and out of one.
NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)
INSTANTS = (
    NOON,
    datetime(2025, 2, 28, 11, 30, tzinfo=UTC),
    datetime(2024, 2, 29, 0, 15, tzinfo=UTC),
    datetime(2024, 2, 28, 23, 45, tzinfo=UTC),
    datetime(2026, 3, 1, 0, 0, tzinfo=UTC),
    NOON - timedelta(days=30),
    NOON + timedelta(days=400),
)
ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kathmandu",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "Australia/Lord_Howe",
)
LANGUAGES = ("de", "en", "en-gb")
BIRTHDAYS = ((None, None), (2, 29), (2, 28), (3, 1), (6, 15), (6, 14), (12, 31))
KINDS = ("order.placed", "refill.confirmed", "visit.checked_in", "order.returned")
#: What orders were worth, and what returns take off.
WORTHS = {
    "order.placed": (None, 0, 1, 999, 12_345),
    "order.returned": (None, 0, -1, -999, -12_345),
}
TAGS = ("vip", "new", "v")
NAMES = ("size", "colour")
VALUES = ("s", "m", "S", "a, b")
BADGES = ("first", "hero")


def gather(seed: int, *, count: int = 40) -> list[Member]:
    """So many members, some merged away and some erased, with what they did, have and hold."""
    draw = random.Random(seed)
    people = [_join(draw, number) for number in range(count)]
    _tell(draw, people)
    _give(draw, people)
    _climb(draw, people)
    merges.merge(
        people[0], people[1], reason="One person", key=f"m{seed}", by=person(f"{seed}@x.test")
    )
    Member.objects.filter(pk=people[2].pk).update(erased_at=NOON)
    left = list(Member.objects.active().order_by("pk"))
    tiers.lock(left)
    tiers.settle(left, actor=SYSTEM, at=NOON)
    return left


def _join(draw: random.Random, number: int) -> Member:
    month, day = draw.choice(BIRTHDAYS)
    return members.enrol(
        f"c{number}",
        actor=SYSTEM,
        at=NOON - timedelta(days=draw.choice((0, 1, 40, 800))),
        time_zone=draw.choice(ZONES),
        language=draw.choice(LANGUAGES),
        birth_month=month,
        birth_day=day,
        joined_on=date(2026, 6, 14) - timedelta(days=draw.choice((-1, 0, 1, 40, 800))),
    )


def _tell(draw: random.Random, people: list[Member]) -> None:
    """Activities at instants that windows begin and end with, some of them waiting."""
    facts = [
        {
            "source": "crowd",
            "external_id": str(number),
            "kind": kind,
            "member_id": (who := draw.choice(people)).pk,
            "subject": who.ref,
            "occurred_at": draw.choice(INSTANTS[:3])
            - timedelta(days=draw.choice((0, 1, 29, 30, 31)), seconds=draw.choice((-1, 0, 1))),
            "payload": {},
            "status": draw.choice((*["accepted"] * 5, "parked")),
            "worth": draw.choice(WORTHS.get(kind, (None,))),
        }
        for number, kind in enumerate(draw.choice(KINDS) for _ in range(len(people) * 4))
    ]
    activities.insert(facts, at=NOON, by="crowd")


def _give(draw: random.Random, people: list[Member]) -> None:
    def when() -> datetime:
        return draw.choice(INSTANTS) + timedelta(seconds=draw.choice((-1, 0, 1)))

    tags = []
    for number in range(len(people)):
        since, until = sorted((when(), when()))
        some = draw.choice((None, until))
        tags.append(Tagging(draw.choice(people).pk, draw.choice(TAGS), f"g{number}", since, some))
    traits.tag_many(tags, actor=SYSTEM)
    traits.set_many(
        [
            Setting(
                draw.choice(people).pk,
                draw.choice(NAMES),
                draw.choice(VALUES),
                f"g{number}",
                when(),
            )
            for number in range(len(people))
        ],
        actor=SYSTEM,
    )
    badges = [
        Badge.objects.create(
            slug=slug, name=slug, criteria="-", created_at=NOON, is_repeatable=True, state="active"
        )
        for slug in BADGES
    ]
    for number in range(len(people)):
        since, until = sorted((when(), when()))
        is_over = draw.random() < 0.5
        BadgeAward.objects.create(
            badge=draw.choice(badges),
            member=draw.choice(people),
            seq=number + 1,
            key=f"g{number}",
            reason="-",
            awarded_at=since,
            recorded_at=since,
            revoked_at=until if is_over else None,
            revocation_reason="-" if is_over else "",
        )


def _climb(draw: random.Random, people: list[Member]) -> None:
    """Some buy their way up, some are lifted; reviews fall due among the instants."""
    accounts.open_for([member.pk for member in people])
    told = [
        order(
            member,
            str(draw.choice((10, 200, 600))),
            id=f"climb{member.pk}",
            at=NOON - timedelta(days=draw.choice((0, 30, 300, 500))),
        )
        for member in people
        if draw.random() < 0.6
    ]
    intake.take(told, actor=SYSTEM, at=NOON)
    steps = list(Tier.objects.filter(threshold__gt=0))
    for member in draw.sample(people, 6):
        lifts.give_tier(
            member,
            tier=draw.choice(steps),
            until=date(2026, 6, 15) + timedelta(days=draw.choice((1, 200, 600))),
            reason="A friend",
            actor=SYSTEM,
        )
