"""A judge's queue, and a ballot that keeps itself: what the server says to the page and to its script."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from governance.models import Ballot, BallotDraft, Reading
from governance.operations import ballots, cases
from members import clock
from members.domain.actors import Actor
from members.models import AuditRow
from members.operations import members
from tests.conftest import SYSTEM
from tests.governance.conftest import cast, open_case, seat_of

pytestmark = pytest.mark.django_db

DESK = "/committee/"
SCRIPT = {"Accept": "application/json"}
BEGUN = {"version": "0", "score_kindness": "5", "score_effort": "na", "comment_kindness": "So ki"}
WHOLE = BEGUN | {"score_effort": "4", "score_example": "na", "vote": "yes"}


def at(case, name):
    return reverse(f"governance:{name}", args=[case.pk])


def groups(client):
    """The counts as the page shows them."""
    return [count for _, _, count, _ in client.get(DESK).context["tabs"]]


def test_three_groups_with_counts_and_what_is_closed_apart(
    client, case, committee, criteria, chi, hal, ivo, jun
):
    """UC1: a case is unseen until it is opened, unscored until the ballot, done after that."""
    second, third = (open_case(committee, criteria, key=key) for key in "23")
    client.force_login(hal)
    assert groups(client) == [3, 0, 0, 0]
    client.post(at(case, "reading"))
    assert groups(client) == [2, 1, 0, 0]
    client.post(at(case, "ballot"), WHOLE)
    assert groups(client) == [2, 0, 1, 0]
    for judge in (hal, ivo, jun):
        cast(third, judge)
    cases.close(third, seat=seat_of(third, chi), actor=Actor.user(chi))
    assert groups(client) == [1, 0, 1, 1]
    # What waits is shown first, and the button begins with it.
    page = client.get(DESK)
    assert [shown for shown, _ in page.context["rows"]] == [second]
    assert page.context["first"] == second.pk
    closed = client.get(DESK, {"show": "closed"}).content.decode()
    assert at(third, "result") in closed


def test_opening_is_recorded_once_and_never_for_others(client, case, hal, ivo):
    """UC1: an operation with its row in the trail; looking at the page alone writes nothing."""
    client.force_login(hal)
    page = client.get(at(case, "case")).content.decode()
    assert "data-seen" in page and "I have read it" in page
    assert not Reading.objects.exists()
    for _ in range(2):
        assert client.post(at(case, "reading")).url == at(case, "case")
    assert Reading.objects.get().assignment.seat == seat_of(case, hal)
    assert AuditRow.objects.filter(verb="governance.case.read").count() == 1
    assert "data-seen" not in client.get(at(case, "case")).content.decode()
    client.force_login(ivo)
    assert groups(client) == [1, 0, 0, 0]


def test_the_open_page_hears_of_every_change(client, case, committee, criteria, hal):
    """UC1: 204 while nothing changed; the new mark after a reading, a ballot, a new case; a word for that."""
    client.force_login(hal)

    def asked(since):
        return client.get(reverse("governance:live"), {"since": since})

    page = client.get(DESK)
    mark = page.context["mark"]
    assert f'data-live-mark="{mark}"' in page.content.decode()
    assert 'data-live-part="count-unseen"' in page.content.decode()
    assert asked(mark).status_code == 204
    for change in (
        lambda: client.post(at(case, "reading")),
        lambda: cast(case, hal),
        lambda: cases.void(case, reason="Withdrawn", actor=SYSTEM),
    ):
        change()
        answer = asked(mark)
        assert (answer.status_code, answer.json()["said"]) == (200, "")
        mark = answer.json()["mark"]
        assert asked(mark).status_code == 204
    open_case(committee, criteria, key="2")
    assert asked(mark).json()["said"] == "Something new waits for your judgement."
    client.logout()
    assert asked(mark).status_code == 401


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (datetime(2026, 6, 26, 12, tzinfo=UTC), "3 days left"),
        (datetime(2026, 6, 28, 21, 59, tzinfo=UTC), "1 day left"),
        # Past midnight for the judge, who lives in Berlin.
        (datetime(2026, 6, 28, 22, 0, tzinfo=UTC), "Last day"),
        (datetime(2026, 7, 1, 12, tzinfo=UTC), "2 days late"),
    ],
)
def test_days_left_are_counted_on_the_judges_calendar(
    at_noon, client, committee, criteria, dee, now, words
):
    """UC1."""
    members.update(dee, time_zone="Europe/Berlin", actor=SYSTEM)
    case = cases.open(
        committee,
        subject_type="test.subject",
        subject_key="1",
        title="Amara Obi",
        statements=[],
        criteria=criteria,
        interested_members={},
        days=14,
        actor=SYSTEM,
    )
    assert case.due_at == datetime(2026, 6, 29, 12, tzinfo=UTC)
    at_noon.move_to(now)
    client.force_login(dee.user)
    assert words in client.get(DESK).content.decode()
    assert words in client.get(at(case, "case")).content.decode()


def test_a_ballot_that_is_begun_is_kept_and_found_again(client, case, dee):
    """UC2: half of the marks and half a comment; "Saved" with the time on the judge's own clock."""
    members.update(dee, time_zone="Asia/Tokyo", actor=SYSTEM)
    client.force_login(dee.user)
    tomorrow = clock.now() + timedelta(days=1)
    with clock.standing_at(tomorrow.replace(hour=3, minute=3)):
        answer = client.post(at(case, "draft"), BEGUN, headers=SCRIPT)
        assert (answer.status_code, answer.json()) == (
            200,
            {"said": "Saved 12:03 JST", "version": 1},
        )
    draft = BallotDraft.objects.get()
    assert (draft.vote, draft.scores, draft.comments) == (
        "",
        {"kindness": 5, "effort": None},
        {"kindness": "So ki"},
    )
    assert not Ballot.objects.exists()
    assert Reading.objects.count() == 1
    form = client.get(at(case, "case")).context["form"]
    found = {name: form[name].value() for name in (*BEGUN, "score_example", "vote")}
    assert found == BEGUN | {"version": 1, "score_example": None, "vote": ""}
    assert "Saved 12:03 JST" in client.get(at(case, "case")).content.decode()
    # Only the first keeping is in the trail.
    client.post(at(case, "draft"), WHOLE | {"version": "1"}, headers=SCRIPT)
    assert AuditRow.objects.filter(verb="governance.ballot.drafted").count() == 1


