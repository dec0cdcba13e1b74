"""Who gets into the console, and under which policy its pages run."""

import pytest
from django.contrib import admin
from django.urls import reverse

from tests.staff.conftest import client_of


def test_visitors_sign_in_where_everybody_does(db):
    answer = client_of(None).get("/admin/members/job/")
    assert answer.status_code == 302
    assert answer["Location"] == "/admin/login/?next=/admin/members/job/"
    answer = client_of(None).get(answer["Location"])
    assert answer["Location"] == "/account/login/?next=%2Fadmin%2Fmembers%2Fjob%2F"


def test_a_password_sent_to_the_consoles_own_form_signs_nobody_in(fay):
    client = client_of(None)
    answer = client.post(
        "/admin/login/", {"username": fay.email, "password": "correct horse battery"}
    )
    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/login/")
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("who", ["gus", "eli"])
def test_people_who_are_not_staff_get_nothing_and_no_loop(who, request):
    client = client_of(request.getfixturevalue(who))
    answer = client.get("/admin/", follow=True)
    assert answer.status_code == 403
    assert len(answer.redirect_chain) == 1


def test_staff_without_permission_see_an_empty_desk(hal):
    answer = client_of(hal).get("/admin/")
    assert answer.status_code == 200
    assert answer.context["piles"] == []
    assert b"Ask for the permission" in answer.content
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
        assert client_of(hal).get(reverse(name)).status_code == 403, name


def directives(answer) -> dict[str, str]:
    return dict(
        part.strip().partition(" ")[::2] for part in answer["Content-Security-Policy"].split(";")
    )


def test_the_console_has_a_policy_that_is_looser_only_where_it_must(fay):
    policy = directives(client_of(fay).get("/admin/"))
    assert policy["script-src"] == "'self' 'unsafe-eval' 'unsafe-inline'"
    assert policy["style-src"] == "'self' 'unsafe-inline'"
    for name in ("default-src", "connect-src", "font-src", "form-action", "base-uri"):
        assert policy[name] == "'self'"
    assert policy["object-src"] == policy["frame-ancestors"] == "'none'"


def test_the_browsable_api_asks_no_other_host_and_runs_no_inline_script(db):
    answer = client_of(None).get("/api/v1/docs/")
    policy = directives(answer)
    assert policy["script-src"] == "'self'"
    assert policy["style-src"] == "'self' 'unsafe-inline'"
    assert policy["default-src"] == "'self'"
    assert b"https://" not in answer.content
    assert b"<script>" not in answer.content


def test_every_other_page_keeps_the_strict_policy(db):
    for path in ("/", "/account/login/", "/administration", "/healthz"):
        policy = directives(client_of(None).get(path))
        assert policy["script-src"].startswith("'self'")
        assert "unsafe" not in policy["script-src"] + policy["style-src"]


def test_a_refusal_has_its_policy_too(gus):
    policy = directives(client_of(gus).get("/admin/login/"))
    assert policy["frame-ancestors"] == "'none'"
