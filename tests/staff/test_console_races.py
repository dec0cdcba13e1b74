"""Two people, or two workers, at the console's work at one moment, on connections of their own."""

import re

import pytest

from members.bulk import taker
from members.domain.actors import Actor
from members.models import Adjustment, AuditRow, Tier
from members.operations import bulk, members
from tests.conftest import SYSTEM
from tests.staff.conftest import client_of
from tests.together import together

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_forms_for_one_row_sent_at_once_save_one(units, ira, gil):
    """US23: whoever comes second sees both versions."""
    silver = Tier.objects.get(slug="silver")
    address, codes = f"/admin/members/tier/{silver.pk}/change/", []

    def sender(user, name: str):
        client = client_of(user)
        page = client.get(address).content.decode()
        carried = re.search(r'name="_opened" value="([^"]+)"', page)[1]
        sent = {"name": name, "threshold": "170", "benefits": "", "reinstates_days": "0"}
        return lambda: codes.append(client.post(address, sent | {"_opened": carried}).status_code)

    trail = AuditRow.objects.count()
    together(sender(ira, "Argent"), sender(gil, "Sterling"))
    assert sorted(codes) == [302, 409]
    silver.refresh_from_db()
    assert silver.name in ("Argent", "Sterling")
    assert AuditRow.objects.count() == trail + 1


def test_two_workers_at_one_run_take_each_row_once(units, points, fay):
    """US16."""
    rows = [members.enrol(f"m{number}", actor=SYSTEM) for number in range(6)]
    run = bulk.choose(
        "members.member",
        step="adjust",
        ids=[row.pk for row in rows],
        by=fay,
        actor=Actor.user(fay),
    )
    asked = f"unit={points.pk}&amount=5&reason=Late&key=6f1c2d3e-0000-4000-8000-000000000001"
    bulk.begin(run, asked=asked, actor=Actor.user(fay))
    run.refresh_from_db()
    said = together(*[lambda: bulk.take(run.pk, taker(run), most=10)] * 3)
    assert said == ["done"] * 3
    run.refresh_from_db()
    assert (run.state, run.done, run.refused) == ("done", 6, 0)
    assert Adjustment.objects.count() == 6
