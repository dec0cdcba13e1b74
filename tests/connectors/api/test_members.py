"""Members, balances, statements, rewards by API."""

from datetime import timedelta
from functools import partial

import pytest

from loyalty.campaigns.operations import standard
from loyalty.rewards.models import Redemption, Reward
from members import clock
from members.models import Activity, Consent, Member
from members.operations import ledger, programme
from tests.conftest import SYSTEM
from tests.connectors.api.test_activities import EVENT
from tests.connectors.conftest import Shop
from tests.together import together

pytestmark = pytest.mark.django_db


def test_put_enrols_and_then_updates(shop):
    body = {
        "email": "zoe@example.test",
        "given_name": "Zoe",
        "birthday": "1990-02-29",
        "time_zone": "Asia/Kathmandu",
        "consents": [{"purpose": "programme", "channel": "email", "granted": True}],
    }
    first = shop.send("PUT", "members/zoe", body)
    assert first.status_code == 201
    assert first.json()["birthday"] == "02-29"
    second = shop.send("PUT", "members/zoe", {"given_name": "Zoë"})
    assert (second.status_code, second.json()["given_name"]) == (200, "Zoë")
    assert second.json()["email"] == "zoe@example.test"
    assert Consent.objects.get(member__ref="zoe").granted is True


@pytest.mark.parametrize(
    "body",
    [{"birthday": "02-30"}, {"time_zone": "Mars/Olympus"}, {"email": "x"}, {"language": "!"}],
)
def test_bad_member_input_changes_nothing(shop, body):
    response = shop.send("PUT", "members/zoe", body)
    assert response.status_code in (400, 409)
    assert response["Content-Type"] == "application/problem+json"
    assert not Member.objects.filter(ref="zoe").exists()


def test_fields_that_are_not_the_callers_are_ignored(shop, bo):
    shop.send(
        "PUT", "members/bo", {"is_ranked": True, "id": 1, "user": 1, "erased_at": "2026-01-01"}
    )
    bo.refresh_from_db()
    assert bo.is_ranked is False
    assert bo.erased_at is None


def test_balances_by_unit_with_lots_and_tier(shop, amara):
    """E9, E12: now, and at a past instant."""
    body = shop.send("GET", "members/amara/balances").json()
    points = next(row for row in body["balances"] if row["unit"] == "points")
    assert (points["available"], points["pending"], points["held"], points["debt"]) == (
        600,
        0,
        0,
        0,
    )
    assert [lot["amount"] for lot in points["expiring"]] == [100, 200, 300]
    assert body["tier"]["slug"] == "bronze"
    assert body["tier"]["next"] == {"slug": "silver", "missing": 150}
    past = (clock.now() - timedelta(days=1)).isoformat()
    body = shop.send("GET", f"members/amara/balances?as_of={past}").json()
    assert sum(row["available"] for row in body["balances"]) == 0


def test_the_statement_and_an_entry_with_its_lots(shop, amara):
    """E2: the exact lots and amounts."""
    Reward.objects.create(
        slug="mug",
        name="A mug",
        kind="product",
        unit_id=amara.accounts.first().unit_id,
        cost=250,
        state="active",
    )
    made = shop.send("POST", "redemptions", {"member": "amara", "reward": "mug"})
    assert made.status_code == 201
    rows = shop.send("GET", "members/amara/entries").json()["results"]
    assert [(row["kind"], row["amount"], row["balance_after"]) for row in rows] == [
        ("redemption", -250, 350),
        ("accrual", 300, 600),
        ("accrual", 200, 300),
        ("accrual", 100, 100),
    ]
    detail = shop.send("GET", f"members/amara/entries/{rows[0]['id']}").json()
    assert [lot["amount"] for lot in detail["lots"]] == [100, 150]
    assert detail["why"] == "Redeemed: A mug"


def test_an_entry_leads_to_its_rule_the_values_seen_and_the_cap(shop, bo):
    """E2, E38, E41: which rule in which version, what it saw, and what cut the second order's bonus."""
    standard.publish(
        {
            "slug": "capped",
            "name": "Capped",
            "triggers": ["order.placed"],
            "conditions": {"all": [{"field": "order.base", "op": "at_least", "value": "20"}]},
            "effects": [{"kind": "earn", "unit": "points", "amount": 7}],
            "limit": {"times": 1, "per": "life"},
        },
        actor=SYSTEM,
    )
    for id in ("A-1", "A-2"):
        shop.send("POST", "activities", EVENT | {"id": id})
    rows = shop.send("GET", "members/bo/entries").json()["results"]
    [seven] = [row for row in rows if row["amount"] == 7]
    told = shop.send("GET", f"members/bo/entries/{seven['id']}").json()
    assert (told["campaign"], told["rule_version"], told["lots"]) == ("capped", 1, [])
    [first] = _said_of("capped", shop.send("GET", f"activities/{told['cause']['id']}").json())
    assert (first["passed"], first["tests"]) == (
        True,
        [["order.base", "at_least", "29.98", True]],
    )
    second = Activity.objects.get(external_id="A-2")
    [cut] = _said_of("capped", shop.send("GET", f"activities/{second.pk}").json())
    assert (cut["passed"], cut["why"]) == (False, "The limit of 1 ever has been reached")


