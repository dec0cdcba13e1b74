"""The page on which members take their data with them, or leave."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from loyalty.measurement.admin.privacy import foresee_erasure
from members import clock
from members.domain.actors import Actor
from members.errors import NotTheReference
from members.models import Member, MemberExport
from members.operations import jobs
from tests.portal.test_signing_in import PASSWORD, ama, sign_in
from tests.staff.conftest import client_of

__all__ = ["ama"]

pytestmark = pytest.mark.django_db

PAGE = "/account/privacy/"


@pytest.fixture
def here(ama) -> Client:
    """Amara, who has just shown who she is."""
    client = Client()
    sign_in(client, ama.user)
    client.post(f"/account/reauthenticate/?next={PAGE}", {"password": PASSWORD})
    return client


def test_a_copy_is_made_and_fetched_by_its_member_alone(here, ama, bo):
    """UM24."""
    assert here.post(f"{PAGE}copies/").url == PAGE
    assert "is being made" in here.get(PAGE).content.decode()
    while jobs.work_off():
        pass
    export = MemberExport.objects.get()
    assert "Fetch the file" in here.get(PAGE).content.decode()
    answer = here.get(f"{PAGE}copies/{export.pk}/")
    assert (answer["Content-Type"], answer.content[:2]) == ("application/zip", b"PK")
    assert answer["Cache-Control"] == "private, no-store"
    stranger = Client()
    stranger.force_login(bo.user)
    session = stranger.session
    session.update(
        {
            "account_authentication_methods": [
                {"method": "password", "at": clock.now().timestamp(), "reauthenticated": True}
            ],
            "account_authentication_methods_user": str(bo.user.pk),
        }
    )
    session.save()
    assert stranger.get(f"{PAGE}copies/{export.pk}/").status_code == 404


def test_a_copy_expires(here):
    here.post(f"{PAGE}copies/")
    while jobs.work_off():
        pass
    export = MemberExport.objects.get()
    MemberExport.objects.update(expires_at=clock.now())
    assert here.get(f"{PAGE}copies/{export.pk}/").status_code == 404
    assert "Make a copy" in here.get(PAGE).content.decode()


@pytest.mark.parametrize("path", ["copies/", "erasure/"])
def test_both_ask_first_who_it_is(ama, path):
    """Attack 15: after five minutes anew."""
    client = Client()
    sign_in(client, ama.user)
    assert client.post(PAGE + path).url.startswith("/account/reauthenticate/")
    assert not MemberExport.objects.exists()
    client.post(f"/account/reauthenticate/?next={PAGE}", {"password": PASSWORD})
    with time_machine.travel(clock.now() + timedelta(minutes=6)):
        assert client.post(PAGE + path).url.startswith("/account/reauthenticate/")


def test_leaving_says_first_what_becomes_of_the_points(here, ama):
    """UM24: deletion says what happens to points first."""
    page = here.get(f"{PAGE}erasure/").content.decode()
    assert "These points end at once" in page and "600" in page
    refused = here.post(f"{PAGE}erasure/", {"word": "yes"})
    assert refused.status_code == 422
    assert Member.objects.get(pk=ama.pk).erased_at is None
    left = here.post(f"{PAGE}erasure/", {"word": "erase"}, follow=True)
    assert "You are erased." in left.content.decode()
    gone = Member.objects.get(pk=ama.pk)
    assert (gone.user, gone.email, gone.erased_at is None) == (None, "", False)
    sign_in(again := Client(), ama.user)
    assert "_auth_user_id" not in again.session


def test_staff_do_it_for_a_member_who_asked(fay, ama):
    page = f"/admin/members/member/{ama.pk}/erase/"
    asked = {"ref": "amara", "reason": "Asked by letter"}
    foreseen = client_of(fay).post(page, asked)
    assert "600" in foreseen.content.decode()
    assert Member.objects.get(pk=ama.pk).erased_at is None
    assert client_of(fay).post(page, asked | {"sure": "1"}).status_code == 302
    assert Member.objects.get(pk=ama.pk).erased_at is not None


def test_the_wrong_reference_erases_nobody(fay, ama):
    with pytest.raises(NotTheReference):
        foresee_erasure(ama, actor=Actor.user(fay), ref="bo", reason="x")
