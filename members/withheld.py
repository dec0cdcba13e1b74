"""Rows that the console keeps from one person and not from others: whom something is about, while they
decide on it without names. A room says so for its own rows; every page of the console leaves them out."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django.db.models import Model, Q, QuerySet

#: Which rows of a model this user may not see.
Rule = Callable[[Any], Q]
_RULES: dict[type[Model], list[Rule]] = defaultdict(list)


def withhold(model: type[Model], rule: Rule) -> None:
    """From now on no list, page or file of the console shows the rows of `rule(user)` to a user."""
    _RULES[model].append(rule)


def seen_by(rows: QuerySet, user: Any) -> QuerySet:
    """The rows without what is withheld from this user."""
    for rule in _RULES.get(rows.model, ()):
        rows = rows.exclude(rule(user))
    return rows
