"""Ledger entries as a member reads them: signed, with the campaign's name and what took them back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from loyalty.campaigns.models import RuleVersion
from loyalty.campaigns.sentences import told
from members.models import Entry, Hold

Kind = Entry.Kind


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One line. `month` groups the statement; `undone_by` is the later line that takes it back,
    `undone` how much of it was taken back in all; `hold` is what became of points set aside; `whole`
    is how much moved together when this is one lot of several that went to somebody else."""

    entry: Entry
    month: date
    campaign: str
    undone_by: int | None
    undone: int
    hold: Hold | None = None
    whole: int = 0

    @property
    def is_undone(self) -> bool:
        """Whether nothing is left of it."""
        return self.undone >= self.entry.amount

    @property
    def is_part(self) -> bool:
        """Whether more moved at the same time, in lots with other expiries."""
        return self.whole > self.entry.amount

    @property
    def title(self) -> str:
        """What it was for: the campaign, or the reason of a line that no rule wrote."""
        is_taken_back = self.entry.reverses_id is not None
        reason = told(self.entry.reason) or self.entry.get_kind_display().capitalize()
        return reason if is_taken_back else self.campaign or reason

    @property
    def detail(self) -> str:
        """The rest of the reason: how the amount came about."""
        if self.is_part:
            return _("one part of %(whole)s") % {"whole": intcomma(self.whole)}
        reason = self.entry.reason.removeprefix(f"{self.campaign}: ")
        return self.campaign if self.title == told(self.entry.reason) else told(reason)


def lines_of(entries: Iterable[Entry]) -> list[StatementLine]:
    """The lines of these entries (from `Entry.objects.on`), in four further queries at most."""
    entries = list(entries)
    versions = RuleVersion.objects.select_related("campaign").in_bulk(
        {entry.rule_version_id for entry in entries if entry.rule_version_id}
    )
    undone = _undone(entries)
    held = [entry.pk for entry in entries if entry.kind == Kind.HOLD]
    holds = {hold.entry_id: hold for hold in Hold.objects.filter(entry__in=held)} if held else {}
    wholes = _wholes(entries)
    lines = []
    for entry in entries:
        version = versions.get(entry.rule_version_id)
        undone_by, amount = undone.get(original_of(entry), (None, 0))
        lines.append(
            StatementLine(
                entry,
                month=timezone.localtime(entry.occurred_at).date().replace(day=1),
                campaign=version.campaign.name if version else "",
                undone_by=undone_by,
                undone=amount,
                hold=holds.get(entry.pk),
                whole=wholes.get((entry.cause_kind, entry.cause_id), 0) if _moved(entry) else 0,
            )
        )
    return lines


def _moved(entry: Entry) -> bool:
    """Whether it took points over to another owner: one entry a lot, so that each keeps its expiry."""
    return entry.kind == Kind.TRANSFER and entry.reverses_id is None


def _wholes(entries: list[Entry]) -> dict[tuple[str, int | None], int]:
    """How much moved in all, by what moved it."""
    causes = {(entry.cause_kind, entry.cause_id) for entry in entries if _moved(entry)}
    if not causes:
        return {}
    together = Entry.objects.filter(
        kind=Kind.TRANSFER,
        reverses=None,
        cause_kind__in={kind for kind, _pk in causes},
        cause_id__in={pk for _kind, pk in causes},
    )
    rows = together.values_list("cause_kind", "cause_id").annotate(Sum("amount"))
    return {(kind, pk): amount for kind, pk, amount in rows}


def original_of(entry: Entry) -> int:
    """The entry that a correction of this one names: of points that were pending first, their accrual."""
    if entry.kind == Kind.ACTIVATION and entry.parent_id is not None:
        return entry.parent_id
    return entry.pk


def _undone(entries: list[Entry]) -> dict[int | None, tuple[int, int]]:
    """The first line that takes each of these back, and how much all such lines took: found by the
    original, or by the hold of what was paid and restored."""
    named = {original_of(entry) for entry in entries}
    held = [entry.pk for entry in entries if entry.kind == Kind.HOLD]
    of_holds = Q(reverses__parent__in=held) if held else Q()
    later = Entry.objects.filter(Q(reverses__in=named) | of_holds).order_by("-pk")
    undone: dict[int | None, tuple[int, int]] = {}
    for pk, original, above, amount in later.values_list(
        "pk", "reverses", "reverses__parent", "amount"
    ):
        key = original if original in named else above
        undone[key] = (pk, undone.get(key, (0, 0))[1] + amount)
    return undone
