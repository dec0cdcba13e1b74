"""Applying for a grant as a partner does it."""

import pytest

from events_directory.models import Grant, GrantApplication
from events_directory.operations import applications, grants
from members.domain.actors import Actor
from tests.events_directory.conftest import ANSWERS

pytestmark = pytest.mark.django_db


@pytest.fixture
def console(client, eli, shop):
    client.force_login(eli)
    return client


def test_apply_leave_return_hand_in(console, pool, eli):
    """UP7 (narrow), D1: save at any step, come back, hand in; minor units inside."""
    asked = {"pool": pool.pk, "title": "Soldering", "amount": "400.5"}
    response = console.post("/partner/elis/grants/new/", asked)
    row = GrantApplication.objects.get()
    path = f"/partner/elis/grants/{row.pk}/"
    assert (response["Location"], row.requested, row.author) == (path, 40_050, eli)
    unfinished = console.post(f"{path}submission/", follow=True).content.decode()
    assert "Please answer every question" in unfinished
    assert console.post(f"{path}edit/", asked | ANSWERS).status_code == 302
    console.post(f"{path}submission/")
    row.refresh_from_db()
    assert row.state == "submitted"
    assert console.post(f"{path}edit/", asked).status_code == 422


@pytest.mark.parametrize("amount", ["0", "-1", "0.001", "a lot", ""])
def test_an_amount_the_currency_cannot_hold(console, pool, amount):
    asked = {"pool": pool.pk, "title": "Soldering", "amount": amount}
    assert console.post("/partner/elis/grants/new/", asked).status_code == 422
    assert not GrantApplication.objects.exists()


def test_the_page_tells_where_it_stands(console, application, pool, fay, ann):
    """UP8 (narrow)."""
    path = f"/partner/elis/grants/{application.pk}/"
    assert "Submitted" in console.get(path).content.decode()
    for user in (fay, ann):
        applications.approve(application, actor=Actor.user(user))
    grant = Grant.objects.get()
    part = grants.release(grant, amount=15_000, key="a", actor=Actor.user(fay))
    grants.pay(part, key="b", actor=Actor.user(ann))
    page = console.get(path).content.decode()
    assert "150.00\N{NO-BREAK SPACE}EUR / 400.00\N{NO-BREAK SPACE}EUR" in page


def test_a_refusal_is_read_with_its_reason_and_without_names(console, application, fay):
    applications.decline(application, reason="Too far away", actor=Actor.user(fay))
    page = console.get(f"/partner/elis/grants/{application.pk}/").content.decode()
    assert "Too far away" in page
    assert "fay@example.test" not in page


def test_withdraw(console, application):
    console.post(f"/partner/elis/grants/{application.pk}/withdrawal/")
    application.refresh_from_db()
    assert application.state == "withdrawn"


@pytest.mark.parametrize("tail", ["", "edit/", "submission/", "withdrawal/"])
def test_another_organisations_application_does_not_exist(
    client, application, gus, other_shop, tail
):
    """Authorization: P2 reads 404 under both slugs."""
    client.force_login(gus)
    ask = client.get if tail in ("", "edit/") else client.post
    for slug in ("elis", "gus"):
        assert ask(f"/partner/{slug}/grants/{application.pk}/{tail}").status_code == 404
    application.refresh_from_db()
    assert application.state == "submitted"
