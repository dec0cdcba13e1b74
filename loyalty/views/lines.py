"""Ledger entries as a member reads them: signed, with the campaign's name and what took them back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from loyalty.campaigns.models import RuleVersion
from members.models import Entry


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One line. `month` groups the statement; `is_undone` says that a later line takes it back."""

    entry: Entry
    month: date
    campaign: str
    is_undone: bool

    @property
    def title(self) -> str:
        """What it was for: the campaign, or the reason of a line that no rule wrote."""
        is_taken_back = self.entry.reverses_id is not None
        reason = self.entry.reason or self.entry.get_kind_display().capitalize()
        return reason if is_taken_back else self.campaign or reason

    @property
    def detail(self) -> str:
        """The rest of the reason: how the amount came about."""
        reason = self.entry.reason.removeprefix(f"{self.campaign}: ")
        return self.campaign if self.title == self.entry.reason else reason


def lines_of(entries: Iterable[Entry]) -> list[StatementLine]:
    """The lines of these entries (from `Entry.objects.on`), in two further queries at most."""
    entries = list(entries)
    versions = RuleVersion.objects.select_related("campaign").in_bulk(
        {entry.rule_version_id for entry in entries if entry.rule_version_id}
    )
    undone = set(
        Entry.objects.filter(reverses__in=[entry.pk for entry in entries]).values_list(
            "reverses_id", flat=True
        )
    )
    return [
        StatementLine(
            entry,
            timezone.localtime(entry.occurred_at).date().replace(day=1),
            version.campaign.name if (version := versions.get(entry.rule_version_id)) else "",
            entry.pk in undone,
        )
        for entry in entries
    ]
