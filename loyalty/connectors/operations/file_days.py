"""Files that staff brought and took are not kept for ever."""

from datetime import datetime

from loyalty.connectors.models import Export, Import
from loyalty.connectors.operations import exports, import_files
from members.operations.sweeps import Tally

#: What is more waits an hour.
CHUNK = 500


def forget_files(since: datetime, until: datetime) -> Tally:
    """Delete what has lain its days: exports after one, imports after thirty. What is still being read
    in waits for its end."""
    taken = list(Export.objects.filter(ends_at__lte=until).exclude(state=Export.State.GONE)[:CHUNK])
    moving = (Import.State.CHECKING, Import.State.READING, Import.State.GONE)
    brought = list(Import.objects.filter(ends_at__lte=until).exclude(state__in=moving)[:CHUNK])
    for export in taken:
        exports.forget(export)
    for found in brought:
        import_files.forget(found)
    done = len(taken) + len(brought)
    return Tally(until, done, done)
