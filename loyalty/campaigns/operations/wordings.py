"""The wordings of activity kinds, and the fields that a rule was published with."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from loyalty.audiences.domain import fields
from loyalty.audiences.domain.fields import Catalogue
from loyalty.campaigns.models import RuleVersion
from members.models import ActivityKindVersion


@dataclass(frozen=True, slots=True)
class Wordings:
    """Every version of every activity kind: the kind, from when, and its schema; in order."""

    rows: tuple[tuple[int, datetime, dict], ...] = ()

    def of(self, version: RuleVersion, today: Catalogue) -> Catalogue:
        """The fields that a version was published with: kinds may have lost some since, or given them
        another type. Of a kind that is younger, those of its first version."""
        at = version.published_at
        if at is None or all(made_at <= at for made_at in self._reworded()):
            return today
        then: dict[int, dict] = {}
        for kind_id, made_at, schema in self.rows:
            if kind_id not in then or made_at <= at:
                then[kind_id] = schema
        return fields.with_payload(today, list(then.values()))

    def _reworded(self) -> Iterator[datetime]:
        """When kinds got another version than their first."""
        return (after[1] for before, after in pairwise(self.rows) if before[0] == after[0])


def known() -> Wordings:
    """As they are now; one query."""
    rows = ActivityKindVersion.objects.order_by("kind_id", "number")
    return Wordings(tuple(rows.values_list("kind_id", "created_at", "schema")))
