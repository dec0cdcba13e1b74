"""Badges, boards and nominations over the API."""

import pytest

from recognition.models import Nomination
from recognition.operations import badges, leaderboards
from tests.conftest import SYSTEM
from tests.connectors.conftest import shop_with
from tests.recognition.conftest import give, propose

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

READS = (
    "badges",
    "members/amara/badges",
    "leaderboards",
    "leaderboards/points-this-month",
    "nominations",
    "nominations/neighbour-q4",
)


@pytest.fixture
def shop(db):
    return shop_with("badges:read", "nominations:read", "nominations:write")


def told(response, status=200):
    assert response.status_code == status, response.content
    return response.json()


@pytest.mark.parametrize("path", READS)
def test_scopes_are_asked(client, amara, board, cycle, path):
    """Authorization: 401 without a key, 403 without the scope, nothing written."""
    assert client.get(f"/api/v1/{path}").status_code == 401
    assert shop_with("rewards:read").send("GET", path).status_code == 403
    assert shop_with("nominations:read").send("POST", "nominations", {}).status_code == 403


def test_badges_with_their_holders(shop, badge, amara):
    """A1."""
    give(amara, badge)
    assert told(shop.send("GET", "badges"))["results"] == [
        {
            "slug": "first-refill",
            "name": "First refill",
            "criteria": "Send one container back.",
            "description": "",
            "motif": "recycle",
            "metal": "",
            "is_repeatable": False,
            "holders": 1,
        }
    ]


def test_the_badges_of_a_member(shop, badge, amara):
    """A11: revoked awards stay, and say so."""
    award = give(amara, badge)
    badges.revoke(award, reason="Wrong container", actor=SYSTEM)
    assert told(shop.send("GET", "members/amara/badges"))["results"] == [
        {
            "badge": "first-refill",
            "name": "First refill",
            "seq": 1,
            "reason": "Your first container came back",
            "awarded_at": "2026-06-15T14:00:00+02:00",
            "revoked_at": "2026-06-15T14:00:00+02:00",
            "is_public": True,
            "page": f"http://testserver/b/{award.slug}/",
        }
    ]
    assert shop.send("GET", "members/nobody/badges").status_code == 404


def test_a_board_page_by_page(shop, board, six):
    """A24, A25, A28: ranks continue, names are aliases, the address of the next page is given."""
    leaderboards.refresh()
    page = told(shop.send("GET", "leaderboards/points-this-month?window=month&page_size=4"))
    rows = page.pop("results")
    following = page.pop("next")
    assert page == {
        "slug": "points-this-month",
        "name": "Points this month",
        "unit": "points",
        "ties": "competition",
        "window": {"kind": "month", "starts_on": "2026-06-01", "ends_on": "2026-07-01"},
        "is_hidden": False,
        "previous": None,
    }
    rest = told(shop.get(following, headers={"Authorization": f"Bearer {shop.key}"}))
    assert rest["next"] is None
    assert [(row["rank"], row["points"]) for row in rows + rest["results"]] == [
        (1, 60),
        (2, 50),
        (2, 50),
        (4, 30),
        (5, 20),
        (6, 10),
    ]
    assert {tuple(row) for row in rows} == {("rank", "id", "name", "points")}
    assert all(row["name"] == f"Member {row['id'][:6].upper()}" for row in rows)


def test_a_board_in_own_dates_and_hidden(shop, board, six):
    """A24, A27: three people in those days are too few."""
    leaderboards.refresh()
    page = told(
        shop.send(
            "GET",
            "leaderboards/points-this-month?window=custom&from=2026-06-05&until=2026-06-08",
        )
    )
    assert (page["is_hidden"], page["results"]) == (True, [])
    assert page["window"] == {
        "kind": "custom",
        "starts_on": "2026-06-05",
        "ends_on": "2026-06-08",
    }


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("window=decade", "/window"),
        ("window=custom", "/from"),
        ("window=month&after=x", "/after"),
        ("page_size=201", "/page_size"),
        ("page_size=-1", "/page_size"),
        ("on=tomorrow", "/on"),
    ],
)
def test_what_cannot_be_read_is_said(shop, board, query, pointer):
    """CONTRACT: problem details with a pointer."""
    fault = told(shop.send("GET", f"leaderboards/points-this-month?{query}"), 400)
    assert fault["code"] == "invalid"
    assert [error["pointer"].removesuffix("/0") for error in fault["errors"]] == [pointer]


def test_cycles_are_read_with_their_criteria_and_without_statements(shop, cycle, amara, bo):
    """B1; authorization: keys read no nomination."""
    propose(cycle, bo, amara, "A private story.")
    response = shop.send("GET", "nominations/neighbour-q4")
    assert "private" not in response.content.decode()
    answer = told(response)
    assert (answer["state"], answer["criteria_version"]) == ("open", 1)
    assert answer["criteria"][0] == {
        "key": "kindness",
        "title": "Kindness",
        "description": "Made the street a better place to live in",
        "weight": 50,
    }
    assert [one["slug"] for one in told(shop.send("GET", "nominations"))["results"]] == [
        "neighbour-q4"
    ]


def test_a_nomination_is_recorded_once(shop, cycle, amara, bo):
    """B2, B3: 201 with who and whom; the same again is refused with its code."""
    body = {"cycle": "neighbour-q4", "nominator": "bo", "nominee": "amara", "statement": "Kind."}
    answer = told(shop.send("POST", "nominations", body), 201)
    made = Nomination.objects.get()
    assert answer == {
        "id": made.pk,
        "cycle": "neighbour-q4",
        "nominator": "bo",
        "nominee": "amara",
        "made_at": "2026-06-15T14:00:00+02:00",
    }
    assert told(shop.send("POST", "nominations", body), 409)["code"] == "nominated_already"
    assert shop.send("POST", "nominations", body | {"nominee": "nobody"}).status_code == 404
    assert shop.send("POST", "nominations", body | {"statement": ""}).status_code == 400
    assert Nomination.objects.count() == 1


def test_lists_cost_a_constant_number_of_queries(
    shop, badge, board, six, cycle, django_assert_num_queries
):
    leaderboards.refresh()
    for member in six:
        give(member, badge)
    shop.send("GET", "badges")
    for path, queries in (
        ("badges", 2),
        ("members/m1/badges", 3),
        ("leaderboards", 2),
        ("leaderboards/points-this-month", 4),
        ("nominations", 2),
    ):
        with django_assert_num_queries(queries):
            assert shop.send("GET", path).status_code == 200
