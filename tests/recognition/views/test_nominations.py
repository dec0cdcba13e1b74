"""Nominating over HTTP, with plain forms."""

import pytest
from django.urls import reverse

from governance.models import Case
from governance.operations import cases
from members import clock
from members.domain.actors import Actor
from members.models import AuditRow
from members.operations import members
from recognition.errors import Declined
from recognition.models import BadgeAward, Nomination, NominationCycle, NominationDraft
from recognition.operations import cycles, nominations
from tests.conftest import SYSTEM
from tests.governance.conftest import cast, seat_of
from tests.recognition.conftest import propose

pytestmark = pytest.mark.django_db

SCRIPT = {"Accept": "application/json"}


@pytest.fixture
def pages(cycle):
    return {
        name: reverse(f"nominations:{name}", args=[cycle.slug])
        for name in ("cycle", "nominate", "draft", "laureate")
    }


@pytest.fixture
def as_user(client):
    def sign_in(user):
        client.force_login(user)
        return client

    return sign_in


def search(client, pages, text):
    return client.get(pages["cycle"], {"q": text})


def key_of(client, pages, member):
    response = search(client, pages, member.pseudonym)
    [(key, found)] = response.context["people"]
    assert found == member
    return key


def judge(cycle, *judges):
    for case in Case.objects.all():
        for user in judges:
            cast(case, user)


def test_criteria_are_in_sight_of_everybody(client, cycle, pages):
    """B1: also before signing in, and next to the words one writes."""
    page = client.get(pages["cycle"]).content.decode()
    for text in ("Kindness", "50 %", "Version 1.", "Members nominate.", "Neighbours"):
        assert text in page
    assert cycle.title in client.get(reverse("nominations:index")).content.decode()


def test_a_draft_is_not_known(client, cycle, pages, badge):
    NominationCycle.objects.create(
        slug="secret",
        title="Secret",
        criteria=cycle.criteria,
        committee=cycle.committee,
        badge=badge,
        opens_at=cycle.opens_at,
        closes_at=cycle.closes_at,
        created_at=cycle.created_at,
    )
    assert client.get(reverse("nominations:cycle", args=["secret"])).status_code == 404
    assert "Secret" not in client.get(reverse("nominations:index")).content.decode()


def test_search_choose_write_send(as_user, pages, amara, bo):
    """B2, UM: four plain steps; nobody is found by a part of a hidden name."""
    client = as_user(bo.user)
    assert search(client, pages, "Obi").context["people"] == []
    assert search(client, pages, "ab").status_code == 422
    key = key_of(client, pages, amara)
    form = client.get(pages["nominate"], {"nominee": key})
    assert f"Nominate {amara.pseudonym}" in form.content.decode()
    assert "Kindness" in form.content.decode()
    response = client.post(pages["nominate"], {"nominee": key, "statement": "Bicycles."})
    assert (response.status_code, response.url) == (302, pages["cycle"])
    made = Nomination.objects.get()
    assert (made.nominator, made.candidate.member, made.statement) == (bo, amara, "Bicycles.")
    page = client.get(pages["cycle"]).content.decode()
    assert "Bicycles." in page and "Take back" in page
    assert "Bicycles." not in as_user(amara.user).get(pages["cycle"]).content.decode()


def test_a_faulty_nomination_is_shown_again(as_user, pages, amara, bo):
    """UA: 422 with the sentence of the refusal; nothing written; the words are kept."""
    client = as_user(bo.user)
    own = key_of(client, pages, bo)
    for answer, fault in (
        ({"nominee": own, "statement": "I am kind."}, "nobody nominates themselves"),
        ({"nominee": str(amara.pk), "statement": "She is kind."}, "Search for somebody first."),
        ({"nominee": own, "statement": ""}, "This field is required."),
    ):
        response = client.post(pages["nominate"], answer)
        assert response.status_code == 422
        page = response.content.decode()
        assert fault in page
        assert answer["statement"] in page
    assert client.get(pages["nominate"]).url == pages["cycle"]
    assert not Nomination.objects.exists()


def test_the_limit_is_said_on_the_page(as_user, cycle, pages, amara, bo, dee):
    """B2."""
    propose(cycle, bo, amara)
    propose(cycle, bo, dee)
    page = as_user(bo.user).get(pages["cycle"]).content.decode()
    assert "You have used all 2 nominations of this cycle." in page
    assert 'name="q"' not in page


