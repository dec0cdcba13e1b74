"""The badge wall and the leaderboards, as members read them."""

import pytest
from django.urls import reverse

from members import clock
from members.operations import ledger, members
from recognition.models import Badge, Leaderboard
from recognition.operations import badges, leaderboards, rarity
from tests.conftest import SYSTEM


def make(slug: str, **fields) -> Badge:
    fields = {"name": slug.title(), "criteria": f"Do {slug}."} | fields
    return badges.activate(badges.define(slug, actor=SYSTEM, **fields), actor=SYSTEM)


@pytest.fixture
def board(points):
    return Leaderboard.objects.create(
        slug="month",
        name="This month's board",
        unit=points,
        window="month",
        state="active",
        minimum_visible=3,
        created_at=clock.now(),
    )


def crowd(points, size: int) -> None:
    for number in range(size):
        who = members.enrol(f"m{number}", actor=SYSTEM, given_name=f"Name{number}", is_ranked=True)
        earn(who, points, 100 - number)


def earn(who, points, amount: int) -> None:
    ledger.accrue(
        who,
        unit=points,
        amount=amount,
        key=f"{who.ref}:{amount}",
        reason="Order",
        actor=SYSTEM,
        cause=("test", None),
    )
    leaderboards.refresh()


@pytest.mark.django_db
def test_the_wall_shows_what_is_mine_and_what_there_is_to_win(client, amara, bo):
    """UM11: criteria and rarity of each."""
    first, second = make("first"), make("second")
    award = badges.award(amara, badge=first, key="k", actor=SYSTEM, reason="Did it")
    badges.award(bo, badge=second, key="k", actor=SYSTEM, reason="Did it")
    client.force_login(amara.user)
    page = client.get(reverse("badges:wall"))
    assert [each.pk for each in page.context["awards"]] == [award.pk]
    assert [each.slug for each in page.context["open_badges"]] == ["second"]
    assert "Not counted yet" in page.content.decode()
    rarity.count()
    text = client.get(reverse("badges:wall")).content.decode()
    assert f'href="/b/{award.slug}/"' in text
    assert "Do second." in text and "<bdi>1</bdi> member holds it" in text


@pytest.mark.django_db
def test_a_visitor_sees_what_there_is_to_win_and_nobodys_badges(client, amara):
    award = badges.award(amara, badge=make("first"), key="k", actor=SYSTEM, reason="Did it")
    text = client.get(reverse("badges:wall")).content.decode()
    assert "Do first." in text and award.slug not in text


@pytest.mark.django_db
def test_a_revoked_badge_leaves_the_wall(client, amara):
    award = badges.award(amara, badge=make("first"), key="k", actor=SYSTEM, reason="Did it")
    badges.revoke(award, reason="Mistake", actor=SYSTEM)
    client.force_login(amara.user)
    assert client.get(reverse("badges:wall")).context["awards"] == []


@pytest.mark.django_db
def test_the_board_shows_the_top_and_me_with_three_either_side(client, bo, points, board):
    """UM15."""
    crowd(points, 20)
    earn(bo, points, 85)
    members.update(bo, is_ranked=True, actor=SYSTEM)
    client.force_login(bo.user)
    page = client.get(reverse("leaderboards:first"))
    assert [row.points for row in page.context["rows"]] == list(range(100, 90, -1))
    assert [row.points for row in page.context["around"]] == [87, 86, 85, 85, 84, 83, 82]
    assert page.context["mine"].rank == 16
    assert "Name3" not in page.content.decode()


@pytest.mark.django_db
def test_a_board_shows_the_name_that_a_member_chose(client, bo, points, board):
    """UM15: the same on the page, beside "You" and around; never an address."""
    members.update(bo, display_name="Tea Time", is_ranked=True, actor=SYSTEM)
    crowd(points, 5)
    earn(bo, points, 1_000)
    client.force_login(bo.user)
    text = client.get(reverse("leaderboards:first")).content.decode()
    assert text.count("Tea Time") == 2 and "You are listed as Tea Time." in text
    assert bo.email not in text and bo.pseudonym not in text


@pytest.mark.django_db
def test_who_has_not_joined_the_boards_is_absent_from_the_page(client, bo, amara, points, board):
    """UM15: nobody stands there who did not ask for it; one post joins, one leaves."""
    crowd(points, 5)
    earn(amara, points, 500)
    earn(bo, points, 400)
    client.force_login(bo.user)
    path = reverse("leaderboards:board", args=["month"])
    page = client.get(path)
    assert [row.points for row in page.context["rows"]] == [100, 99, 98, 97, 96]
    text = page.content.decode()
    assert "Amara" not in text and amara.pseudonym not in text and "1,100" not in text
    assert (page.context["mine"].rank, page.context["mine"].is_ranked) == (1, False)
    name = page.context["mine"].name
    assert f"others read the name {name}." in text
    answer = client.post(reverse("leaderboards:entry"), {"stand": "yes", "board": "month"})
    assert (answer.status_code, answer.url) == (302, path)
    page = client.get(path)
    assert [row.points for row in page.context["rows"]] == [400, 100, 99, 98, 97, 96]
    assert page.context["rows"][0].name == name
    client.post(reverse("leaderboards:entry"), {"stand": "no", "board": "elsewhere"})
    assert [row.points for row in client.get(path).context["rows"]] == [100, 99, 98, 97, 96]


@pytest.mark.django_db
def test_a_board_with_too_few_people_shows_nobody(client, bo, points, board):
    crowd(points, 2)
    client.force_login(bo.user)
    page = client.get(reverse("leaderboards:first"))
    assert page.context["rows"] == []
    assert "Too few to show yet" in page.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("window", ["week", "month", "year", "all"])
def test_every_window_knows_my_place(client, bo, points, board, window):
    crowd(points, 4)
    earn(bo, points, 98)
    client.force_login(bo.user)
    page = client.get(reverse("leaderboards:first"), {"window": window})
    assert (page.context["mine"].rank, page.context["mine"].points) == (3, 98)


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["?window=decade", "?window="])
def test_a_window_that_does_not_exist_is_not_found(client, bo, board, query):
    client.force_login(bo.user)
    assert client.get(reverse("leaderboards:first") + query).status_code == 404


@pytest.mark.django_db
def test_boards_are_for_members(client, db):
    assert client.get(reverse("leaderboards:first")).status_code == 302


@pytest.mark.django_db
def test_a_board_asks_a_constant_number_of_queries(
    client, bo, points, board, django_assert_max_num_queries
):
    crowd(points, 30)
    earn(bo, points, 72)
    members.update(bo, is_ranked=True, actor=SYSTEM)
    client.force_login(bo.user)
    with django_assert_max_num_queries(14):
        client.get(reverse("leaderboards:first"))
