"""The catalogue, redemptions and coupons over the API."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events_directory.operations import partners
from loyalty.campaigns.operations import review_rules
from loyalty.connectors.operations import keys
from loyalty.rewards.models import Coupon, Redemption, Reward
from loyalty.rewards.operations import guesses, rewards
from loyalty.rewards.operations.sealing import reveal
from members.models import Member, Tier
from tests.conftest import SYSTEM, person
from tests.connectors.conftest import Shop, shop_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def tea(points):
    return rewards.offer(
        "tea",
        unit=points,
        name="Tea",
        kind="discount",
        cost=80,
        codes="generated",
        worth=250,
        currency="EUR",
        stock=5,
        actor=SYSTEM,
    )


def taken(shop, **told):
    body = {"member": "amara", "reward": "tea"} | told
    return shop.send("POST", "redemptions", body, **{"Idempotency-Key": "k"})


def code_of() -> str:
    return reveal(Coupon.objects.get())


def test_the_catalogue_says_what_a_member_may_have_and_why_not(shop, amara, points, tea):
    """The predicate of the page, over the API."""
    gold = Tier.objects.get(slug="gold")
    rewards.offer(
        "ball", unit=points, name="Ball", kind="product", cost=10, tier=gold, actor=SYSTEM
    )
    listed = shop.send("GET", "rewards?member=amara").json()["results"]
    told = {row["slug"]: (row["can_redeem"], row["why_not"]) for row in listed}
    assert told == {
        "tea": (True, ""),
        "ball": (False, "This is for members from Gold on."),
    }
    [row] = [row for row in shop.send("GET", "rewards").json()["results"] if row["slug"] == "tea"]
    assert {name: row[name] for name in ("kind", "unit", "cost", "stock", "worth", "currency")} == {
        "kind": "discount",
        "unit": "points",
        "cost": 80,
        "stock": 5,
        "worth": "2.50",
        "currency": "EUR",
    }
    assert (row["can_redeem"], row["why_not"]) == (None, None)


@pytest.mark.parametrize("ref", ["nobody", "%00", "a" * 300])
def test_the_catalogue_of_nobody_is_not_found(shop, tea, ref):
    assert shop.send("GET", f"rewards?member={ref}").status_code == 404


def test_the_catalogue_asks_the_same_number_of_queries_for_1_and_20(shop, amara, points, tea):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            shop.send("GET", "rewards?member=amara")
        return len(queries)

    asked()
    once = asked()
    for number in range(19):
        rewards.offer(
            f"r{number}", unit=points, name="R", kind="product", cost=5 + number, actor=SYSTEM
        )
    assert asked() == once


def test_a_redemption_tells_of_its_coupons_but_never_their_codes(shop, amara, tea):
    answer = taken(shop, order_id="o-1")
    assert answer.status_code == 201
    told = answer.json()
    assert (told["order_id"], [c["state"] for c in told["coupons"]]) == ("o-1", ["assigned"])
    assert code_of() not in answer.content.decode()


def test_a_checkout_reserves_and_confirms(shop, amara, tea):
    """Reserve, confirm; the same key reserves once."""
    first, again = taken(shop, reserve_for=600), taken(shop, reserve_for=600)
    assert first.content == again.content
    made = first.json()
    assert (made["state"], made["entry"], made["coupons"]) == ("reserved", None, [])
    done = shop.send("POST", f"redemptions/{made['id']}/confirm").json()
    assert (done["state"], len(done["coupons"])) == ("confirmed", 1)
    undone = shop.send("POST", f"redemptions/{made['id']}/cancel").json()
    assert (undone["state"], undone["coupons"][0]["state"]) == ("cancelled", "void")


def test_a_till_checks_and_uses_a_coupon(shop, amara, tea):
    taken(shop)
    code = code_of()
    seen = shop.send("POST", "coupons/checks", {"code": code.lower()}).json()
    assert (seen["good"], seen["reward"], seen["state"]) == (True, "tea", "assigned")
    assert "amara" not in str(seen)
    used = shop.send("POST", "coupons/uses", {"code": code, "order_id": "o-9"}).json()
    assert (used["good"], used["state"], used["order_id"]) == (False, "burnt", "o-9")
    refused = shop.send("POST", "coupons/uses", {"code": code})
    assert (refused.status_code, refused.json()["code"]) == (409, "coupon_used")
    assert Redemption.objects.get().state == "fulfilled"


def test_a_partners_key_hears_the_same_of_foreign_and_unknown_codes(shop, amara, tea):
    taken(shop)
    _, text = keys.create("till", scopes=["coupons:write"], partner_id=4711, actor=SYSTEM)
    till = Shop(text)
    foreign = till.send("POST", "coupons/uses", {"code": code_of()})
    unknown = till.send("POST", "coupons/uses", {"code": "NOSUCHCODE99"})
    assert foreign.status_code == unknown.status_code == 404
    assert foreign.content == unknown.content
    assert Coupon.objects.get().state == "assigned"


def test_the_key_of_an_organisation_that_is_not_verified_takes_none(shop, amara, tea):
    """As its people's page: coupons are taken once it is verified, and not while it is suspended."""
    taken(shop)
    owner = person("finn@example.test")
    partner = partners.register("Finn's", owner=owner, actor=SYSTEM)
    Reward.objects.update(partner=partner)
    _, text = keys.create("till", scopes=["coupons:write"], partner_id=partner.pk, actor=SYSTEM)
    till, asked = Shop(text), {"code": code_of()}
    for path in ("coupons/checks", "coupons/uses"):
        assert till.send("POST", path, asked).status_code == 403
    partners.verify(partner, actor=SYSTEM)
    assert till.send("POST", "coupons/checks", asked).status_code == 200
    partners.suspend(partner, reason="Papers", actor=SYSTEM)
    assert till.send("POST", "coupons/uses", asked).status_code == 403
    assert Coupon.objects.get().state == "assigned"


def test_guessing_ends_with_429_also_under_an_idempotency_key(shop, amara, tea):
    """The miss is kept although the answer is a refusal."""
    taken(shop)
    for number in range(guesses.EACH):
        answer = shop.send(
            "POST",
            "coupons/checks",
            {"code": f"NOSUCH{number}"},
            **{"Idempotency-Key": f"guess-{number}"},
        )
        assert answer.status_code == 404
    answer = shop.send("POST", "coupons/checks", {"code": code_of()})
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_guesses")
    assert answer["Retry-After"] == "900"


def test_a_key_without_the_scope_may_not_ask(shop, amara, tea):
    taken(shop)
    till = shop_with("redemptions:write")
    assert till.send("POST", "coupons/checks", {"code": code_of()}).status_code == 403
    assert Member.objects.count() == 1


def test_what_a_person_looks_at_first_is_reserved_and_says_why(shop, amara, tea):
    """E64: the checkout is told, and cannot confirm it."""
    rule = review_rules.define(
        "all", name="All", side="spend", window_hours=1, most_times=0, actor=SYSTEM
    )
    review_rules.activate(rule, actor=SYSTEM)
    told = taken(shop).json()
    assert (told["state"], told["reason"], told["entry"]) == ("reserved", "in_review", None)
    answer = shop.send("POST", f"redemptions/{told['id']}/confirm", {})
    assert (answer.status_code, answer.json()["code"]) == (409, "in_review")