def test_only_the_nominator_takes_a_nomination_back(as_user, cycle, amara, bo):
    """Authorization: another member's nomination is not found."""
    made = propose(cycle, bo, amara)
    path = reverse("nominations:withdrawal", args=[cycle.slug, made.pk])
    assert as_user(amara.user).post(path).status_code == 404
    assert as_user(bo.user).get(path).status_code == 405
    assert as_user(bo.user).post(path).status_code == 302
    assert as_user(bo.user).post(path).status_code == 404
    assert Nomination.objects.get().withdrawn_at is not None


def test_the_chair_names_the_laureate(as_user, cycle, pages, amara, bo, chi, hal, ivo, jun, gus):
    """A1, B16: only the chair or staff; with a citation; the page then tells counts and the name."""
    propose(cycle, bo, amara, "A private story.")
    assert as_user(chi).get(pages["laureate"]).status_code == 403
    cycles.close(cycle, actor=SYSTEM)
    for user in (gus, bo.user, hal):
        assert as_user(user).get(pages["laureate"]).status_code == 403
        assert as_user(user).post(pages["laureate"], {"citation": "x"}).status_code == 403
    client = as_user(chi)
    assert (
        "has not decided about everybody yet: 1" in client.get(pages["laureate"]).content.decode()
    )
    judge(cycle, hal, ivo, jun)
    case = Case.objects.get()
    cases.close(case, seat=seat_of(case, chi), actor=Actor.user(chi))
    assert "Amara Obi" in client.get(pages["laureate"]).content.decode()
    response = client.post(pages["laureate"], {"citation": "", "decide": "yes"})
    assert response.status_code == 422
    assert "Write the words that will be published." in response.content.decode()
    assert not BadgeAward.objects.exists()
    response = client.post(pages["laureate"], {"citation": "For forty bicycles.", "decide": "yes"})
    assert response.url == pages["cycle"]
    client.logout()
    page = client.get(pages["cycle"]).content.decode()
    for text in ("For forty bicycles.", amara.pseudonym, "The laureate"):
        assert text in page
    for hidden in ("Amara", "A private story.", "Hal", "Ivo"):
        assert hidden not in page


def test_pages_cost_a_constant_number_of_queries(
    as_user, cycle, pages, bo, amara, dee, django_assert_num_queries
):
    client = as_user(bo.user)
    for person in (amara, dee):
        propose(cycle, bo, person)
    for number in range(5):
        propose(cycle, members.enrol(f"n{number}", actor=SYSTEM), amara)
    with django_assert_num_queries(9):
        client.get(pages["cycle"])
    with django_assert_num_queries(5):
        client.get(reverse("nominations:index"))
    cycles.close(cycle, actor=SYSTEM)
    with django_assert_num_queries(15):
        client.get(pages["cycle"])


def written_by(client, cycle, writer, about):
    """The addresses of the form and its draft, and the form's first fields."""
    client.force_login(writer.user)
    form, page, draft = (
        reverse(f"nominations:{name}", args=[cycle.slug]) for name in ("nominate", "cycle", "draft")
    )
    return form, page, draft, {"nominee": key_of(client, {"cycle": page}, about), "version": "0"}


def test_what_was_begun_is_kept_found_again_and_gone_once_sent(client, cycle, amara, bo):
    """UM21: however little it is; only its writer sees it; a plain form keeps it too (UA7)."""
    form, page, draft, fields = written_by(client, cycle, amara, bo)
    assert client.post(draft, fields | {"statement": "He cleans"}).url == page
    client.post(draft, fields | {"statement": "He cleans the slip", "version": "1"})
    kept = NominationDraft.objects.get()
    assert (kept.nominator, kept.nominee, kept.statement, kept.version) == (
        amara,
        bo,
        "He cleans the slip",
        2,
    )
    assert not Nomination.objects.exists()
    [(again, found)] = client.get(page).context["drafts"]
    assert found == kept and "Begun, not sent" in client.get(page).content.decode()
    begun = client.get(form, {"nominee": again}).content.decode()
    assert "He cleans the slip" in begun and "What the committee looks for" in begun
    assert 'name="version" value="2"' in begun
    client.force_login(bo.user)
    assert client.get(page).context["drafts"] == []
    client.force_login(amara.user)
    sent = {"nominee": again, "statement": "He cleans the slip every Sunday.", "version": "2"}
    client.post(form, sent)
    assert Nomination.objects.get().statement == "He cleans the slip every Sunday."
    assert not NominationDraft.objects.exists()


def test_a_draft_saves_itself_on_the_members_clock(client, cycle, amara, bo):
    """UM21: the script hears the time in the member's zone, and the next version."""
    members.update(amara, time_zone="Asia/Tokyo", actor=SYSTEM)
    form, _, draft, fields = written_by(client, cycle, amara, bo)
    noon = clock.now().replace(hour=3, minute=3)
    with clock.standing_at(noon):
        assert cycle.takes_nominations(noon)
        answer = client.post(draft, fields | {"statement": "He"}, headers=SCRIPT)
    assert (answer.status_code, answer.json()) == (200, {"said": "Saved 12:03 JST", "version": 1})
    page = client.get(form, {"nominee": fields["nominee"]}).content.decode()
    assert "Saved 12:03 JST" in page and f'data-autosave="{draft}"' in page


