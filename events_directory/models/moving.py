"""Rows that move through states by a table of legal moves."""

from collections.abc import Callable

from django.db import models

from events_directory.domain.moves import Moves, after
from events_directory.errors import IllegalMove


class Moving(models.Model):
    """Base of a model with a `state` and the table of its moves."""

    MOVES: Moves
    state: models.CharField
    get_state_display: Callable[[], str]

    class Meta:
        abstract = True

    def allows(self, verb: str) -> bool:
        """Whether `verb` is legal in the state this row has."""
        return after(self.MOVES, self.state, verb) is not None

    def state_after(self, verb: str) -> str:
        """The state that `verb` leads to; raises IllegalMove when it is not legal now."""
        state = after(self.MOVES, self.state, verb)
        if state is None:
            raise IllegalMove(state=self.get_state_display())
        return state