def _said_of(campaign: str, activity: dict) -> list[dict]:
    return [one for one in activity["trace"] if one["campaign"] == campaign]


def test_another_members_entry_is_a_404(shop, amara, bo):
    shop.send("POST", "activities", EVENT)
    entry = shop.send("GET", "members/bo/entries").json()["results"][0]["id"]
    assert shop.send("GET", f"members/amara/entries/{entry}").status_code == 404
    assert shop.send("GET", "members/nobody/balances").status_code == 404


def test_a_refused_redemption_is_a_409_with_its_code(shop, bo, points):
    Reward.objects.create(
        slug="mug", name="A mug", kind="product", unit=points, cost=250, state="active"
    )
    response = shop.send("POST", "redemptions", {"member": "bo", "reward": "mug"})
    assert (response.status_code, response.json()["code"]) == (409, "not_enough")
    assert not Redemption.objects.exists()


def test_redeeming_and_cancelling_with_one_key(shop, amara, points):
    Reward.objects.create(
        slug="mug", name="A mug", kind="product", unit=points, cost=250, stock=3, state="active"
    )
    body, key = {"member": "amara", "reward": "mug", "quantity": 1}, {"Idempotency-Key": "k"}
    first = shop.send("POST", "redemptions", body, **key)
    assert shop.send("POST", "redemptions", body, **key).content == first.content
    assert shop.send("GET", "rewards").json()["results"][0]["stock"] == 2
    cancelled = shop.send("POST", f"redemptions/{first.json()['id']}/cancel")
    assert cancelled.json()["state"] == "cancelled"
    assert Reward.objects.get().stock == 3


def test_a_list_costs_the_same_whatever_its_length(shop, amara, django_assert_num_queries):
    for number in range(3):
        shop.send("POST", "activities", {**EVENT, "id": f"q{number}", "subject": "amara"})
    with django_assert_num_queries(4):
        assert len(shop.send("GET", "members/amara/entries").json()["results"]) == 9


def test_long_idempotency_keys_that_differ_at_the_end_are_two_redemptions(shop, bo, points):
    body = {"member": "bo", "reward": "tea"}
    Reward.objects.create(
        slug="tea", name="Tea", kind="product", unit=points, cost=5, state="active"
    )
    ledger.accrue(
        bo, unit=points, amount=20, key="k", reason="x", actor=SYSTEM, cause=("test", None)
    )
    answers = [
        shop.send("POST", "redemptions", body, **{"Idempotency-Key": "k" * 199 + end}).json()
        for end in "abb"
    ]
    assert answers[0]["id"] != answers[1]["id"] and answers[1] == answers[2]
    assert Redemption.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_tellings_of_a_new_member_at_once_both_count(shop):
    """A28: neither is lost and neither breaks."""
    tellings = [{"given_name": "Zoe"}, {"family_name": "Abel"}, {"birthday": "05-04"}]
    answers: list[int] = []

    def tell(body) -> None:
        answers.append(Shop(shop.key).send("PUT", "members/zoe", body).status_code)

    assert together(*(partial(tell, body) for body in tellings)) == ["done"] * 3
    assert set(answers) <= {200, 201}
    zoe = Member.objects.get(ref="zoe")
    assert (zoe.given_name, zoe.family_name, zoe.birth_month, zoe.birth_day) == (
        "Zoe",
        "Abel",
        5,
        4,
    )


def test_tiers_on_every_ladder_as_of_any_instant(shop, amara, units):
    """E12, E53, E54: the tier then and now, what is projected, and what it takes."""
    garden = programme.add_group(
        "garden", name="Garden", unit=units["points"], actor=SYSTEM, window="calendar"
    )
    for slug, threshold in (("seed", 0), ("tree", 1000)):
        programme.add_tier(garden, slug=slug, name=slug, threshold=threshold, actor=SYSTEM)
    now = clock.now()
    ledger.accrue(
        amara,
        unit=units["status"],
        amount=160,
        key="status",
        reason="Orders",
        actor=SYSTEM,
        cause=("test", None),
        at=now - timedelta(days=100),
    )
    body = shop.send("GET", "members/amara/balances").json()
    assert [(tier["group"], tier["slug"]) for tier in body["tiers"]] == [
        ("status", "silver"),
        ("garden", "seed"),
    ]
    assert body["tier"] == body["tiers"][0]
    silver = body["tier"]
    assert (silver["cause"], silver["status_points"], silver["supported"]) == ("reached", 160, True)
    assert (silver["projected"], silver["to_keep"], silver["in_grace"]) == ("bronze", 150, False)
    assert silver["lost_at"] == silver["review_at"]
    assert silver["next"] == {"slug": "gold", "missing": 240}
    for days, slug in ((101, "bronze"), (99, "silver")):
        past = (now - timedelta(days=days)).isoformat()
        then = shop.send("GET", f"members/amara/balances?as_of={past}").json()
        assert then["tier"]["slug"] == slug
