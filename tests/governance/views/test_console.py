"""Committees in the staff console."""

import pytest
from django.urls import NoReverseMatch, reverse

from governance.models import Case, Committee, Criteria, Seat
from governance.operations import ballots
from members.domain.actors import Actor
from tests.governance.conftest import HIGH, SAID, seat_of
from tests.staff.conftest import client_of, colleague

pytestmark = pytest.mark.django_db


def page(model, view, *args):
    return reverse(f"admin:governance_{model}_{view}", args=args)


@pytest.fixture
def console(fay):
    return client_of(fay)


@pytest.mark.parametrize("model", ["committee", "seat", "criteria", "case", "decision"])
def test_lists_open_with_the_permission_only(console, case, model):
    assert console.get(page(model, "changelist")).status_code == 200
    assert client_of(colleague("sol")).get(page(model, "changelist")).status_code == 403


def test_a_committee_is_set_up(console, gus):
    """B: created, renamed, seated and unseated, each by its operation."""
    answer = console.post(
        page("committee", "add"),
        {"name": "Neighbours", "slug": "neighbours", "purpose": "Chooses", "_save": "1"},
    )
    assert answer.status_code == 302
    committee = Committee.objects.get()
    give = page("committee", "give_seat", committee.pk)
    assert console.get(give).status_code == 200
    assert not Seat.objects.exists()
    assert console.post(give, {"user": "nobody@x.test", "role": "chair"}).status_code == 422
    assert console.post(give, {"user": gus.email, "role": "chair"}).status_code == 302
    seat = Seat.objects.get()
    assert (seat.user, seat.role) == (gus, "chair")
    refused = console.post(give, {"user": gus.email, "role": "member"})
    assert refused.status_code == 422
    assert "This person sits on the committee already." in refused.content.decode()
    change = page("committee", "change", committee.pk)
    assert gus.first_name in console.get(change).content.decode()
    assert console.post(change, {"name": "Neighbourhood", "_save": "1"}).status_code == 302
    assert Committee.objects.get().name == "Neighbourhood"
    assert console.post(page("seat", "end_seat", seat.pk), {"reason": "Left"}).status_code == 302
    assert Seat.objects.get().ends_at is not None


def test_criteria_are_published_and_then_stand_still(console):
    """B1, UC6: block by block with an example per mark; faults stand at their field; a published version
    has no form, and the next one begins with its words."""
    add = page("criteria", "add")
    body = {"slug": "good", "title": "Good", "title_1": "Care", "weight_1": "60", "_save": "1"}
    assert "For example, a 5" in console.get(add).content.decode()
    wrong = console.post(add, body)
    assert wrong.status_code == 422
    text = wrong.content.decode()
    assert "The weights must be positive and sum to 100." in text and 'value="Care"' in text
    assert console.post(add, body | {"mark_2_5": "Everybody"}).status_code == 422
    assert console.post(add, body | {"title_1": "", "weight_1": ""}).status_code == 422
    assert not Criteria.objects.exists()
    more = {"title_2": "Care", "weight_2": "40", "mark_2_1": "Nobody", "mark_2_5": "Everybody"}
    assert console.post(add, body | more).status_code == 302
    published = Criteria.objects.get()
    assert (published.version, published.items) == (
        1,
        [
            {"key": "care", "title": "Care", "weight": 60, "description": ""},
            {"key": "care-2", "title": "Care", "weight": 40, "description": ""}
            | {"examples": {"1": "Nobody", "5": "Everybody"}},
        ],
    )
    change = page("criteria", "change", published.pk)
    assert "Everybody" in console.get(change).content.decode()
    console.post(change, body | {"title": "Bad"})
    assert Criteria.objects.get().title == "Good"
    assert 'value="Everybody"' in console.get(add, {"slug": "good"}).content.decode()


def test_a_slug_that_is_none_begins_with_nothing(console, criteria):
    """What no row can hold finds none."""
    for slug, words in ((criteria.slug, criteria.title), ("unknown", ""), ("\0", "")):
        answer = console.get(page("criteria", "add"), {"slug": slug})
        assert answer.context["adminform"].form.initial.get("title", "") == words


def test_staff_see_counts_and_never_words_or_votes(console, case, hal):
    """Authorization: status only; no page of the console shows a ballot or a statement."""
    ballots.cast(
        case, seat=seat_of(case, hal), vote="no", scores=HIGH, comments=SAID, actor=Actor.user(hal)
    )
    for path in (page("case", "changelist"), page("case", "change", case.pk)):
        text = console.get(path).content.decode()
        assert "Amara Obi" in text
        assert "bicycles" not in text
    with pytest.raises(NoReverseMatch):
        page("ballot", "changelist")


def test_a_case_is_ended_without_a_decision(console, case):
    """B16."""
    void = page("case", "void", case.pk)
    assert client_of(colleague("sol")).post(void, {"reason": "x"}).status_code in (403, 404)
    assert Case.objects.get().is_open
    assert console.post(void, {"reason": ""}).status_code == 422
    assert console.post(void, {"reason": "Nobody is left"}).status_code == 302
    assert Case.objects.get().decision.reason == "Nobody is left"


def test_lists_cost_a_constant_number_of_queries(console, case, django_assert_max_num_queries):
    for model in ("committee", "seat", "criteria", "case", "decision"):
        with django_assert_max_num_queries(14):
            console.get(page(model, "changelist"))
