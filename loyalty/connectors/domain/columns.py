"""Reading a table by its own column names: which of them are ours, and how it is separated."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from loyalty.connectors.domain.orderfile import COLUMNS, REQUIRED
from members.domain.sheets import plain

MEMBER_COLUMNS = (
    "ref",
    "email",
    "given_name",
    "family_name",
    "birthday",
    "joined_on",
    "time_zone",
    "language",
)


@dataclass(frozen=True, slots=True)
class Shape:
    """What a kind of file is made of: all columns, and those without which no row can be read."""

    columns: tuple[str, ...]
    needed: tuple[str, ...]


SHAPES = {
    "activities": Shape(COLUMNS, REQUIRED),
    "members": Shape(MEMBER_COLUMNS, ("ref",)),
}

#: What shops call our columns, in small letters without anything between them.
SPOKEN = {
    "id": ("activityid", "eventid", "transactionid", "receipt", "receiptno", "bon", "belegnummer"),
    "type": ("kind", "event", "eventtype", "activity", "art"),
    "time": ("timestamp", "date", "datetime", "occurredat", "createdat", "zeit", "datum"),
    "member": ("memberid", "customer", "customerid", "customerref", "ref", "kunde", "kundennummer"),
    "order_id": ("order", "ordernumber", "orderno", "bestellnummer", "auftrag"),
    "currency": ("currencycode", "waehrung", "währung"),
    "line_id": ("line", "position", "lineno"),
    "sku": ("article", "articleno", "product", "productid", "artikel", "artikelnummer"),
    "category": ("productcategory", "group", "warengruppe", "kategorie"),
    "quantity": ("qty", "count", "pieces", "menge", "anzahl"),
    "unit_price": ("price", "amount", "unitprice", "preis", "einzelpreis", "betrag"),
    "discount": ("reduction", "rabatt"),
    "tax": ("vat", "taxamount", "mwst", "steuer"),
    "channel": ("saleschannel", "kanal"),
    "store": ("shop", "branch", "storeid", "filiale"),
    "ref": ("member", "memberid", "customer", "customerid", "id", "reference", "kundennummer"),
    "email": ("mail", "emailaddress", "e-mail"),
    "given_name": ("firstname", "forename", "givenname", "vorname"),
    "family_name": ("lastname", "surname", "familyname", "nachname", "name"),
    "birthday": ("birthdate", "dateofbirth", "dob", "geburtstag", "geburtsdatum"),
    "joined_on": ("joined", "membersince", "since", "signup", "mitgliedseit"),
    "time_zone": ("timezone", "zone", "zeitzone"),
    "language": ("lang", "locale", "sprache"),
}  # fmt: skip


def head_of(first_line: str) -> tuple[list[str], str]:
    """The column names of a file by its first line, and what stands between them."""
    between = max(",;\t", key=first_line.count)
    names = next(csv.reader([first_line], delimiter=between), [])
    return [plain(name.strip()) for name in names], between


def guess(head: list[str], kind: str) -> dict[str, str]:
    """Ours to theirs, as far as the names say it; each of theirs is used once."""
    found: dict[str, str] = {}
    spoken = {_plain(name): name for name in head if name}
    for column in SHAPES[kind].columns:
        words = (_plain(column), *map(_plain, SPOKEN.get(column, ())))
        theirs = next((spoken[word] for word in words if word in spoken), None)
        if theirs is not None and theirs not in found.values():
            found[column] = theirs
    return found


def _plain(name: str) -> str:
    return re.sub(r"[\W_]", "", name.lower())


def rows(
    lines: Iterable[str], between: str, columns: Mapping[str, str]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row under our names, with the line it ends on. A column that is not mapped is empty."""
    reader = csv.DictReader(lines, delimiter=between)
    for row in reader:
        clean = {
            plain(str(name).strip()): value for name, value in row.items() if isinstance(value, str)
        }
        yield (
            reader.line_num,
            {ours: plain(clean.get(theirs, "").strip()) for ours, theirs in columns.items()},
        )