def test_a_draft_counts_nowhere_and_goes_with_the_ballot(client, case, chi, hal):
    """UC2: no ballot to the quorum, nothing for the chair; the comments stay with the ballot."""
    client.force_login(hal)
    client.post(at(case, "draft"), WHOLE, headers=SCRIPT)
    assert cases.count(case).present == 0
    client.force_login(chi)
    assert "So ki" not in client.get(at(case, "case")).content.decode()
    assert client.get(at(case, "decision")).context["tally"].present == 0
    client.force_login(hal)
    assert client.post(at(case, "ballot"), WHOLE | {"version": "1"}).url == DESK
    assert Ballot.objects.get().comments == {"kindness": "So ki"}
    assert not BallotDraft.objects.exists()


def test_two_tabs_never_overwrite_each_other_unasked(client, case, hal):
    """UC2: the second tab hears it in words, its input stays, and only its own decision keeps it."""
    client.force_login(hal)
    client.post(at(case, "draft"), BEGUN, headers=SCRIPT)
    other = BEGUN | {"comment_kindness": "The other tab"}
    answer = client.post(at(case, "draft"), other, headers=SCRIPT)
    assert answer.status_code == 409
    assert answer.json()["version"] == 1
    assert "Nothing was overwritten." in answer.json()["said"]
    assert BallotDraft.objects.get().comments == {"kindness": "So ki"}
    # Neither does the final ballot, nor a plain form: both come back with what was written.
    whole = WHOLE | {"comment_kindness": "The other tab"}
    for name in ("ballot", "draft"):
        page = client.post(at(case, name), whole)
        assert page.status_code == 422
        text = page.content.decode()
        assert "Nothing was overwritten." in text and "The other tab" in text
        assert 'name="version" value="1"' in text
    assert not Ballot.objects.exists()
    kept = client.post(at(case, "draft"), other | {"version": "1"}, headers=SCRIPT)
    assert kept.json()["version"] == 2
    assert BallotDraft.objects.get().comments == {"kindness": "The other tab"}


