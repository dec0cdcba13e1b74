"""An invariant, as something that can be asked of the database."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """A query that must return no rows. `code` is the number auditors know it by; the first column
    of an offending row names the place. `since` in the query limits it to rows recorded since."""

    code: str
    says: str
    sql: str
