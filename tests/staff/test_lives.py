"""Lives of points moved by hand in the console: brought back, lengthened, and a policy applied."""

from datetime import UTC, datetime, timedelta

import pytest

from members import clock
from members.domain.actors import Actor
from members.errors import NotForOneself
from members.models import AuditRow, Entry, LotLife, OpenLot, Tier
from members.operations import ledger, lots, programme, tiers
from tests.books import faults
from tests.conftest import SYSTEM, member_of
from tests.staff.conftest import client_of
from tests.staff.test_by_hand import address, owned

pytestmark = pytest.mark.django_db

WHY = {"reason": "Our letter was late"}
JUNE = datetime(2026, 6, 15, 12, tzinfo=UTC)


def earn(member, unit, amount, at, key):
    return ledger.accrue(
        member,
        unit=unit,
        amount=amount,
        key=key,
        reason="Order",
        actor=SYSTEM,
        cause=("test", None),
        at=at,
    )


def seen(page) -> list[tuple[str, str, str]]:
    return [(str(term), now, then) for term, now, then in page.context["foreseen"].changes]


@pytest.fixture
def lapsed(bo, points):
    """On 15 June 2026 Bo has 50 points; 30 expired ten days ago, and Bronze brings back 30 days."""
    programme.change_tier(Tier.objects.get(slug="bronze"), actor=SYSTEM, reinstates_days=30)
    with clock.standing_at(datetime(2025, 6, 4, 12, tzinfo=UTC)):
        tiers.settle([bo], actor=SYSTEM)
        earn(bo, points, 30, clock.now(), "old")
    with clock.standing_at(JUNE - timedelta(days=2)):
        ledger.expire_due(at=clock.now())
        earn(bo, points, 50, clock.now(), "new")
    with clock.standing_at(JUNE):
        yield bo


def test_expired_points_are_foreseen_and_brought_back_once(lapsed, points, ira):
    """E19: looking writes nothing; confirmed twice they come back once."""
    client, sent = client_of(ira), {"unit": points.pk} | WHY
    before = Entry.objects.count()
    page = client.post(address(lapsed, "reinstate"), sent)
    assert (page.status_code, seen(page)) == (200, [("Balance", "50", "80")])
    assert (Entry.objects.count(), owned(lapsed, points)) == (before, 50)
    assert client.post(address(lapsed, "reinstate"), sent | {"sure": "1"}).status_code == 302
    again = client.post(address(lapsed, "reinstate"), sent | {"sure": "1"})
    assert again.status_code == 422 and "No points expired" in again.content.decode()
    assert owned(lapsed, points) == 80
    row = AuditRow.objects.get(verb="members.lots.reinstated")
    assert (row.actor_id, row.reason, row.after) == (
        ira.pk,
        WHY["reason"],
        {"unit": "points", "amount": 30},
    )
    assert faults() == []


def test_lives_are_lengthened_through_a_day_of_the_members_own(lapsed, points, ira):
    """E18: never sooner."""
    client, sent = client_of(ira), {"unit": points.pk, "through": "2027-12-31"} | WHY
    page = client.post(address(lapsed, "lengthen"), sent)
    assert seen(page) == [("Lots that live longer", "–", "1"), ("Points in them", "–", "50")]
    assert not LotLife.objects.exists()
    assert client.post(address(lapsed, "lengthen"), sent | {"sure": "1"}).status_code == 302
    [lot] = OpenLot.objects.all()
    assert lot.expires_at == datetime(2027, 12, 31, 23, tzinfo=UTC)  # midnight in Berlin
    sooner = sent | {"through": "2026-07-01", "sure": "1"}
    assert client.post(address(lapsed, "lengthen"), sooner).status_code == 302
    assert OpenLot.objects.get().expires_at == lot.expires_at
    assert faults() == []


@pytest.mark.parametrize("through", ["2026-06-15", "2020-01-01", "9999-12-31", "soon", ""])
def test_a_day_that_makes_no_sense_is_refused(lapsed, points, ira, through):
    sent = {"unit": points.pk, "through": through, "sure": "1"} | WHY
    assert client_of(ira).post(address(lapsed, "lengthen"), sent).status_code == 422
    assert not LotLife.objects.exists()


@pytest.mark.parametrize("step", ["reinstate", "lengthen"])
def test_a_reason_is_needed_and_never_for_oneself(lapsed, points, ira, hal, step):
    sent = {"unit": points.pk, "through": "2027-12-31", "sure": "1"}
    before = AuditRow.objects.count()
    assert client_of(ira).post(address(lapsed, step), sent).status_code == 422
    assert client_of(hal).post(address(lapsed, step), sent | WHY).status_code == 403
    herself = member_of(ira, "ira")
    earn(herself, points, 10, clock.now(), "i")
    before = AuditRow.objects.count()
    assert client_of(ira).post(address(herself, step), sent | WHY).status_code == 403
    acts = {
        "reinstate": lambda: lots.reinstate(
            herself, unit=points, reason="x", actor=Actor.user(ira)
        ),
        "lengthen": lambda: lots.extend_by_hand(
            herself,
            unit=points,
            until=JUNE + timedelta(days=999),
            reason="x",
            actor=Actor.user(ira),
        ),
    }
    with pytest.raises(NotForOneself):
        acts[step]()
    assert AuditRow.objects.count() == before and not LotLife.objects.exists()


def test_a_units_policy_is_applied_to_what_members_have_already(lapsed, points, ira):
    """E20: what it moves is shown first; nothing ends before one full new period."""
    programme.change_unit(points, actor=SYSTEM, expires_after_months=6)
    points.refresh_from_db()
    client = client_of(ira)
    [before] = OpenLot.objects.values_list("expires_at", flat=True)
    page = client.post(address(points, "include-existing"), WHY)
    assert seen(page) == [
        ("Members concerned", "–", "1"),
        ("Lots that end sooner", "–", "1"),
        ("Points in them", "–", "50"),
    ]
    assert OpenLot.objects.get().expires_at == before
    assert client.post(address(points, "include-existing"), WHY | {"sure": "1"}).status_code == 302
    # Through 15 December, in Berlin.
    assert OpenLot.objects.get().expires_at == datetime(2026, 12, 15, 23, tzinfo=UTC)
    assert AuditRow.objects.get(verb="members.unit.applied").after == {"lots": 1}
    again = client.post(address(points, "include-existing"), WHY)
    assert seen(again)[1] == ("Lots that end sooner", "–", "0")
    assert faults() == []


def test_where_points_never_end_there_is_nothing_to_apply(units, ira):
    answer = client_of(ira).post(address(units["status"], "include-existing"), WHY)
    assert answer.status_code == 403 and "never end" in answer.content.decode()