def test_an_answer_that_got_lost_is_no_other_tab(client, case, hal):
    """UC2: the same content with the version of before is the draft as it is."""
    client.force_login(hal)
    for _ in range(2):
        answer = client.post(at(case, "draft"), BEGUN, headers=SCRIPT)
        assert (answer.status_code, answer.json()["version"]) == (200, 1)


def test_a_plain_form_keeps_a_draft_too(client, case, hal):
    """UC2, UA7: the same address with a page as its answer."""
    client.force_login(hal)
    response = client.post(at(case, "draft"), BEGUN, follow=True)
    assert response.redirect_chain == [(at(case, "case"), 302)]
    assert "Saved " in response.content.decode()
    assert BallotDraft.objects.get().version == 1


@pytest.mark.parametrize(
    "nonsense",
    [
        {"score_kindness": "9"},
        {"vote": "maybe"},
        {"comment_kindness": "x" * 1001},
        {"version": "-1"},
        {"version": "x"},
    ],
)
def test_nonsense_is_not_kept(client, case, hal, nonsense):
    """UC2: 422 in words; nothing is written."""
    client.force_login(hal)
    answer = client.post(at(case, "draft"), BEGUN | nonsense, headers=SCRIPT)
    assert answer.status_code == 422
    assert answer.json()["said"]
    assert client.post(at(case, "draft"), BEGUN | nonsense).status_code == 422
    assert not BallotDraft.objects.exists()


def test_nothing_is_kept_beside_a_ballot_or_for_who_may_not_judge(client, case, hal, dee, gus):
    """UC2: after the ballot, after stepping back, and of a stranger."""
    cast(case, hal)
    client.force_login(hal)
    answer = client.post(at(case, "draft"), BEGUN, headers=SCRIPT)
    assert (answer.status_code, "a ballot is final" in answer.json()["said"]) == (422, True)
    ballots.recuse(
        case, seat=seat_of(case, dee.user), reason="relative", actor=Actor.user(dee.user)
    )
    client.force_login(dee.user)
    assert client.post(at(case, "draft"), BEGUN, headers=SCRIPT).status_code == 404
    client.force_login(gus)
    assert client.post(at(case, "draft"), BEGUN, headers=SCRIPT).status_code == 403
    assert not BallotDraft.objects.exists()


def test_entries_follow_each_other_in_one_order(client, case, committee, criteria, hal):
    """UC3: the keys are links of the page, so they work without a script as well."""
    second, third = (open_case(committee, criteria, key=key) for key in "23")
    cast(second, hal)
    client.force_login(hal)
    place = client.get(at(second, "case")).context["place"]
    assert (place.number, place.total, place.before, place.after) == (2, 3, case.pk, third.pk)
    text = client.get(at(case, "case")).content.decode()
    assert f'href="{at(second, "case")}" data-key="j"' in text
    assert 'data-key="k"' not in text
    help_page = client.get(at(case, "case"), {"ask": "keys"}).content.decode()
    assert '<dialog class="dialog" id="keys" aria-labelledby="keys-title" open>' in help_page


def test_comments_are_read_by_the_judges_afterwards_without_names(client, case, chi, hal, ivo, jun):
    """UC2: in the order of the alphabet, when the case is closed."""
    for judge, mark, words in ((hal, "5", "Zest"), (ivo, "1", "Ardour"), (jun, "4", "")):
        client.force_login(judge)
        said = {"score_kindness": mark, "comment_kindness": words}
        client.post(at(case, "ballot"), WHOLE | said)
    assert "Ardour" not in client.get(at(case, "case")).content.decode()
    cases.close(case, seat=seat_of(case, chi), actor=Actor.user(chi))
    client.force_login(chi)
    response = client.get(at(case, "result"))
    assert response.context["comments"] == [("Kindness", ["Ardour", "Zest"])]
    assert not any(name in response.content.decode() for name in ("Hal", "Ivo", "Jun"))
