"""A round that is judged without names: whatever a judge asks the desk, no answer names anybody."""

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from governance.models import Case
from governance.operations import cases, committees
from loyalty.messaging.operations.nomination_notices import nomination_notices
from members import clock
from members.domain.actors import Actor
from members.operations import members
from recognition.models import Candidate, Nomination, NominationCycle
from recognition.operations import cycles
from tests.conftest import SYSTEM, member_of, person
from tests.governance.conftest import HIGH, cast, seat_of
from tests.recognition.conftest import propose
from tests.staff.conftest import client_of

pytestmark = pytest.mark.django_db

WORDS = (
    "Zephyrine Quillfeather mends bicycles. Ask zephyrine, write to zephyrine.q@street.test or find"
    " Quillféather's door; she is ZQ-7731 in the programme, {pseudonym} on the boards,"
    " Glimmerwick there too, #ZephyrineQuillfeather elsewhere."
    " Yours, Thelonius Vantreight (oldfriend@street.test)"
)
NAMES = (
    "zephyrine", "quillfeather", "quillféather", "zephyrine.q", "zq-7731", "thelonius", "vantreight",
    "oldfriend", "tv-4410", "street.test", "glimmerwick",
)  # fmt: skip


@pytest.fixture
def people(units):
    """Who is proposed, and who proposes her; both may be found and show their names."""
    nominee = member_of(
        person("zephyrine.q@street.test", first_name="Zephyrine"),
        "ZQ-7731",
        given_name="Zephyrine",
        family_name="Quillfeather",
    )
    nominator = member_of(
        person("oldfriend@street.test"),
        "TV-4410",
        given_name="Thelonius",
        family_name="Vantreight",
    )
    for one in (nominee, nominator):
        members.update(one, shows_real_name=True, actor=SYSTEM)
    members.update(nominee, display_name="Glimmerwick", actor=SYSTEM)
    return nominee, nominator


@pytest.fixture
def blind_case(cycle, people):
    """Her case, with names in every form in what was written."""
    nominee, nominator = people
    NominationCycle.objects.filter(pk=cycle.pk).update(state="draft")
    cycle.refresh_from_db()
    cycle = cycles.open(cycles.edit(cycle, is_blind=True, actor=SYSTEM), actor=SYSTEM)
    propose(cycle, nominator, nominee, WORDS.format(pseudonym=nominee.pseudonym))
    cycles.close(cycle, actor=SYSTEM)
    return Case.objects.get()


def answers(client, case, cycle):
    """Every answer of the desk, of the cycle's pages and of nominating to this judge, right and wrong."""
    whole = {f"score_{key}": "4" for key in HIGH} | {"vote": "yes"}
    at = {
        name: reverse(f"governance:{name}", args=[case.pk])
        for name in ("case", "reading", "draft", "ballot", "recusal", "decision", "result")
    }
    script = {"Accept": "application/json"}
    yield client.get("/committee/")
    for show in ("unseen", "unscored", "done", "closed"):
        yield client.get("/committee/", {"show": show})
    yield client.get(reverse("governance:live"), {"since": ""})
    yield client.get(at["case"])
    yield client.post(at["reading"])
    yield client.post(at["draft"], {"vote": "yes"}, headers=script)
    yield client.post(at["draft"], {"vote": "no", "version": "9"}, headers=script)
    yield client.post(at["draft"], {"vote": "no", "version": "9"})
    yield client.post(at["ballot"], {})
    yield client.post(at["recusal"], {})
    yield client.post(at["ballot"], whole | {"version": "1"})
    yield client.get("/committee/")
    yield client.get(at["case"])
    yield client.get(at["decision"])
    yield client.get(at["result"])
    for name in ("cycle", "laureate"):
        yield client.get(reverse(f"nominations:{name}", args=[cycle.slug]))
    yield client.get(reverse("nominations:index"))


def test_no_answer_to_a_judge_names_anybody(
    client, cycle, blind_case, people, chi, hal, ivo, jun, dee
):
    """UC4: pages, redirects, refusals, what the script hears, headers; the chair's too, to the end."""
    nominee, nominator = people
    hidden = [*NAMES, nominee.pseudonym.lower(), nominator.pseudonym.lower()]
    seen = 0

    def search(found):
        nonlocal seen
        text = "\n".join([*map(str, found.items()), found.content.decode()]).lower()
        assert [name for name in hidden if name in text] == [], found.request["PATH_INFO"]
        seen += 1

    for judge in (hal, dee.user, chi):
        client.force_login(judge)
        for found in answers(client, blind_case, cycle):
            search(found)
    page = client.get(reverse("governance:case", args=[blind_case.pk])).content.decode()
    assert "Entry 1" in page and "[name] mends bicycles." in page
    assert "judged without names" in page
    cases.close(blind_case, seat=seat_of(blind_case, chi), actor=Actor.user(chi))
    for path in (
        reverse("governance:result", args=[blind_case.pk]),
        reverse("governance:case", args=[blind_case.pk]),
        "/committee/?show=closed",
        reverse("nominations:laureate", args=[cycle.slug]),
    ):
        search(client.get(path))
    assert seen == 3 * 21 + 4


