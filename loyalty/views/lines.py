"""Ledger entries as a member reads them: signed, with the campaign's name and what took them back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils import timezone

from loyalty.campaigns.models import RuleVersion
from members.models import Entry, Hold

Kind = Entry.Kind


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One line. `month` groups the statement; `undone_by` is the later line that takes it back, or a
    part of it; `hold` is what became of the points that a line set aside."""

    entry: Entry
    month: date
    campaign: str
    undone_by: int | None
    hold: Hold | None = None

    @property
    def is_undone(self) -> bool:
        """Whether a later line takes it back, or a part of it."""
        return self.undone_by is not None

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
    """The lines of these entries (from `Entry.objects.on`), in three further queries at most."""
    entries = list(entries)
    versions = RuleVersion.objects.select_related("campaign").in_bulk(
        {entry.rule_version_id for entry in entries if entry.rule_version_id}
    )
    undone = _undone(entries)
    held = [entry.pk for entry in entries if entry.kind == Kind.HOLD]
    holds = {hold.entry_id: hold for hold in Hold.objects.filter(entry__in=held)} if held else {}
    return [
        StatementLine(
            entry,
            timezone.localtime(entry.occurred_at).date().replace(day=1),
            version.campaign.name if (version := versions.get(entry.rule_version_id)) else "",
            undone.get(original_of(entry)),
            holds.get(entry.pk),
        )
        for entry in entries
    ]


def original_of(entry: Entry) -> int:
    """The entry that a correction of this one names: of points that were pending first, their accrual."""
    if entry.kind == Kind.ACTIVATION and entry.parent_id is not None:
        return entry.parent_id
    return entry.pk


def _undone(entries: list[Entry]) -> dict[int | None, int]:
    """What takes each of these back: by the original, or by the hold of what was paid and restored."""
    named = {original_of(entry) for entry in entries}
    held = [entry.pk for entry in entries if entry.kind == Kind.HOLD]
    of_holds = Q(reverses__parent__in=held) if held else Q()
    later = Entry.objects.filter(Q(reverses__in=named) | of_holds).order_by("-pk")
    undone: dict[int | None, int] = {}
    for pk, original, above in later.values_list("pk", "reverses", "reverses__parent"):
        undone[original if original in named else above] = pk
    return undone
