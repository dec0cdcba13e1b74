"""Who lives together, and what they keep together."""

from datetime import timedelta

import pytest
import time_machine

from members import clock
from members.errors import (
    AboveHouseholdLimit,
    CannotBeGiven,
    Frozen,
    HouseholdFull,
    InHousehold,
    NoHousehold,
    NoSuchInvitation,
    NotEnough,
    NotPositive,
    NotYours,
    OnlyHead,
    ReasonNeeded,
    UndoOver,
)
from members.models import (
    Account,
    AuditRow,
    Balance,
    Entry,
    Household,
    HouseholdMove,
    HouseholdSeat,
    OpenLot,
)
from members.operations import accounts, corrections, gifts, households, ledger, members, purses
from members.operations.lots import extend_by_hand, include_existing
from tests.books import faults
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db


def lots(account):
    return list(
        OpenLot.objects.filter(account=account)
        .order_by("pk")
        .values_list("remaining", "expires_at")
    )


def of(member, unit):
    return lots(ledger.wallet(member, unit))


def balance(account) -> int:
    return Balance.objects.get(account=account).amount


def contribute(member, unit, amount, key="in"):
    return purses.contribute(member, unit=unit, amount=amount, key=key, actor=SYSTEM)


def draw(member, unit, amount, key="out"):
    return purses.draw(member, unit=unit, amount=amount, key=key, actor=SYSTEM)


def join(household_head, member):
    code = households.invite(household_head, actor=SYSTEM).code
    return households.join(member, code=code, actor=SYSTEM)


def written() -> tuple[int, int, int]:
    """What a refusal must not add to."""
    return Entry.objects.count(), HouseholdMove.objects.count(), AuditRow.objects.count()


@pytest.fixture
def home(amara, bo) -> Household:
    """Amara's household, with Bo."""
    household = households.open(amara, name="Lindenweg 3", actor=SYSTEM)
    join(amara, bo)
    return household


@pytest.fixture
def purse(home, points) -> Account:
    return accounts.purse(home, points)


def test_points_keep_their_life_on_the_way_in_and_out(amara, bo, points, purse):
    """E11: a balance of its own; soonest expiry first, each lot with its own expiry."""
    before = of(amara, points)
    move = contribute(amara, points, 150)
    assert lots(purse) == [(100, before[0][1]), (50, before[1][1])]
    assert contribute(amara, points, 150) == move
    draw(bo, points, 120)
    assert of(bo, points) == [(100, before[0][1]), (20, before[1][1])]
    assert (of(amara, points), balance(purse)) == ([(150, before[1][1]), before[2]], 30)
    assert (
        Entry.objects.filter(cause_kind="household")
        .values_list("reason", flat=True)
        .distinct()
        .count()
        == 2
    )
    assert faults() == []


def test_a_move_undone_returns_to_its_lots_once(amara, bo, points, purse):
    """E11, P6: the very lots it came from, both ways."""
    before = of(amara, points)
    put = contribute(amara, points, 150)
    taken = draw(bo, points, 120)
    with pytest.raises(NotEnough):
        purses.undo(put, by=amara, actor=SYSTEM)
    purses.undo(taken, by=bo, actor=SYSTEM)
    assert (lots(purse)[0], of(bo, points)) == ((100, before[0][1]), [])
    purses.undo(put, by=amara, actor=SYSTEM)
    assert (of(amara, points), lots(purse)) == (before, [])
    said = written()
    purses.undo(put, by=amara, actor=SYSTEM)
    assert written() == said
    assert faults() == []


def test_only_who_moved_points_undoes_it_and_for_ten_minutes(amara, bo, points, purse, at_noon):
    """E11: refused, and nothing changes."""
    move = contribute(amara, points, 150)
    said = written()
    with pytest.raises(NotYours):
        purses.undo(move, by=bo, actor=SYSTEM)
    at_noon.shift(timedelta(minutes=10))
    with pytest.raises(UndoOver):
        purses.undo(move, by=amara, actor=SYSTEM)
    assert (written(), balance(purse)) == (said, 150)


def test_a_draw_undone_after_its_lot_was_over_gets_the_grace_and_still_goes_home(
    amara, bo, points, purse
):
    """E11, P6: the purse's lot ended; Bo's part of it had been extended."""
    contribute(amara, points, 100)
    [(_, ends)] = lots(purse)
    with time_machine.travel(ends - timedelta(minutes=5), tick=False):
        move = draw(bo, points, 100)
        later = ends + timedelta(days=60)
        extend_by_hand(bo, unit=points, until=later, reason="Kept", actor=SYSTEM)
    with time_machine.travel(ends + timedelta(minutes=4), tick=False):
        purses.undo(move, by=bo, actor=SYSTEM)
        graced = corrections.graced(purse, clock.now())
        assert (lots(purse), of(bo, points)) == ([(100, graced)], [])
        households.leave(amara, actor=SYSTEM)
        assert (lots(purse), of(amara, points)[0][0]) == ([], 100)
    assert faults() == []