def test_two_tabs_of_a_nomination_never_overwrite_each_other_unasked(client, cycle, amara, bo):
    """UM21: neither by saving nor by sending; the words stay in the form."""
    form, _, draft, fields = written_by(client, cycle, amara, bo)
    client.post(draft, fields | {"statement": "One tab"}, headers=SCRIPT)
    other = fields | {"statement": "Another tab"}
    answer = client.post(draft, other, headers=SCRIPT)
    assert (answer.status_code, answer.json()["version"]) == (409, 1)
    for path in (draft, form):
        page = client.post(path, other)
        assert page.status_code == 422
        assert "Nothing was overwritten." in page.content.decode()
        assert "Another tab" in page.content.decode()
    assert NominationDraft.objects.get().statement == "One tab"
    assert not Nomination.objects.exists()
    client.post(form, other | {"version": "1"})
    assert Nomination.objects.get().statement == "Another tab"


def test_a_draft_of_nobody_or_too_late_is_refused(client, cycle, amara, bo):
    """UM21: a made-up nominee, somebody nominated already, a cycle with the committee; nothing is kept."""
    _, _, draft, fields = written_by(client, cycle, amara, bo)
    for given in ({"nominee": str(bo.pk)}, {"nominee": ""}, {"statement": "x" * 2001}):
        answer = client.post(draft, fields | {"statement": "He"} | given, headers=SCRIPT)
        assert answer.status_code == 422 and answer.json()["said"]
    propose(cycle, amara, bo)
    answer = client.post(draft, fields | {"statement": "He"}, headers=SCRIPT)
    assert answer.json() == {"said": "You have nominated this person already."}
    cycles.close(cycle, actor=SYSTEM)
    assert client.post(draft, fields, headers=SCRIPT).status_code == 422
    assert not NominationDraft.objects.exists()


def test_nobody_is_told_of_a_nomination_that_was_taken_back(client, cycle, amara, bo):
    """UM21: the page says nothing any more, and there is nothing to decline; another one is told again."""
    made = propose(cycle, amara, bo)
    page = reverse("nominations:cycle", args=[cycle.slug])
    client.force_login(bo.user)
    assert "You were nominated" in client.get(page).content.decode()
    nominations.withdraw(made, nominator=amara, actor=SYSTEM)
    assert "You were nominated" not in client.get(page).content.decode()
    client.post(reverse("nominations:declining", args=[cycle.slug]))
    assert cycle.candidates.get().declined_at is None
    propose(cycle, amara, bo)
    assert "You were nominated" in client.get(page).content.decode()


def test_whoever_was_nominated_may_decline_and_then_no_case_is_made(client, cycle, amara, bo):
    """UM21: once for the cycle; whoever proposes them after that hears so."""
    propose(cycle, amara, bo)
    page = reverse("nominations:cycle", args=[cycle.slug])
    away = reverse("nominations:declining", args=[cycle.slug])
    client.force_login(bo.user)
    assert "You were nominated" in client.get(page).content.decode()
    for _ in range(2):
        assert client.post(away).url == page
    assert "you would rather not be" in client.get(page).content.decode()
    assert AuditRow.objects.filter(verb="recognition.nomination.declined").count() == 1
    with pytest.raises(Declined):
        propose(cycle, members.enrol("cem", actor=SYSTEM), bo)
    closed = cycles.close(cycle, actor=SYSTEM)
    assert closed.candidates.get().case is None


def test_nobody_declines_for_others_or_once_the_committee_has_it(client, cycle, amara, bo):
    """UM21."""
    propose(cycle, amara, bo)
    away = reverse("nominations:declining", args=[cycle.slug])
    client.force_login(amara.user)
    client.post(away)
    assert cycle.candidates.get().declined_at is None
    cycles.close(cycle, actor=SYSTEM)
    client.force_login(bo.user)
    client.post(away)
    assert cycle.candidates.get().declined_at is None


def test_a_draft_keeps_only_what_a_text_can_hold(as_user, pages, amara, bo):
    """B2: a character that no text holds is no reason to lose the rest."""
    client = as_user(bo.user)
    said = {"nominee": key_of(client, pages, amara), "statement": "Bi\0cycles."}
    assert client.post(pages["draft"], said).status_code == 302
    assert NominationDraft.objects.get().statement == "Bicycles."
