"""The household page: start or join, put in, take out, undo, leave; and nobody else's."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from loyalty.rewards.operations import rewards
from members.models import Balance, Entry, Household, HouseholdMove, HouseholdSeat
from members.operations import households, ledger, purses
from tests.books import faults
from tests.conftest import SYSTEM

HOME = reverse("points:household")
SEATS = reverse("points:household_seats")
IN, OUT = (reverse(f"points:household_{name}") for name in ("contributions", "draws"))


@pytest.fixture(autouse=True)
def _no_guesses():
    cache.clear()


def browser(member) -> Client:
    client = Client()
    client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def amara_in(at_noon, amara):
    return browser(amara)


@pytest.fixture
def bo_in(at_noon, bo):
    return browser(bo)


@pytest.fixture
def home(at_noon, amara, bo) -> Household:
    household = households.open(amara, name="Lindenweg 3", actor=SYSTEM)
    code = households.invite(amara, actor=SYSTEM).code
    households.join(bo, code=code, actor=SYSTEM)
    return household


def form(unit, amount, name="contribute_form") -> dict:
    return {
        f"{name}-unit": unit.pk,
        f"{name}-amount": amount,
        f"{name}-key": str(uuid4()),
    }


def owned(member, unit) -> int:
    return Balance.objects.get(account=ledger.wallet(member, unit)).amount


def text_of(response) -> str:
    return response.content.decode()


def test_start_one_and_ask_somebody_in(amara_in, bo_in, amara, bo):
    """E11: plain forms; whoever joins sees first whose it is; the page names people as they show
    themselves to others."""
    page = text_of(amara_in.get(HOME))
    assert "Start a household" in page and "Join one" in page
    assert amara_in.post(HOME, {"name": " "}).status_code == 422
    assert amara_in.post(HOME, {"name": "Lindenweg 3"})["Location"] == HOME
    assert amara_in.post(reverse("points:household_invitation"))["Location"] == HOME
    code = str(Household.objects.get().invitation)
    assert code in text_of(amara_in.get(HOME))
    asked = bo_in.post(SEATS, {"code": code.lower()})
    assert (asked.status_code, HouseholdSeat.objects.count()) == (200, 1)
    assert "Lindenweg 3" in text_of(asked) and amara.public_name in text_of(asked)
    assert bo_in.post(SEATS, {"code": code, "sure": "yes"})["Location"] == HOME
    page = text_of(bo_in.get(HOME))
    assert amara.public_name in page and "Amara" not in page and "Ask somebody in" not in page
    assert HouseholdSeat.objects.get(member=bo).household == Household.objects.get()


def test_only_a_code_finds_a_household_and_guessing_tires(bo_in, home, amara, dee, at_noon):
    """No enumeration: everything that is no code gets one sentence, ten times an hour."""
    client = browser(dee)
    code = str(households.invite(amara, actor=SYSTEM))
    for guess in ("Lindenweg 3", amara.ref, "K7QP-3MXD", *("x" * n for n in range(1, 8))):
        page = client.post(SEATS, {"code": guess, "sure": "yes"})
        assert page.status_code == 422
        assert page.context["join_form"].errors["code"] == [
            "This code leads to no household. Ask for it again, letter by letter."
        ]
    assert client.post(SEATS, {"code": code, "sure": "yes"}).status_code == 429
    assert not HouseholdSeat.objects.filter(member=dee).exists()
    at_noon.shift(timedelta(minutes=61))
    assert client.post(SEATS, {"code": code, "sure": "yes"}).status_code == 302


def test_in_and_out_once_each_with_lines_in_plain_words(amara_in, bo_in, amara, bo, points, home):
    """E11, P1: a button pressed twice moves once; both statements say it."""
    sent = form(points, 150)
    for _ in range(2):
        assert amara_in.post(IN, sent)["Location"] == HOME
    assert (owned(amara, points), HouseholdMove.objects.count()) == (450, 1)
    assert bo_in.post(OUT, form(points, 20, "draw_form"))["Location"] == HOME
    assert owned(bo, points) == 20
    page = bo_in.get(HOME)
    [kept] = page.context["home"].kept
    assert (kept.together, kept.own) == (130, 20)
    assert [(each.amount) for each in kept.expiring] == [80]
    statement = reverse("points:statement")
    assert "To our household" in text_of(amara_in.get(statement))
    assert "one part of 150" in text_of(amara_in.get(statement))
    assert "From our household" in text_of(bo_in.get(statement))
    assert "one part of" not in text_of(bo_in.get(statement))
    assert "Lindenweg 3" in text_of(bo_in.get(statement))
    for entry in Entry.objects.filter(cause_kind="household"):
        (client,) = (amara_in,) if "To" in entry.reason else (bo_in,)
        seen = text_of(client.get(reverse("points:line", args=[entry.pk])))
        assert ("Earlier orders" in seen) == (client is amara_in)
    assert faults() == []


@pytest.mark.parametrize("amount", [601, 0, -5, "", "x", 10**10])
def test_what_cannot_be_put_in_is_said_and_the_input_stays(amount, amara_in, amara, points, home):
    """UA8: and nothing changes."""
    page = amara_in.post(IN, form(points, amount))
    assert page.status_code == 422
    assert page.context["contribute_form"]["amount"].value() == str(amount)
    assert (owned(amara, points), HouseholdMove.objects.count()) == (600, 0)


def test_status_points_are_not_kept_together(amara_in, units, home):
    assert amara_in.post(IN, form(units["status"], 1)).status_code == 422
    assert not HouseholdMove.objects.exists()


def test_undo_is_offered_to_whoever_moved_it_for_ten_minutes(
    amara_in, bo_in, amara, points, home, at_noon
):
    amara_in.post(IN, form(points, 150))
    move = HouseholdMove.objects.get()
    undo = reverse("points:household_move_return", args=[move.pk])
    assert undo in text_of(amara_in.get(HOME)) and undo not in text_of(bo_in.get(HOME))
    answer = bo_in.post(undo)
    assert (answer.status_code, owned(amara, points)) == (422, 450)
    assert "This is not yours." in text_of(answer)
    assert amara_in.post(undo)["Location"] == HOME
    assert owned(amara, points) == 600 and undo not in text_of(amara_in.get(HOME))
    amara_in.post(IN, form(points, 150))
    late = reverse("points:household_move_return", args=[HouseholdMove.objects.latest("pk").pk])
    at_noon.shift(timedelta(minutes=10))
    answer = amara_in.post(late)
    assert (answer.status_code, owned(amara, points)) == (422, 450)
    assert "The ten minutes are over." in text_of(answer)


def test_other_peoples_households_do_not_exist(at_noon, amara, bo, dee, points, home):
    """P12: neither a move nor a seat of somebody else's."""
    stranger = browser(dee)
    move = purses.contribute(amara, unit=points, amount=5, key="in", actor=SYSTEM)
    seat = HouseholdSeat.objects.get(member=bo)
    addresses = (
        reverse("points:household_move_return", args=[move.pk]),
        reverse("points:household_removal", args=[seat.pk]),
    )
    for address in addresses:
        assert stranger.post(address).status_code == 404
    households.open(dee, name="Dee's", actor=SYSTEM)
    for address in addresses:
        assert stranger.post(address).status_code == 404
    assert "Lindenweg" not in text_of(stranger.get(HOME))
    assert HouseholdSeat.objects.now().filter(household=home).count() == 2
    assert Balance.objects.get(account__household=home).amount == 5


