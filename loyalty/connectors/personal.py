"""What was said to and by other machines about somebody."""

import re
from collections.abc import Callable
from contextlib import suppress
from uuid import UUID

from django.db import transaction
from django.db.models import BinaryField, F, Func, IntegerField, Value

from loyalty.connectors import private_files
from loyalty.connectors.models import (
    Export,
    Import,
    ImportFault,
    StoredAnswer,
    WebhookDelivery,
)
from members import clock
from members.operations.holdings import ALSO, Person, excuse

excuse(Export, "asked_by", why="The work of staff.")
excuse(Import, "asked_by", why="The work of staff.")

State = WebhookDelivery.State


def forget_what_was_said(person: Person) -> None:
    """Stored answers and delivered bodies that name them."""
    # Whoever was told may have said it back, an address as plain text in a page of theirs too.
    for address in person.words:
        if "@" in address:
            WebhookDelivery.objects.filter(answer__icontains=address).update(answer="")
    for word in person.quoted:
        place = Func(
            Value(word.encode(), output_field=BinaryField()),
            F("body"),
            function="position",
            arg_joiner=" in ",
            output_field=IntegerField(),
        )
        StoredAnswer.objects.annotate(place=place).filter(place__gt=0).delete()
        told = WebhookDelivery.objects.filter(body__contains=word)
        # What has not arrived is told no more: an empty message would say nothing to anybody.
        told.exclude(state=State.DELIVERED).update(
            body="{}", fault="", answer="", next_at=None, state=State.ERASED
        )
        told.update(body="{}", fault="", answer="")
        WebhookDelivery.objects.filter(answer__contains=word).update(answer="")


def forget_files(person: Person) -> None:
    """Files that staff brought and took and that name them. One that is being read in goes as soon as
    that has ended (`file_days`)."""
    for found in Import.objects.exclude(state=Import.State.GONE):
        if not _names(found.folder, person):
            continue
        if found.is_moving:
            # Afterwards, for whoever reads it holds its row and waits for the members whom it names.
            transaction.on_commit(_end_of(found.pk), robust=True)
            continue
        Import.objects.filter(pk=found.pk).update(state=Import.State.GONE)
        ImportFault.objects.filter(file=found).delete()
        transaction.on_commit(_removal_of(found.folder), robust=True)
    for export in Export.objects.exclude(state=Export.State.GONE):
        if _names(export.folder, person):
            Export.objects.filter(pk=export.pk).update(state=Export.State.GONE)
            transaction.on_commit(_removal_of(export.folder), robust=True)
    Export.objects.filter(query__iregex=person.asked).update(query="")


def _end_of(pk: int) -> Callable[[], None]:
    def end() -> None:
        Import.objects.filter(pk=pk).update(ends_at=clock.now())

    return end


def _removal_of(folder: UUID) -> Callable[[], None]:
    def remove() -> None:
        private_files.remove(folder)

    return remove


def _names(folder: UUID, person: Person) -> bool:
    """Whether one of the folder's files names them, as a word of its own; line by line."""
    told = [*person.words, *(one.full_name for one in person.members if one.full_name)]
    words = "|".join(re.escape(word) for word in told)
    wanted = re.compile(rf"(?<![\w.@+-])({words})(?![\w.@+-])".encode(), re.IGNORECASE)
    for file in private_files.folder(folder).glob("*"):
        with suppress(FileNotFoundError), file.open("rb") as lines:  # its days may be over just now
            if any(wanted.search(line) for line in lines):
                return True
    return False


ALSO += [forget_what_was_said, forget_files]
