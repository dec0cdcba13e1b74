"""The staff console: buttons that ask first and run operations, rows that nobody edits."""

import pytest
from django.apps import apps

from events_directory.models import (
    Booking,
    Disbursement,
    Grant,
    MicroEvent,
    Partner,
    Pool,
)
from events_directory.operations import applications, bookings, grants, micro_events, partners
from members.domain.actors import Actor
from members.models import AuditRow
from tests.conftest import SYSTEM
from tests.events_directory.conftest import evening

pytestmark = pytest.mark.django_db

HOME = "/admin/events_directory"


@pytest.fixture
def console(client, fay):
    client.force_login(fay)
    return client


def press(client, path: str, **fields):
    """Fill in the dialog that a button opens, and send it."""
    sent = {"_form_submitted": "on"} | fields
    return client.post(f"{HOME}/{path}/", sent, headers={"hx-request": "true"})


@pytest.fixture
def submitted(drafted):
    evening(drafted)
    return micro_events.submit(drafted, actor=SYSTEM)


def test_a_look_changes_nothing_and_a_press_publishes(console, submitted):
    """C1: a GET only asks; the POST runs the operation and leaves its audit row."""
    path = f"microevent/{submitted.pk}/publish"
    assert "Everybody can find and book it then." in console.get(f"{HOME}/{path}/").content.decode()
    submitted.refresh_from_db()
    assert submitted.state == "in_review"
    answer = press(console, path)
    assert answer["HX-Redirect"] == f"{HOME}/microevent/{submitted.pk}/change/"
    submitted.refresh_from_db()
    assert submitted.state == "published"
    assert AuditRow.objects.get(verb="events_directory.micro_event.published").actor_name == "Fay"


def test_what_a_button_asks_stands_as_a_page_too(console, submitted):
    """UA: opened in another tab or without scripts, it has the console around it, and leads back."""
    path = f"{HOME}/microevent/{submitted.pk}/reject/"
    within = console.get(path, headers={"hx-request": "true"}).content.decode()
    page = console.get(path).content.decode()
    assert "<html" in page and "Micro-events" in page and 'id="dialog"' in page
    assert "<html" not in within and 'id="dialog"' in within
    assert "hx-post" in within and "hx-post" not in page
    refused = console.post(path, {"_form_submitted": "on", "reason": ""})
    assert "<html" in refused.content.decode()
    sent = {"_form_submitted": "on", "reason": "Say what to bring."}
    assert console.post(path, sent).url == f"{HOME}/microevent/{submitted.pk}/change/"
    submitted.refresh_from_db()
    assert submitted.state == "rejected"


def test_sending_back_needs_a_reason(console, submitted):
    path = f"microevent/{submitted.pk}/reject"
    press(console, path, reason="")
    submitted.refresh_from_db()
    assert submitted.state == "in_review"
    press(console, path, reason="Say what to bring.")
    submitted.refresh_from_db()
    assert (submitted.state, submitted.state_reason) == ("rejected", "Say what to bring.")


def test_bulk_publication_names_what_was_refused(console, submitted, shop, venue):
    """US16 (narrow): partial failures are listed."""
    draft = micro_events.draft(shop, title="Not ready", venue=venue, category="talk", actor=SYSTEM)
    page = console.post(
        f"{HOME}/microevent/",
        {"action": "publish_all", "_selected_action": [submitted.pk, draft.pk]},
        follow=True,
    )
    said = [str(message) for message in page.context["messages"]]
    assert said == ["Not ready: This is not possible any more: it is draft.", "1 done."]
    assert set(MicroEvent.objects.values_list("state", flat=True)) == {"published", "draft"}


def test_nobody_presses_a_button_for_their_own_organisation(
    console, submitted, application, shop, fay
):
    """D7, C1: the button is not offered and not obeyed."""
    partners.seat(shop, user=fay, role="helper", actor=SYSTEM)
    assert press(console, f"microevent/{submitted.pk}/publish").status_code == 403
    assert press(console, f"grantapplication/{application.pk}/approve").status_code == 403
    submitted.refresh_from_db()
    assert (submitted.state, application.approvals.count()) == ("in_review", 0)


