"""Ctrl-K: who and what it finds, for whom, and at what cost."""

import pytest
from django.contrib.auth.models import Permission
from django.core.cache import cache
from django.db import connection

from loyalty.campaigns.operations import campaigns
from members.models import Member
from members.operations import members, merges
from tests.conftest import SYSTEM
from tests.staff.conftest import client_of

BUDGET = 7


def titles(client, asked: str) -> list[str]:
    answer = client.get("/admin/search/", {"s": asked, "extended": "1"})
    if not answer.context:
        return []
    return [result.title for result in answer.context["results"]]


@pytest.mark.parametrize("asked", ["amara", "AMAR", "amara@exam", "obi", "Amara Obi", "Obi, amara"])
def test_members_are_found_by_how_their_names_begin(asked, amara, bo, ira):
    """US2: whatever the case and the order of the names."""
    found = titles(client_of(ira), asked.replace(",", ""))
    assert found[0] == "Amara Obi"


def test_each_result_opens_its_page(amara, ira):
    """US2: members, campaigns, actions, lists."""
    campaigns.draft("Amaryllis week", actor=SYSTEM)
    client = client_of(ira)
    for asked in ("ama", "adjust ama", "view ama", "new c", "ledger", "liability", "jobs"):
        page = client.get("/admin/search/", {"s": asked, "extended": "1"})
        for result in page.context["results"]:
            assert client.get(result.link).status_code == 200, (asked, result.link)
    assert titles(client, "ama") == ["Amara Obi", "Amaryllis week"]
    assert titles(client, "adjust ama") == ["Adjust points of Amara Obi"]
    assert titles(client, "new c") == ["New campaign", "New campaign from a recipe"]
    assert "Jobs" in titles(client, "jo")


def test_only_what_one_may_open_is_found(amara, hal):
    """US2: not a moment longer than the permission lasts."""
    campaigns.draft("Amaryllis week", actor=SYSTEM)
    client = client_of(hal)
    for asked in ("amara", "adjust amara", "new campaign", "members"):
        assert titles(client, asked) == []
    right = Permission.objects.get(codename="view_member")
    hal.user_permissions.add(right)
    assert titles(client, "amara") == ["Amara Obi"]
    assert titles(client, "adjust amara") == []
    hal.user_permissions.remove(right)
    assert titles(client, "amara") == []
    assert not any(b"Amara" in str(kept).encode() for kept in vars(cache).values())


def test_who_became_part_of_another_is_not_found(amara, fay, ira):
    """US2: what is found can be opened and worked on."""
    double = members.enrol("double", given_name="Bo", actor=SYSTEM)
    assert titles(client_of(ira), "bo") == ["Bo"]
    merges.merge(double, amara, reason="One person", key="one", by=fay)
    assert titles(client_of(ira), "bo") == []


def test_it_costs_the_same_whatever_there_is(amara, ira, django_assert_max_num_queries):
    """US2: a query budget; and a long or odd text breaks nothing."""
    client = client_of(ira)
    for number in range(20):
        members.enrol(f"amar{number}", given_name="Amar", actor=SYSTEM)
    with django_assert_max_num_queries(BUDGET):
        assert len(titles(client, "amar")) == 8
    for odd in ("%", "_", "'", "\\", "x" * 5000, "a" * 2 + "%", "🌿"):
        assert titles(client, odd) == []
    assert client.get("/admin/search/").content == b""


@pytest.mark.parametrize("name", ["ref", "email", "given_name", "family_name"])
def test_members_are_found_from_indexes(name, amara):
    """US2: no reading of a million rows."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = Member.objects.filter(**{f"{name}__istartswith": "amar"}).explain()
    assert f"member_found_by_{name}" in plan
    assert "Index Cond" in plan


def test_an_address_is_not_found_letter_by_letter(amara, ira, staff_group):
    """US2: whoever may not see how a member is reached finds them by the whole address alone."""
    staff_group.permissions.remove(Permission.objects.get(codename="see_contact"))
    client = client_of(ira)
    for asked, found in (("amara@ex", []), ("amara@example.test", ["Amara Obi"])):
        assert titles(client, asked) == found
        listed = client.get("/admin/members/member/", {"q": asked}).context["cl"].result_list
        assert [str(member) for member in listed] == found
    assert titles(client, "adjust amara@ex") == []
