"""What the builder offers is what the rules understand: every kind, every comparison, every field."""

import pytest

from loyalty.audiences import building as of_conditions
from loyalty.audiences.domain.conditions import OPERATORS, parse
from loyalty.campaigns import building, effect_kinds
from loyalty.campaigns.domain import effects
from loyalty.campaigns.effect_kinds import Input, Kind
from loyalty.campaigns.models import Campaign
from loyalty.campaigns.operations import campaigns as life
from loyalty.campaigns.operations import rulebook
from members.models import TierGroup
from tests.conftest import SYSTEM

EXAMPLES = {
    "badges": "first",
    "achievements": "ten",
    "streaks": "daily",
    "rewards": "mug",
    "tiers": "silver",
    "tiers_of_club": "silver",
    "units": "points",
    "kinds": "order.placed",
}


def put(effect: dict, asked: Input) -> None:
    *holders, name = asked.name.split("/")
    for holder in holders:
        effect = effect.setdefault(holder, {})
    values = {"date": "2026-12-24", "texts": ["refill"]}
    start = asked.start if asked.start is not None else EXAMPLES.get(asked.choices)
    effect[name] = values.get(asked.type, str(start) if asked.type in ("text", "name") else start)


def made(kind: Kind, *parts: effect_kinds.Part) -> dict:
    """As the builder makes it."""
    effect: dict = {"kind": kind.kind}
    for asked in (*kind.inputs, *(asked for part in parts for asked in part.inputs)):
        put(effect, asked)
    return effect


def test_every_kind_of_effect_is_offered():
    """E46."""
    assert {kind.kind for kind in effect_kinds.KINDS} == set(effects.KINDS)


@pytest.mark.parametrize("kind", effect_kinds.KINDS, ids=lambda kind: kind.name)
def test_a_card_compiles_with_each_of_its_parts(kind):
    assert effects.compile_effects([made(kind)])
    for part in kind.parts:
        assert effects.compile_effects([made(kind, part)])


def test_each_ladder_of_several_has_a_card_of_its_own(units):
    """E46: a tier that two ladders have is given by name and ladder, without code."""
    assert building.offer(Campaign())["effects"][-1]["name"] == "extend"
    club = TierGroup.objects.create(
        slug="club", name="Club", unit=units["points"], window="rolling"
    )
    club.tiers.create(slug="silver", name="Silver", threshold=10)
    offered = building.offer(Campaign())
    card = offered["effects"][-2]
    assert (card["name"], card["says"]) == (
        "tier_of_club",
        "at least the tier {tier} of {group} for {days} days",
    )
    assert offered["lists"]["tiers_of_club"]["values"] == [["silver", "Silver"]]
    tier = made(effect_kinds.tier_of("club", "Club")) | {"tier": "silver"}
    campaign = life.draft("Lift", actor=SYSTEM)
    life.write_rule(campaign, triggers=["visit.checked_in"], effects=[tier], actor=SYSTEM)
    assert tier == {"kind": "tier", "tier": "silver", "group": "club", "days": 30}


@pytest.mark.parametrize("kind", effect_kinds.KINDS, ids=lambda kind: kind.name)
def test_a_phrase_names_each_of_its_inputs_once(kind):
    for said, inputs in ((kind.says, kind.inputs), *((p.says, p.inputs) for p in kind.parts)):
        for asked in inputs:
            assert str(said).count("{" + asked.name + "}") == 1


def test_every_comparison_has_words():
    assert set(of_conditions.OPERATORS_IN_WORDS) == {op for ops in OPERATORS.values() for op in ops}


def test_every_field_of_rules_is_offered_with_its_comparisons(units):
    """E32."""
    offered = building.offer(Campaign())
    known = rulebook.catalogue()
    assert {field["name"] for field in offered["fields"]} == set(known)
    one = {"text": "x", "texts": "x", "number": 1, "money": "1.00", "flag": True}
    one["date"] = "2026-01-01"
    for field in offered["fields"]:
        of = {"of": {"kind": (field["kinds"] or ["order.placed"])[0]}} if field["scoped"] else {}
        for op in offered["operators"][field["type"]]:
            value = one[field["type"]]
            shaped = {"many": [value], "pair": [value, value], "truth": True}
            fitting = shaped.get(offered["shapes"].get(op), value)
            assert parse({"field": field["name"], "op": op, "value": fitting, **of}, known)


def test_a_fund_pays_for_its_own_unit_only(units, db):
    from loyalty.rewards.models import Fund

    fund = Fund(unit=units["status"])
    campaign = Campaign(funded_by=fund)
    assert building.offer(campaign)["lists"]["units"]["values"] == [["status", "Status points"]]


def test_what_is_known_to_be_chosen_from(units):
    """Tiers in their order, the days of the week by name, and the doors that rules open."""
    campaign = life.draft("Doors", actor=SYSTEM)
    life.write_rule(
        campaign,
        triggers=["visit.checked_in"],
        effects=[{"kind": "access", "name": "early-sale"}],
        actor=SYSTEM,
    )
    offered = building.offer(campaign)
    by_name = {field["name"]: field["choices"] for field in offered["fields"]}
    assert by_name["member.tier"]["values"][:2] == [["bronze", "Bronze"], ["silver", "Silver"]]
    assert by_name["when.weekday"]["values"][0] == [1, "Monday"]
    assert by_name["when.month"]["values"][11] == [12, "December"]
    assert by_name["order.categories"] == {"values": [], "open": True}
    assert offered["lists"]["doors"] == {"values": [["early-sale", "early-sale"]], "open": True}
    assert [value for value, _ in offered["lists"]["tiers"]["values"]] == ["silver", "gold"]
