"""Every refusal of the API is a problem document, also where no view is reached."""

import json

import pytest

from loyalty.views import faults
from members.models import Member

pytestmark = pytest.mark.django_db

TOO_DEEP = '{"a":' * 5_000 + "1" + "}" * 5_000


def problem_of(response) -> tuple[int, str]:
    """Status and code of an answer that must be a problem."""
    assert response["Content-Type"] == "application/problem+json"
    body = json.loads(response.content)
    assert body["status"] == response.status_code
    return response.status_code, body["code"]


def test_an_unknown_address_is_a_problem_for_programs_and_a_page_for_people(shop):
    assert problem_of(shop.send("GET", "nowhere")) == (404, "not_found")
    assert "text/html" in shop.get("/nowhere/")["Content-Type"]


def test_a_crash_is_a_problem_for_programs_and_a_page_for_people(rf):
    assert problem_of(faults.broken(rf.get("/api/v1/rewards"))) == (500, "broken")
    assert "text/html" in faults.broken(rf.get("/rewards/"))["Content-Type"]


@pytest.mark.parametrize("path", ["members/zoe", "redemptions", "activities"])
def test_a_body_nested_too_deep_is_a_fault(shop, path):
    method = "PUT" if path == "members/zoe" else "POST"
    assert problem_of(shop.send(method, path, TOO_DEEP)) == (400, "parse_error")


@pytest.mark.parametrize("cursor", ["cD1hYmM=", "cD0xLjU=", "nonsense"])
def test_a_cursor_of_somebody_elses_making_is_a_404(shop, bo, cursor):
    path = f"members/bo/entries?cursor={cursor}"
    assert problem_of(shop.send("GET", path)) == (404, "not_found")


def test_a_reference_that_cannot_be_one_is_a_404(shop):
    assert problem_of(shop.send("GET", "members/a%00b")) == (404, "not_found")
    assert problem_of(shop.send("GET", "members/a%00b/balances")) == (404, "not_found")


def test_a_body_that_is_too_large_is_a_problem(shop, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    body = {"given_name": "x" * 200}
    assert problem_of(shop.send("PUT", "members/zoe", body)) == (413, "too_large")
    again = shop.send("PUT", "members/zoe", body, **{"Idempotency-Key": "large"})
    assert problem_of(again) == (413, "too_large")
    assert not Member.objects.filter(ref="zoe").exists()
