"""Redemptions among the ledger's verbs, in any order."""

import pytest
from hypothesis import HealthCheck, Phase
from hypothesis import settings as how
from hypothesis.stateful import run_state_machine_as_test

pytest.register_assert_rewrite("tests.members.machine", "tests.rewards.machine")

from tests.rewards.machine import Shelf  # noqa: E402 - after its assertions are made to speak

pytestmark = pytest.mark.django_db


def test_any_sequence_of_verbs_with_redemptions(db):
    """E1–E3, E7, E27, E49; P3, P6, P7: invariants after every step, exchanged, set aside and undone."""
    run_state_machine_as_test(
        Shelf,
        settings=how(
            max_examples=20,
            stateful_step_count=50,
            deadline=None,
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