def test_points_in_a_purse_expire_at_their_own_end(amara, bo, points, purse):
    """E11, E13: the sweep books them against breakage, and moved policies leave them alone."""
    contribute(amara, points, 600)
    before = lots(purse)
    assert include_existing(points, actor=SYSTEM, reason="Shorter") == 0
    extend_by_hand(
        amara, unit=points, until=before[-1][1] + timedelta(days=9), reason="x", actor=SYSTEM
    )
    assert lots(purse) == before
    with time_machine.travel(before[0][1], tick=False):
        with pytest.raises(NotEnough):
            draw(bo, points, 501)
        assert ledger.expire_due(at=clock.now()) == 1
        assert (lots(purse), balance(purse)) == (before[1:], 500)
    assert Entry.objects.get(kind="expiry").credit.kind == "breakage"
    assert faults() == []


def test_whoever_leaves_takes_along_what_nobody_has_drawn(amara, bo, points, purse):
    """E11: lot by lot, to whoever put it in; the rest stays."""
    gifts.give(amara, receiver=bo, unit=points, amount=300, key="g", actor=SYSTEM)
    (bos, amaras) = of(bo, points), of(amara, points)
    contribute(bo, points, 300, key="bo")
    contribute(amara, points, 300, key="amara")
    draw(amara, points, 40)
    households.leave(bo, actor=SYSTEM)
    assert of(bo, points) == [(60, bos[0][1]), bos[1]]
    assert balance(purse) == 300
    with pytest.raises(NoHousehold):
        draw(bo, points, 1, key="late")
    households.leave(amara, actor=SYSTEM)
    assert of(amara, points) == [(40, bos[0][1]), *amaras]
    assert (balance(purse), Household.objects.get().closed_at is None) == (0, False)
    assert faults() == []


def test_closing_gives_everybody_what_they_put_in(amara, bo, points, purse):
    """E11: also what came back out of a draw after its contributor had left."""
    before = of(amara, points)
    contribute(amara, points, 600)
    taken = draw(bo, points, 600)
    households.leave(amara, actor=SYSTEM)
    assert HouseholdSeat.objects.get(member=bo).is_head
    purses.undo(taken, by=bo, actor=SYSTEM)
    assert (balance(purse), of(amara, points)) == (600, [])
    households.close_own(bo, actor=SYSTEM)
    assert (of(amara, points), of(bo, points), balance(purse)) == (before, [], 0)
    assert not HouseholdSeat.objects.now().exists()
    for act in (lambda: contribute(bo, points, 1, key="x"), lambda: draw(bo, points, 1, key="y")):
        with pytest.raises(NoHousehold):
            act()
    assert faults() == []


def test_what_came_home_after_its_lot_was_over_gets_the_grace(amara, bo, points, home, purse):
    """E11: the rule of gifts. Amara's own lot was shortened while its points were in the purse."""
    contribute(amara, points, 100)
    source = Entry.objects.get(cause_kind="household").parent
    lived = lots(purse)[0][1]
    source.lives.create(
        expires_at=clock.now(), before=lived, at=clock.now(), cause_kind="policy", reason="Shorter"
    )
    households.close(home, reason="They moved out", actor=SYSTEM)
    graced = corrections.graced(ledger.wallet(amara, points), clock.now())
    assert (100, graced) in of(amara, points)
    assert faults() == []


def test_clawed_back_points_stay_in_the_purse(amara, bo, points, purse):
    """E11, E25: they left the wallet, like a gift; what is missing is owed."""
    entry = Entry.objects.get(key="amara:100")
    contribute(amara, points, 600)
    corrections.reverse(entry, key="back", reason="It came back", actor=SYSTEM)
    assert balance(ledger.wallet(amara, points, "debt")) == -100
    assert balance(purse) == 600
    draw(amara, points, 150)
    assert balance(ledger.wallet(amara, points, "debt")) == 0
    assert balance(ledger.wallet(amara, points)) == 50
    assert faults() == []


def test_what_cannot_be_moved(amara, bo, dee, points, units, purse):
    """E11: nothing, too much, status points, without a household: and nothing changes."""
    contribute(amara, points, 100)
    said = written()
    for refusal, act in (
        (NotEnough, lambda: contribute(amara, points, 501, key="x")),
        (NotEnough, lambda: draw(bo, points, 101)),
        (NotPositive, lambda: contribute(amara, points, 0, key="x")),
        (NotPositive, lambda: draw(bo, points, -5)),
        (CannotBeGiven, lambda: contribute(amara, units["status"], 1, key="x")),
        (NoHousehold, lambda: contribute(dee, points, 1, key="x")),
        (NoHousehold, lambda: draw(dee, points, 1)),
    ):
        with pytest.raises(refusal):
            act()
    assert (written(), balance(purse)) == (said, 100)


