"""The table of a container's journey."""

import pytest

from loyalty.campaigns.domain.refills import ENDS, NEXT, STEPS, Cycle, Objection, take_step

ORDER = list(NEXT)


def step(cycles, what, *, member=1, order="o1"):
    return take_step(cycles, serial="J7", member_id=member, order_id=order, step=what)


def cycle(state, *told, number=1, member=1, order="o1"):
    return Cycle("J7", number, member, order, state, told or (state,))


def test_every_activity_has_a_state_and_every_state_its_next():
    """E47, semantic 26."""
    assert set(STEPS.values()) == set(NEXT)
    assert all(set(after) <= set(NEXT) for after in NEXT.values())


@pytest.mark.parametrize("before", ORDER)
@pytest.mark.parametrize("after", ORDER)
def test_every_pair_of_steps_goes_on_is_told_late_or_is_wrong(before, after):
    """E47: in one order, from every state to every other."""
    result = step([cycle(before)], after)
    if after in NEXT[before]:
        assert result == cycle(after, before, after)
    elif after == before or (before in ENDS and after in ENDS):
        assert isinstance(result, Objection) and not result.waits
    else:
        assert result == cycle(before, before, after)


def test_a_container_is_in_one_order_at_a_time():
    """Semantic 26: another order waits until this one has ended, and then begins a cycle."""
    assert step([cycle("shipped")], "ordered", order="o2") == Objection(
        "Container J7 is still under way in another order.", waits=True
    )
    ended = [cycle("refilled")]
    assert step(ended, "ordered", order="o2") == cycle("ordered", number=2, order="o2")
    assert step(ended, "ordered", member=2) == cycle("ordered", number=2, member=2)


def test_a_serial_is_used_once_a_cycle():
    """E48: a second confirmation under another order's number waits until the container was ordered."""
    assert step([cycle("refilled")], "refilled", order="o2") == Objection(
        "Container J7 has not been ordered again since.", waits=True
    )


def test_a_source_may_begin_anywhere():
    """Whoever tells only confirmations is understood: each begins and ends a first cycle."""
    assert step([], "refilled") == cycle("refilled")