def test_from_application_to_payment(client, application, pool, fay, ann):
    """D6, D7: two approvals, a release, a payment by other hands."""
    for user in (fay, ann):
        client.force_login(user)
        press(client, f"grantapplication/{application.pk}/approve")
    grant = Grant.objects.get()
    press(client, f"grant/{grant.pk}/release", amount="150.00", key="a")
    press(client, f"grant/{grant.pk}/release", amount="150.00", key="a")  # a double click
    part = Disbursement.objects.get()
    press(client, f"disbursement/{part.pk}/pay", key="b", bank_reference="SEPA")
    assert Disbursement.objects.get().state == "payable"  # released by the same person
    client.force_login(fay)
    press(client, f"disbursement/{part.pk}/pay", key="b", bank_reference="SEPA")
    press(client, f"grant/{grant.pk}/revoke", reason="The café closed")
    assert Pool.objects.get().balances() == {
        "deposits": 100_000,
        "available": 85_000,
        "committed": 0,
        "payable": 0,
        "disbursed": 15_000,
    }


def test_a_pool_is_set_up_and_filled(console):
    console.post(
        f"{HOME}/pool/add/",
        {"name": "South pool", "slug": "south", "purpose": "Trees", "currency": "JPY"},
    )
    pool = Pool.objects.get()
    press(console, f"pool/{pool.pk}/deposit", amount="5000", key="k", note="Raffle")
    press(console, f"pool/{pool.pk}/deposit", amount="0.5", key="l", note="Raffle")
    assert pool.balances()["available"] == 5000
    press(console, f"pool/{pool.pk}/switch")
    assert not Pool.objects.get().is_open


def test_partners_are_verified_and_seated(console, eli, gus):
    partner = partners.register("Eli's café", owner=eli, actor=SYSTEM)
    path = f"partner/{partner.pk}"
    press(console, f"{path}/verify")
    press(console, f"{path}/give_role", email="nobody@example.test", role="helper")
    press(console, f"{path}/give_role", email="GUS@example.test", role="helper")
    press(console, f"{path}/end_role", email="gus@example.test")
    press(console, f"{path}/end_role", email="eli@example.test")  # the last owner stays
    press(console, f"{path}/change_plan", plan="featured")
    press(console, f"{path}/suspend", reason="Papers")
    partner = Partner.objects.get()
    assert (partner.state, partner.plan, partner.seats.count()) == ("suspended", "featured", 2)
    assert [seat.user for seat in partner.seats.held_now()] == [eli]


@pytest.fixture
def everything(console, booking, application, fay, ann, occurrence):
    """One row of each kind."""
    bookings.cancel(booking, actor=SYSTEM)
    for user in (fay, ann):
        applications.approve(application, actor=Actor.user(user))
    grants.release(Grant.objects.get(), amount=1, key="k", actor=Actor.user(fay))
    return console


@pytest.mark.parametrize(
    "model",
    [
        "partner",
        "microevent",
        "occurrence",
        "booking",
        "checkin",
        "pool",
        "poolentry",
        "grantapplication",
        "grant",
        "disbursement",
    ],
)
def test_every_page_opens_and_none_edits(everything, model):
    """Nothing is saved by hand: no add (but pools), no change, no delete."""
    assert everything.get(f"{HOME}/{model}/").status_code == 200
    row = next(iter(_model(model).objects.order_by("pk")[:1]), None)
    if row is not None:
        assert everything.get(f"{HOME}/{model}/{row.pk}/change/").status_code == 200
        assert everything.post(f"{HOME}/{model}/{row.pk}/change/", {}).status_code == 403
        assert everything.post(f"{HOME}/{model}/{row.pk}/delete/", {}).status_code == 403
    assert everything.get(f"{HOME}/{model}/add/").status_code == (200 if model == "pool" else 403)


def _model(name: str):
    return apps.get_model("events_directory", name)


def test_staff_without_the_right_are_refused(client, submitted, application, django_user_model):
    """Function denial is 403 for staff with only other permissions."""
    user = django_user_model.objects.create_user("new@example.test", "x" * 20, is_staff=True)
    client.force_login(user)
    for path in (
        f"microevent/{submitted.pk}/publish",
        f"grantapplication/{application.pk}/approve",
    ):
        assert press(client, path).status_code == 403
    assert Booking.objects.count() == 0
    submitted.refresh_from_db()
    assert submitted.state == "in_review"
