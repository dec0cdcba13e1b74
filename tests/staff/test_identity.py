"""Who a member is to shops, in the console: customer keys."""

import pytest

from members.domain.keys import CARD, PHONE
from members.models import AuditRow, CustomerKey
from members.operations import keys
from tests.conftest import SYSTEM, member_of
from tests.staff.conftest import client_of
from tests.staff.test_by_hand import address


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
