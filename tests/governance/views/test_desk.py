"""The committee desk over HTTP: who sees what, and judging with plain forms."""

import pytest
from django.urls import reverse

from governance.domain.rubric import Criterion
from governance.models import Ballot, BallotDraft, BallotVoid, Decision, Recusal
from governance.operations import ballots, cases, committees
from governance.operations import criteria as rubrics
from members.domain.actors import Actor
from tests.conftest import SYSTEM
from tests.governance.conftest import cast, open_case, seat_of

pytestmark = pytest.mark.django_db

SCORES = {
    "score_kindness": "5",
    "comment_kindness": "So kind",
    "score_effort": "4",
    "score_example": "na",
}


@pytest.fixture
def as_user(client):
    def sign_in(user):
        client.force_login(user)
        return client

    return sign_in


def pages(case):
    return [
        reverse(f"governance:{name}", args=[case.pk])
        for name in ("case", "ballot", "recusal", "decision", "result")
    ]


def decide(case, chi, *judges):
    for judge in judges:
        cast(case, judge)
    return cases.close(case, seat=seat_of(case, chi), actor=Actor.user(chi))


def test_a_visitor_is_sent_to_sign_in(client, case):
    """Authorization: anonymous."""
    for path in [reverse("governance:desk"), *pages(case)[:1]]:
        response = client.get(path)
        assert (response.status_code, response.url) == (302, f"/account/login/?next={path}")


def test_the_desk_is_for_people_on_committees(as_user, case, amara, gus, fay):
    """Authorization: members, outsiders and staff are refused, on every page and method."""
    for user in (amara.user, gus, fay):
        client = as_user(user)
        assert client.get(reverse("governance:desk")).status_code == 403
        for path in pages(case):
            assert client.get(path).status_code in (403, 405)
            assert client.post(path, SCORES | {"vote": "yes"}).status_code in (403, 405)
    assert not Ballot.objects.exists()


def test_a_recused_judge_finds_nothing_by_direct_address(as_user, case, dee):
    """B5: gone from the desk, 404 on GET and POST, nothing written."""
    ballots.recuse(
        case, seat=seat_of(case, dee.user), reason="relative", actor=Actor.user(dee.user)
    )
    client = as_user(dee.user)
    assert case.title not in client.get(reverse("governance:desk")).content.decode()
    for path in pages(case):
        assert client.get(path).status_code in (404, 405)
        assert client.post(path, SCORES | {"vote": "yes"}).status_code in (404, 405)
    assert not Ballot.objects.exists()


def test_someone_who_left_finds_nothing(as_user, case, hal):
    """Authorization: rotated out."""
    committees.end(seat_of(case, hal), reason="Moved", actor=SYSTEM)
    assert as_user(hal).get(pages(case)[0]).status_code == 404


def test_a_ballot_is_cast_with_a_plain_form(as_user, case, hal):
    """B12, B13: statement beside the rubric; the vote is stored; the page says it is final."""
    client = as_user(hal)
    page = client.get(pages(case)[0]).content.decode()
    assert "She repairs everybody&#x27;s bicycles." in page
    assert "Kindness (50 %)" in page
    response = client.post(pages(case)[1], SCORES | {"vote": "yes"})
    assert (response.status_code, response.url) == (302, "/committee/")
    ballot = Ballot.objects.get()
    assert (ballot.vote, ballot.scores) == ("yes", {"kindness": 5, "effort": 4, "example": None})
    page = client.get(pages(case)[0]).content.decode()
    assert "You voted: yes." in page
    assert "Cast my ballot" not in page


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        ({}, "This field is required."),
        ({"vote": "yes", "score_kindness": "5"}, "Give a score, or say that it does not apply."),
        (SCORES | {"vote": "maybe"}, "Select a valid choice."),
        (SCORES | {"vote": "yes", "score_effort": "6"}, "Select a valid choice."),
    ],
)
def test_an_unfinished_ballot_is_shown_again(as_user, case, hal, answer, fault):
    """UA: 422 with a summary, nothing written."""
    response = as_user(hal).post(pages(case)[1], answer)
    assert response.status_code == 422
    page = response.content.decode()
    assert fault in page
    assert 'id="error-summary"' in page
    assert not Ballot.objects.exists()


@pytest.mark.parametrize("mark", ["1", "5"])
def test_an_extreme_mark_needs_a_word_on_why(as_user, case, hal, mark):
    """UC6: a 1 or a 5 without a comment is refused at its field, the rest is kept, blanks are no words; as a
    draft it stays."""
    client = as_user(hal)
    answer = SCORES | {"vote": "yes", "score_kindness": mark, "comment_effort": "Every week"}
    for silence in ("", "   "):
        response = client.post(pages(case)[1], answer | {"comment_kindness": silence})
        assert response.status_code == 422
        page = response.content.decode()
        assert "Say why it is the lowest or the highest mark." in page
        assert 'href="#id_comment_kindness"' in page and "Every week" in page
        form = response.context["form"]
        assert (form["score_kindness"].value(), form["vote"].value()) == (mark, "yes")
    assert not Ballot.objects.exists()
    draft = reverse("governance:draft", args=[case.pk])
    assert client.post(draft, answer | {"comment_kindness": "", "version": "0"}).status_code == 302
    kept = BallotDraft.objects.get()
    assert (kept.scores["kindness"], kept.comments) == (int(mark), {"effort": "Every week"})
    assert client.post(pages(case)[1], answer | {"version": "1"}).status_code == 302
    assert Ballot.objects.get().comments == {"kindness": "So kind", "effort": "Every week"}