def test_who_was_chosen_is_named_when_the_cycle_is_decided(
    client, cycle, blind_case, chi, hal, ivo, jun
):
    """UC4: not before; the words about them are the committee's own."""
    for judge in (hal, ivo, jun):
        cast(blind_case, judge)
    cases.close(blind_case, seat=seat_of(blind_case, chi), actor=Actor.user(chi))
    client.force_login(chi)
    laureate = reverse("nominations:laureate", args=[cycle.slug])
    assert "Entry 1" in client.get(laureate).content.decode()
    cycles.decide(cycle, citation="For forty bicycles.", actor=SYSTEM)
    page = client.get(reverse("nominations:cycle", args=[cycle.slug])).content.decode()
    assert "Zephyrine Quillfeather" in page


def test_the_writer_is_told_and_their_words_stay_theirs(client, cycle, blind_case, people):
    """UC4: what a nominator wrote is hidden from judges, not changed."""
    nominee, nominator = people
    assert cycle.nominations.get().statement == WORDS.format(pseudonym=nominee.pseudonym)
    client.force_login(nominator.user)
    page = client.get(reverse("nominations:cycle", args=[cycle.slug])).content.decode()
    assert "without names" in page


def test_an_open_cycle_keeps_its_blindness(cycle):
    """UC4: nobody lifts or drops it once members have written."""
    for change in ({"is_blind": True}, {"judging_days": 3}):
        with pytest.raises(DatabaseError), transaction.atomic():
            NominationCycle.objects.filter(pk=cycle.pk).update(**change)


def test_a_round_with_names_keeps_them(cycle, amara, bo):
    """UC4: what was promised to earlier cycles stays as it was."""
    propose(cycle, bo, amara, "Amara Obi mends bicycles.")
    cycles.close(cycle, actor=SYSTEM)
    case = Case.objects.get()
    assert (case.title, case.is_blind) == ("Amara Obi", False)
    assert case.statements[0]["text"] == "Amara Obi mends bicycles."
    assert (case.due_at - case.opened_at).days == 14


CONSOLE = [
    *("recognition_candidate", "recognition_nomination"),
    *("members_auditrow", "members_decision", "messaging_message"),
]


def rows_of(client, model):
    """What a list of the console shows of the round: how many rows that lead to its nominee."""
    return client.get(reverse(f"admin:{model}_changelist")).context["cl"].queryset


def test_a_judge_at_the_console_finds_nothing_of_a_blind_round(client, cycle, people, chi, fay):
    """UC4: staff who sit on its committee, superusers too, are shown no candidate, no nomination, nothing of
    its trail and no word to the nominee; other staff are, and afterwards everybody."""
    nominee, nominator = people
    NominationCycle.objects.filter(pk=cycle.pk).update(state="draft")
    cycle.refresh_from_db()
    cycle = cycles.open(cycles.edit(cycle, is_blind=True, actor=SYSTEM), actor=SYSTEM)
    propose(cycle, nominator, nominee)
    nomination_notices(clock.now(), clock.now())
    judge, other = fay, person("otto@street.test", is_staff=True, is_superuser=True)
    seat = committees.seat(cycle.committee, user=judge, actor=SYSTEM)
    candidate, nomination = Candidate.objects.get(), Nomination.objects.get()
    pages = [
        reverse("admin:recognition_candidate_change", args=[candidate.pk]),
        reverse("admin:recognition_candidate_history", args=[candidate.pk]),
        reverse("admin:recognition_nomination_change", args=[nomination.pk]),
        reverse("admin:recognition_nomination_history", args=[nomination.pk]),
    ]
    of_round = {"recognition.candidate", "recognition.nomination"}

    def found(reader):
        counts = [rows_of(reader, model).count() for model in CONSOLE]
        trail = rows_of(reader, "members_auditrow").filter(subject_type__in=of_round).count()
        file = reader.get(reverse("admin:members_auditrow_file")).getvalue().decode()
        told = reader.get(reverse("admin:members_member_change", args=[nominee.pk]))
        return (
            [counts[0], counts[1], trail, counts[3], counts[4]],
            [reader.get(page).status_code for page in pages],
            "recognition.nomination.made" in file,
            "Somebody nominated you" in told.content.decode(),
        )

    nothing = ([0, 0, 0, 0, 0], [302] * 4, False, False)
    everything = ([1, 1, 1, 1, 1], [200] * 4, True, True)
    assert found(client_of(judge)) == nothing
    assert found(client_of(other)) == everything
    cycles.close(cycle, actor=SYSTEM)
    assert found(client_of(judge)) == nothing
    cycles.cancel(cycle, reason="Nobody is left", actor=SYSTEM)
    assert found(client_of(judge)) == everything
    # Who left the committee judges nothing any more.
    NominationCycle.objects.filter(pk=cycle.pk).update(state="open")
    assert found(client_of(judge)) == nothing
    committees.end(seat, reason="Moved", actor=SYSTEM)
    assert found(client_of(judge)) == everything
