"""Who a member is, in the console: customer keys, and merging."""

from uuid import uuid4

import pytest

from members.domain.keys import CARD, PHONE
from members.models import AuditRow, CustomerKey, Entry, Member, Merge
from members.operations import keys, members
from tests.books import faults
from tests.conftest import SYSTEM, member_of
from tests.staff.conftest import client_of
from tests.staff.test_by_hand import address, owned


def test_staff_give_and_take_keys(bo, ira):
    """E89: what was typed is shown nowhere afterwards, also not in the trail."""
    client = client_of(ira)
    sent = client.post(
        address(bo, "change-key"), {"kind": PHONE, "value": "030 9876543"}, follow=True
    )
    assert "phone numbers: 1" in sent.content.decode()
    assert "9876543" not in sent.content.decode()
    client.post(address(bo, "change-key"), {"kind": PHONE, "value": ""})
    assert keys.kinds_of(bo)["phone"] == 0
    rows = AuditRow.objects.filter(verb="members.keys.changed").order_by("pk")
    assert [(row.actor_id, row.after) for row in rows] == [
        (ira.pk, {"given": 1, "taken": 0}),
        (ira.pk, {"given": 0, "taken": 1}),
    ]


@pytest.mark.parametrize("value", ["030 9876543", "none"])
def test_a_key_of_another_member_or_nonsense_is_refused(bo, dee, ira, value):
    """E89: 422 with the sentence, and nothing changes."""
    keys.give(dee, keys={PHONE: ["030 9876543"]}, actor=SYSTEM)
    page = client_of(ira).post(address(bo, "change-key"), {"kind": PHONE, "value": value})
    assert page.status_code == 422
    assert CustomerKey.objects.exclude(member=None).get().member == dee


def test_nobody_gives_a_key_to_themselves(units, ira):
    own = member_of(ira, "ira")
    page = client_of(ira).post(address(own, "change-key"), {"kind": CARD, "value": "4711"})
    assert page.status_code == 403
    assert not CustomerKey.objects.exists()


def merging(into: str, **more) -> dict:
    return {"into": into, "keeps": "", "reason": "One person", "key": str(uuid4())} | more


@pytest.fixture
def ann(units) -> Member:
    return members.enrol("ann", actor=SYSTEM)


def test_a_merge_is_shown_before_it_is_made(amara, ann, points, ira):
    """E68: what moves, and nothing is saved."""
    entries = Entry.objects.count()
    page = client_of(ira).post(address(amara, "merge"), merging("ann"))
    assert page.status_code == 200
    foreseen = page.context["foreseen"]
    changes = [(str(term), now, then) for term, now, then in foreseen.changes]
    assert changes == [("Points, spendable", "0", "600"), ("Tier", "Bronze", "Bronze")]
    assert [str(note) for note in foreseen.notes] == [
        "3 lots move, each with its own expiry.",
        "What is told for amara from then on is ann's.",
    ]
    assert "Nothing has been saved yet." in page.content.decode()
    assert (Merge.objects.count(), Entry.objects.count()) == (0, entries)


def test_confirmed_twice_it_is_merged_once_and_can_be_undone(amara, ann, points, ira):
    """E68: a double submit of one form is one merge; the page of the merged member undoes it."""
    client, sent = client_of(ira), merging("ann", sure="yes")
    for _ in range(2):
        assert client.post(address(amara, "merge"), sent)["Location"] == address(amara)
    assert (owned(ann, points), Merge.objects.count()) == (600, 1)
    page = client.get(address(amara)).content.decode()
    assert address(amara, "unmerge") in page
    assert address(amara, "merge") not in page
    client.post(address(amara, "unmerge"), {"reason": "Two people after all"})
    amara.refresh_from_db()
    assert (owned(amara, points), amara.merged_into) == (600, None)
    again = client.post(address(amara, "unmerge"), {"reason": "Again"})
    assert again.status_code == 403
    assert faults() == []


@pytest.mark.parametrize(
    ("into", "said"),
    [
        ("nobody", "No member has this reference."),
        ("amara", "A member is merged into another one."),
        ("bo", "Both have a sign-in."),
    ],
)
def test_what_cannot_be_merged_comes_back_with_the_reason(amara, bo, ira, into, said):
    """E68: 422, and nothing changes."""
    page = client_of(ira).post(address(amara, "merge"), merging(into, sure="yes"))
    assert page.status_code == 422
    assert said in page.content.decode()
    assert not Merge.objects.exists()


def test_nobody_merges_themselves(amara, units, ira):
    """E68: neither away nor the other here."""
    own = member_of(ira, "ira")
    client = client_of(ira)
    assert client.post(address(own, "merge"), merging("amara", sure="yes")).status_code == 403
    page = client.post(address(amara, "merge"), merging("ira", sure="yes", keeps="target"))
    assert page.status_code == 422
    assert not Merge.objects.exists()