def test_an_abstention_leaves_its_marks_and_needs_no_word(as_user, case, hal):
    """UC6."""
    said = SCORES | {"vote": "abstain", "comment_kindness": ""}
    assert as_user(hal).post(pages(case)[1], said).status_code == 302
    assert Ballot.objects.get().scores == {}


def test_each_mark_has_an_example_beside_the_rubric(as_user, committee, hal):
    """UC6: as many as were written, as text."""
    kindness = Criterion("kindness", "Kindness", 100, "<i>?", {"1": "Nobody <b>", "5": "Everybody"})
    criteria = rubrics.publish("marks", title="Marks", criteria=[kindness], actor=SYSTEM)
    page = as_user(hal).get(pages(open_case(committee, criteria))[0]).content.decode()
    assert "<dt>1</dt><dd>Nobody &lt;b&gt;</dd><dt>5</dt><dd>Everybody</dd>" in page
    assert "&lt;i&gt;?<dl" in page


def test_an_abstention_needs_no_scores(as_user, case, hal):
    as_user(hal).post(pages(case)[1], {"vote": "abstain"})
    assert Ballot.objects.get().scores == {}


def test_a_second_ballot_is_refused_with_its_reason(as_user, case, hal):
    """I19: the other tab."""
    cast(case, hal)
    response = as_user(hal).post(pages(case)[1], SCORES | {"vote": "no"})
    assert response.status_code == 422
    assert "a ballot is final" in response.content.decode()
    assert Ballot.objects.get().vote == "yes"


def test_stepping_back_after_voting_voids_the_ballot(as_user, case, dee):
    """B5, UC5: one form with a reason; the system's own reasons are nobody's to declare."""
    cast(case, dee.user)
    client = as_user(dee.user)
    assert client.post(pages(case)[2], {"reason": "nominee"}).status_code == 422
    assert client.post(pages(case)[2], {"reason": "relative"}).url == "/committee/"
    assert BallotVoid.objects.count() == Recusal.objects.count() == 1
    assert client.get(pages(case)[0]).status_code == 404


def test_only_the_chair_sees_the_closing_page(as_user, case, hal, chi):
    """B16: counts, never votes, before the case is closed."""
    cast(case, hal)
    assert as_user(hal).get(pages(case)[3]).status_code == 403
    assert as_user(hal).post(pages(case)[3]).status_code == 403
    page = as_user(chi).get(pages(case)[3]).content.decode()
    assert "Below the quorum nothing is decided." in page
    assert "Count and close" not in page
    response = as_user(chi).post(pages(case)[3])
    assert response.status_code == 422
    assert "1 of the 3 ballots needed are there" in response.content.decode()
    assert not Decision.objects.exists()


def test_the_chair_closes_and_the_result_shows_counts_only(as_user, case, chi, dee, hal, ivo, jun):
    """B5, B16: counts, means, recusals by class; no name beside a vote."""
    ballots.recuse(
        case, seat=seat_of(case, dee.user), reason="relative", actor=Actor.user(dee.user)
    )
    for judge in (hal, ivo):
        cast(case, judge)
    cast(case, jun, "no")
    client = as_user(hal)
    assert client.get(pages(case)[4]).status_code == 403
    response = as_user(chi).post(pages(case)[3])
    assert (response.status_code, response.url) == (302, pages(case)[4])
    page = as_user(hal).get(pages(case)[4]).content.decode()
    for text in ("Approved", "4.70", "Stepped back: related or close friend"):
        assert text in page
    assert not any(name in page for name in ("Ivo", "Jun", "Dee", "Chi"))
    assert as_user(dee.user).get(pages(case)[4]).status_code == 404


def test_a_hostile_title_is_shown_as_text(as_user, committee, criteria, hal):
    """Attack 17: stored script."""
    case = cases.open(
        committee,
        subject_type="test.subject",
        subject_key="x",
        title="O'Brien & \"<script>alert(1)</script>",
        statements=[{"title": "<b>1</b>", "text": "<img src=x onerror=alert(1)>"}],
        criteria=criteria,
        interested_members={},
        actor=SYSTEM,
    )
    for path in (reverse("governance:desk"), pages(case)[0]):
        page = as_user(hal).get(path).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "O&#x27;Brien &amp; &quot;&lt;script&gt;" in page


def test_pages_cost_a_constant_number_of_queries(
    as_user, case, committee, criteria, hal, django_assert_num_queries
):
    client = as_user(hal)
    for key in range(2, 12):
        open_case(committee, criteria, key=str(key))
    with django_assert_num_queries(9):
        client.get(reverse("governance:desk"))
    with django_assert_num_queries(14):
        client.get(pages(case)[0])
    with django_assert_num_queries(4):
        client.get(reverse("governance:live"))
