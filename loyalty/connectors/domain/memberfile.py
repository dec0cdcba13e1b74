"""Reading rows of members: what may be told of each, or what is wrong with it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from loyalty.connectors.domain.orderfile import RowFault
from members.domain.calendar import is_day_of_year, zone_names

_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_LANGUAGE = re.compile(r"[a-z]{2}(-[A-Za-z]{2,4})?")
_BIRTHDAY = re.compile(r"(?:\d{4}-)?(\d{2})-(\d{2})")
_LENGTHS = {"ref": 100, "email": 254, "given_name": 100, "family_name": 100}


@dataclass(frozen=True, slots=True)
class Person:
    """One row: whose it is, and what it tells; what is empty is left as it is."""

    line: int
    ref: str
    fields: dict[str, Any]


def read(rows: Iterable[tuple[int, dict[str, str]]]) -> Iterator[Person | RowFault]:
    """A person or the faults of each row."""
    for line, row in rows:
        told = {name: value for name, value in row.items() if value}
        faults = list(_faults(line, told))
        if faults:
            yield from faults
        else:
            yield Person(line, told.pop("ref"), _fields(told))


def _faults(line: int, told: dict[str, str]) -> Iterator[RowFault]:
    if "ref" not in told:
        yield RowFault(line, "ref", "", "write the reference by which you know the member")
    for name, length in _LENGTHS.items():
        value = told.get(name, "")
        if len(value) > length or not value.isprintable():
            remedy = f"write up to {length} printable characters"
            yield RowFault(line, name, value[:60], remedy)
    for name, is_right, remedy in (
        ("email", _MAIL.fullmatch, "write an address such as name@example.org"),
        ("birthday", _day, "write MM-DD or a date such as 1990-03-14"),
        ("joined_on", _date, "write a date such as 2026-03-14"),
        ("time_zone", zone_names().__contains__, "write a zone such as Europe/Berlin"),
        ("language", _LANGUAGE.fullmatch, "write a language such as en or de"),
    ):
        if name in told and not is_right(told[name]):
            yield RowFault(line, name, told[name][:60], remedy)


def _fields(told: dict[str, str]) -> dict[str, Any]:
    fields: dict[str, Any] = dict(told)
    birthday = _day(fields.pop("birthday", ""))
    if birthday:
        fields["birth_month"], fields["birth_day"] = birthday
    if "joined_on" in fields:
        fields["joined_on"] = _date(fields["joined_on"])
    return fields


def _day(text: str) -> tuple[int, int] | None:
    found = _BIRTHDAY.fullmatch(text)
    if found is None or not text.isascii():
        return None
    month, day = map(int, found.groups())
    return (month, day) if is_day_of_year(month, day) else None


def _date(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 1900 <= found.year <= 2200 else None
