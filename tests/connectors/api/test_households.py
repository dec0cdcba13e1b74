"""What a household keeps together, over the API."""

import pytest

from loyalty.rewards.operations import rewards
from members.models import Balance, Entry, HouseholdMove
from members.operations import households, ledger
from tests.books import faults
from tests.conftest import SYSTEM
from tests.connectors.conftest import shop_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(amara, bo):
    household = households.open(amara, name="Lindenweg 3", actor=SYSTEM)
    code = households.invite(amara, actor=SYSTEM).code
    households.join(bo, code=code, actor=SYSTEM)
    return household


def told(**more):
    return {"unit": "points", "amount": 150} | more


def test_in_and_out_and_what_is_kept(shop, amara, bo, home):
    """E11: each lot with its own end; the people, the head first."""
    made = shop.send("POST", "members/amara/household/contributions", told())
    assert made.status_code == 201
    move = made.json()
    assert (move["kind"], move["member"], move["amount"], move["household"], move["undone_at"]) == (
        "contribution", "amara", 150, home.pk, None,
    )  # fmt: skip
    made = shop.send("POST", "members/bo/household/draws", told(amount=120))
    assert (made.status_code, made.json()["kind"]) == (201, "draw")
    for ref in ("amara", "bo"):
        said = shop.send("GET", f"members/{ref}/household").json()
        assert (said["id"], said["name"], said["daily_limit"]) == (home.pk, "Lindenweg 3", None)
        assert [(seat["member"], seat["role"]) for seat in said["members"]] == [
            ("amara", "head"),
            ("bo", "member"),
        ]
        [purse] = said["balances"]
        assert (purse["unit"], purse["available"]) == ("points", 30)
        assert [part["amount"] for part in purse["expiring"]] == [30]
    line = Entry.objects.of_member(bo).latest("pk")
    answer = shop.send("GET", f"members/bo/entries/{line.pk}").json()
    assert (answer["amount"], answer["account"], answer["why"]) == (
        20,
        "wallet",
        "From our household",
    )
    assert faults() == []


def test_the_same_key_moves_once(shop, amara, home):
    """E85."""
    key = {"Idempotency-Key": "pocket-money"}
    path = "members/amara/household/contributions"
    first, second = (shop.send("POST", path, told(), **key) for _ in range(2))
    assert first.content == second.content
    assert HouseholdMove.objects.count() == 1
    assert shop.send("POST", path, told(amount=1), **key).status_code == 422


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("amara/household/contributions", {"amount": 601}, 409, "not_enough"),
        ("bo/household/draws", {"amount": 1}, 409, "not_enough"),
        ("amara/household/contributions", {"unit": "status"}, 409, "cannot_be_given"),
        ("dee/household/contributions", {}, 409, "no_household"),
        ("dee/household/draws", {}, 409, "no_household"),
        ("amara/household/contributions", {"amount": 0}, 400, None),
        ("amara/household/draws", {"amount": "1e3"}, 400, None),
        ("amara/household/draws", {"amount": 2**63}, 400, None),
        ("amara/household/contributions", {"unit": "gold"}, 404, None),
        ("nobody/household/draws", {}, 404, None),
    ],
)
def test_what_cannot_be_moved(shop, amara, bo, dee, home, path, body, status, code):
    """E11: refused, and nothing changes."""
    entries = Entry.objects.count()
    answer = shop.send("POST", f"members/{path}", told(**body))
    assert answer.status_code == status
    assert code in (None, answer.json()["code"])
    assert (Entry.objects.count(), HouseholdMove.objects.count()) == (entries, 0)


def test_a_member_without_a_household_has_none(shop, amara):
    assert shop.send("GET", "members/amara/household").status_code == 404
    assert shop.send("GET", "members/nobody/household").status_code == 404


def test_reading_is_not_writing(units, amara, home):
    """P12: the scope decides."""
    reader, writer = shop_with("members:read"), shop_with("members:write")
    assert reader.send("GET", "members/amara/household").status_code == 200
    assert writer.send("GET", "members/amara/household").status_code == 403
    for name in ("contributions", "draws"):
        answer = reader.send("POST", f"members/amara/household/{name}", told())
        assert answer.status_code == 403
    assert not HouseholdMove.objects.exists()


def test_a_household_costs_the_same_however_much_it_keeps(
    shop, amara, bo, points, home, django_assert_num_queries
):
    """Key, its use, member, household, seats, lots, purses."""
    path = "members/amara/household"
    shop.send("POST", f"{path}/contributions", told(amount=1))
    shop.send("GET", path)
    with django_assert_num_queries(6):
        shop.send("GET", path)
    shop.send("POST", f"{path}/contributions", told(amount=599))
    with django_assert_num_queries(6):
        assert len(shop.send("GET", path).json()["balances"][0]["expiring"]) == 3


def test_a_reward_takes_what_is_missing_from_the_household(shop, amara, bo, points, home):
    """E11: with one word; without it, there is not enough."""
    rewards.offer("lamp", unit=points, actor=SYSTEM, name="Lamp", kind="product", cost=250)
    shop.send("POST", "members/amara/household/contributions", told(amount=300))
    body = {"member": "bo", "reward": "lamp"}
    assert shop.send("POST", "redemptions", body).json()["code"] == "not_enough"
    both = body | {"use_household": True, "reserve_for": 60}
    assert shop.send("POST", "redemptions", both).status_code == 400
    made = shop.send("POST", "redemptions", body | {"use_household": True})
    assert (made.status_code, made.json()["cost"]) == (201, 250)
    assert Balance.objects.get(account__household=home).amount == 50
    assert Balance.objects.get(account=ledger.wallet(bo, points)).amount == 0
    assert faults() == []