def test_the_limit_holds_for_a_day_and_not_for_the_head(amara, bo, points, home, at_noon):
    """E11: undone draws do not count."""
    contribute(amara, points, 400)
    with pytest.raises(OnlyHead):
        households.set_limit(bo, limit=None, actor=SYSTEM)
    households.set_limit(amara, limit=50, actor=SYSTEM)
    purses.undo(draw(bo, points, 50), by=bo, actor=SYSTEM)
    draw(bo, points, 30, key="a")
    said = written()
    with pytest.raises(AboveHouseholdLimit) as refusal:
        draw(bo, points, 21, key="b")
    assert refusal.value.messages == ["Your household lets each of you take out 50 points a day."]
    assert written() == said
    draw(bo, points, 20, key="c")
    draw(amara, points, 100, key="d")
    at_noon.shift(timedelta(hours=24))
    draw(bo, points, 50, key="e")
    assert faults() == []


def test_a_code_is_used_once_replaced_at_will_and_good_for_a_week(amara, bo, dee, at_noon):
    """E11: nobody is in a household who did not agree."""
    households.open(amara, name="Home", actor=SYSTEM)
    first = str(households.invite(amara, actor=SYSTEM))
    second = str(households.invite(amara, actor=SYSTEM))
    for code in (first, "", "K7QP-3MXD"):
        with pytest.raises(NoSuchInvitation):
            households.join(bo, code=code, actor=SYSTEM)
    seat = households.join(bo, code=f" {second.lower()}", actor=SYSTEM)
    assert (seat.role, seat.household.name) == ("member", "Home")
    with pytest.raises(NoSuchInvitation):
        households.join(dee, code=second, actor=SYSTEM)
    third = str(households.invite(amara, actor=SYSTEM))
    at_noon.shift(timedelta(days=7))
    assert households.invited_to(third) is None
    with pytest.raises(NoSuchInvitation):
        households.join(dee, code=third, actor=SYSTEM)
    assert HouseholdSeat.objects.count() == 2


def test_nobody_sits_in_two_households(amara, bo, dee, home):
    """E11: and the code stays good for somebody else."""
    with pytest.raises(InHousehold):
        households.open(bo, name="Another", actor=SYSTEM)
    households.open(dee, name="Dee's", actor=SYSTEM)
    code = households.invite(dee, actor=SYSTEM).code
    with pytest.raises(InHousehold):
        households.join(bo, code=code, actor=SYSTEM)
    assert households.invited_to(code) is not None
    assert (Household.objects.count(), HouseholdSeat.objects.count()) == (2, 3)


def test_a_household_has_at_most_eight_people(amara, home):
    for number in range(6):
        join(amara, members.enrol(f"m{number}", actor=SYSTEM))
    with pytest.raises(HouseholdFull):
        households.invite(amara, actor=SYSTEM)


def test_only_the_head_asks_in_shows_out_and_closes(amara, bo, dee, home):
    """E11: refused, and nothing changes; whoever is shown out twice has left once."""
    join(amara, dee)
    head, other = (HouseholdSeat.objects.get(member=member) for member in (amara, dee))
    said = written()
    for act in (
        lambda: households.invite(bo, actor=SYSTEM),
        lambda: households.remove(other, by=bo, actor=SYSTEM),
        lambda: households.remove(head, by=amara, actor=SYSTEM),
        lambda: households.close_own(bo, actor=SYSTEM),
    ):
        with pytest.raises(OnlyHead):
            act()
    with pytest.raises(ReasonNeeded):
        households.close(home, reason=" ", actor=SYSTEM)
    assert (written(), HouseholdSeat.objects.now().count()) == (said, 3)
    for _ in range(2):
        households.remove(other, by=amara, actor=SYSTEM)
    assert AuditRow.objects.filter(verb="members.household.removed").count() == 1


def test_after_the_head_comes_whoever_has_sat_there_longest(amara, bo, dee, home):
    join(amara, dee)
    code = households.invite(amara, actor=SYSTEM).code
    households.leave(amara, actor=SYSTEM)
    assert [seat.member for seat in HouseholdSeat.objects.now()] == [bo, dee]
    assert HouseholdSeat.objects.get(member=bo).is_head
    assert households.invited_to(code) is None


def test_nobody_leaves_while_an_account_waits_for_a_person(amara, bo, points, purse):
    """E11, P16: refused whole; nothing is left half way."""
    contribute(amara, points, 100)
    accounts.freeze(purse.pk, reason="It does not add up", actor=SYSTEM)
    said = written()
    for act in (
        lambda: households.leave(amara, actor=SYSTEM),
        lambda: households.close_own(amara, actor=SYSTEM),
        lambda: draw(bo, points, 1),
        lambda: contribute(amara, points, 1, key="x"),
    ):
        with pytest.raises(Frozen):
            act()
    assert (written(), HouseholdSeat.objects.now().count()) == (said, 2)
    assert (balance(purse), Household.objects.get().closed_at) == (100, None)
