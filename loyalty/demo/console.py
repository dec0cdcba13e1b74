"""What staff of the demo brought, took, kept and chose in their console."""

from loyalty.connectors import lists
from loyalty.connectors.models import Export, Import
from loyalty.connectors.operations import exports, import_files
from loyalty.measurement.models import SavedView
from loyalty.measurement.operations import saved_views
from members.domain.actors import Actor
from members.models import BulkRun, Member, User
from members.operations import bulk

#: A list from a stall at the market; one of its rows has no address.
STALL = """Kundennummer;Vorname;Nachname;E-Mail;Geburtstag
stall-1;Jun;Park;jun@demo.example;04-02
stall-2;Kaya;Stein;kaya@demo.example;11-19
stall-3;Lou;Roth;not given;
"""


def install(*, users: dict[str, User]) -> None:
    """Put in place what is not there yet; the queue does the rest."""
    fay, gil = users["fay"], users["gil"]
    if not SavedView.objects.exists():
        saved_views.keep(
            "In force",
            label="campaigns.campaign",
            query="state__exact=live",
            owner=fay,
            is_shared=True,
            actor=Actor.user(fay),
        )
    if not Import.objects.exists():
        found = import_files.bring(
            [STALL.encode()],
            kind=Import.Kind.MEMBERS,
            source="market-stall",
            file_name="market-stall.csv",
            by=gil,
            actor=Actor.user(gil),
        )
        import_files.map_columns(found, mapping=found.columns, actor=Actor.user(gil))
    if not Export.objects.exists():
        _export("campaigns.campaign", fay)
    if not BulkRun.objects.exists():
        late = Member.objects.filter(ref__in=("bo", "chi", "dee")).values_list("pk", flat=True)
        bulk.choose("members.member", step="adjust", ids=late, by=fay, actor=Actor.user(fay))


def _export(label: str, by: User) -> None:
    page = lists.page_of(label)
    assert page is not None
    found = lists.changelist(page, "", by)
    exports.ask(
        label,
        title=str(page.opts.verbose_name_plural).capitalize(),
        query="",
        total=found.result_count,
        last_row=lists.rows_of(found).values_list("pk", flat=True).last() or 0,
        by=by,
        actor=Actor.user(by),
    )
