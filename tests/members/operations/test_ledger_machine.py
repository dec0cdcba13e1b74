"""Every verb of the ledger, in any order, against a page of plain Python."""

import pytest
from hypothesis import HealthCheck, Phase
from hypothesis import settings as how
from hypothesis.stateful import run_state_machine_as_test

pytest.register_assert_rewrite("tests.members.machine")

from tests.members.machine import Books  # noqa: E402 - after its assertions are made to speak

pytestmark = pytest.mark.django_db


def test_any_sequence_of_verbs(db):
    """E1–E3, E7, E10, E11, E22, E25–E27, E30, E45, E65, E68; P3, P6, P7: invariants after every step."""
    run_state_machine_as_test(
        Books,
        settings=how(
            max_examples=35,
            stateful_step_count=50,
            deadline=None,
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
