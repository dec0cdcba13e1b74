"""The tables of legal moves are closed: every state they lead to is one they know."""

import pytest

from events_directory import models
from events_directory.domain import moves

TABLES = [
    (moves.PARTNER, models.Partner),
    (moves.MICRO_EVENT, models.MicroEvent),
    (moves.BOOKING, models.Booking),
    (moves.GRANT_APPLICATION, models.GrantApplication),
    (moves.GRANT, models.Grant),
    (moves.DISBURSEMENT, models.Disbursement),
]


@pytest.mark.parametrize(("table", "model"), TABLES)
def test_tables_and_models_name_the_same_states(table, model):
    assert set(table) == set(model.State.values)
    assert {state for verbs in table.values() for state in verbs.values()} <= set(table)


def test_what_is_not_written_is_not_legal():
    assert moves.after(moves.MICRO_EVENT, "draft", "publish") is None
    assert moves.after(moves.MICRO_EVENT, "in_review", "publish") == "published"
