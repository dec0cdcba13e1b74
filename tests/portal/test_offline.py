"""What the server says to the service worker, and to the browser when somebody signs out."""

import json
import re

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

from loyalty.middleware import visitor_word
from loyalty.rewards.operations import redemptions
from tests.conftest import SYSTEM, person
from tests.rewards.views.test_portal import offer

pytestmark = pytest.mark.django_db


def shell_of(client) -> dict:
    text = client.get(reverse("worker")).content.decode()
    return json.loads(re.match(r"self\.SHELL = (.*);\n", text)[1])


def test_the_worker_has_the_whole_site_in_its_scope_and_is_never_old(client):
    """UA10: its address is at the root; the browser asks anew each time."""
    response = client.get("/worker.js")
    assert response["Content-Type"] == "text/javascript; charset=utf-8"
    assert "no-cache" in response["Cache-Control"]
    assert 'importScripts("/static/js/worker.js")' in response.content.decode()
    assert "connect-src 'self'" in response["Content-Security-Policy"]


def test_every_file_that_it_keeps_is_there(client):
    for address in shell_of(client)["files"]:
        assert finders.find(address.removeprefix("/static/")), address


def test_the_offline_page_says_nothing_about_anybody(client, amara):
    visitors = client.get("/offline/").content.decode()
    client.force_login(amara.user)
    members = client.get("/offline/").content.decode()
    nonce = re.compile(r'nonce="[^"]+"')
    assert nonce.sub("", members) == nonce.sub("", visitors)
    assert amara.user.email not in members


def test_only_vouchers_may_be_kept_and_say_whose_they_are(client, amara, points):
    """UM9."""
    taken = redemptions.redeem(amara, reward=offer(points, "tea", 80), key="k", actor=SYSTEM)
    client.force_login(amara.user)
    mine = visitor_word(str(amara.user.pk))
    kept = {
        path: (answer.get("X-Offline"), answer["X-Visitor"])
        for path in (
            "/",
            "/points/",
            "/rewards/",
            "/rewards/tea/",
            "/rewards/vouchers/",
            f"/rewards/vouchers/{taken.pk}/",
            f"/rewards/vouchers/{taken.pk}/print/",
        )
        if (answer := client.get(path)).status_code == 200
    }
    assert kept == {
        "/": (None, mine),
        "/points/": (None, mine),
        "/rewards/": (None, mine),
        "/rewards/tea/": (None, mine),
        "/rewards/vouchers/": ("keep", mine),
        f"/rewards/vouchers/{taken.pk}/": ("keep", mine),
        f"/rewards/vouchers/{taken.pk}/print/": ("keep", mine),
    }
    assert Client().get("/")["X-Visitor"] == "nobody"
    assert str(amara.user.pk) not in (mine, "nobody")


@pytest.mark.parametrize("way", ["account_logout", "admin:logout"])
def test_signing_out_clears_what_the_browser_keeps(client, fay, way):
    """UM9: by whichever door, and only then."""
    client.force_login(fay)
    assert "Clear-Site-Data" not in client.get("/")
    assert "Clear-Site-Data" not in client.post("/language/", {"language": "de", "next": "/"})
    assert client.post(reverse(way))["Clear-Site-Data"] == '"cache", "storage"'
    assert "Clear-Site-Data" not in client.post(reverse("account_logout"))


def test_signing_in_clears_nothing(client):
    person("noor@example.test")
    known = {"login": "noor@example.test", "password": "correct horse battery"}
    answer = client.post("/account/login/", known)
    assert answer.status_code == 302
    assert "Clear-Site-Data" not in answer