def test_only_the_head_asks_in_limits_shows_out_and_closes(amara_in, bo_in, amara, bo, home):
    """E11: the others are told so, and nothing changes."""
    seats = {name: HouseholdSeat.objects.get(member=who) for name, who in
             (("amara", amara), ("bo", bo))}  # fmt: skip
    for name, sent in (
        ("invitation", {}),
        ("limit", {"limit": 5}),
        ("closing", {}),
    ):
        answer = bo_in.post(reverse(f"points:household_{name}"), sent)
        assert answer.status_code == 422
        assert "Only the head of the household can do this." in text_of(answer)
    shown_out = reverse("points:household_removal", args=[seats["amara"].pk])
    assert bo_in.post(shown_out).status_code == 422
    home.refresh_from_db()
    assert (home.daily_limit, home.closed_at, HouseholdSeat.objects.now().count()) == (
        None,
        None,
        2,
    )
    assert amara_in.post(reverse("points:household_limit"), {"limit": -1}).status_code == 422
    amara_in.post(reverse("points:household_limit"), {"limit": 5})
    assert "At most 5 a day." in text_of(bo_in.get(HOME))
    amara_in.post(reverse("points:household_limit"), {"limit": ""})
    assert Household.objects.get().daily_limit is None
    amara_in.post(reverse("points:household_removal", args=[seats["bo"].pk]))
    assert "Start a household" in text_of(bo_in.get(HOME))


def test_leaving_and_closing_bring_back_what_one_put_in(amara_in, bo_in, amara, bo, points, home):
    amara_in.post(IN, form(points, 600))
    bo_in.post(OUT, form(points, 50, "draw_form"))
    page = bo_in.post(reverse("points:household_departure"), follow=True)
    assert "You have left." in text_of(page)
    page = amara_in.post(reverse("points:household_closing"), follow=True)
    assert "The household is closed." in text_of(page)
    assert (owned(amara, points), owned(bo, points)) == (550, 50)
    for client in (amara_in, bo_in):
        assert client.post(IN, form(points, 1))["Location"] == HOME
        assert client.post(reverse("points:household_departure")).status_code == 422
    assert faults() == []


def test_a_reward_can_take_what_is_missing_from_the_household(bo_in, amara, bo, points, home):
    """E11: offered only when that is enough; one tick, one transaction."""
    for slug, cost in (("lamp", 250), ("dear", 401)):
        rewards.offer(slug, unit=points, actor=SYSTEM, name=slug, kind="product", cost=cost)
    purses.contribute(amara, unit=points, amount=400, key="in", actor=SYSTEM)
    lamp, dear = (reverse("rewards:reward", args=[slug]) for slug in ("lamp", "dear"))
    redeem = reverse("rewards:redeem", args=["lamp"])
    assert "use_household" not in text_of(bo_in.get(dear))
    page = bo_in.get(lamp)
    assert "Take what is missing from our household" in text_of(page)
    sent = {"key": str(page.context["form"]["key"].value())}
    assert bo_in.post(redeem, sent).status_code == 422
    answers = [bo_in.post(redeem, sent | {"use_household": "on"}) for _ in range(2)]
    assert len({answer["Location"] for answer in answers}) == 1
    assert Balance.objects.get(account__household=home).amount == 150
    assert faults() == []


#: Session, user, seats at desks, member; the seat, invitation, people, units, purses, wallets, what
#: ends soon, the count, the moves.
QUERIES = 13


def test_the_page_costs_the_same_however_much_happened(
    amara_in, amara, points, home, django_assert_num_queries
):
    purses.contribute(amara, unit=points, amount=1, key="first", actor=SYSTEM)
    amara_in.get(HOME)
    with django_assert_num_queries(QUERIES):
        amara_in.get(HOME)
    for number in range(14):
        purses.contribute(amara, unit=points, amount=1, key=f"{number}", actor=SYSTEM)
    with django_assert_num_queries(QUERIES):
        assert len(amara_in.get(HOME).context["home"].moves) == 15
