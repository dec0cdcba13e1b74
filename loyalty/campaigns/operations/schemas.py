"""Checking an activity against its kind's schema."""

import json
from dataclasses import dataclass
from functools import lru_cache

import jsonschema_rs
import rfc8785
from django.conf import settings

from loyalty.campaigns.domain.orders import MOST, Rate, own_rate, read_order
from loyalty.campaigns.domain.told import Fault, Told
from loyalty.campaigns.operations import customers
from members.models import ActivityKind
from members.shipped import ORDERS

__all__ = ["ORDERS"]

Validator = jsonschema_rs.Draft202012Validator


@dataclass(frozen=True, slots=True)
class Schema:
    """What a kind's payloads must meet just now, and which version of it that is."""

    validator: Validator
    version: int


#: Whose it is cannot be found out, now or later.
NOBODY = Fault(
    "/subject",
    "nobody",
    "It names no member, and data.customer no card_token, phone or email that can be read.",
)

#: They asked to be erased, and nothing is kept about them any more.
ERASED = Fault("/subject", "erased_member", "This member has been erased.")


@lru_cache(maxsize=256)
def _compiled(schema: str) -> Validator:
    return Validator(json.loads(schema))


def current(names: set[str]) -> dict[str, Schema]:
    """The compiled schemas of the active kinds among these names."""
    active = ActivityKind.objects.filter(name__in=names, is_active=True)
    return {
        name: Schema(_compiled(json.dumps(schema, sort_keys=True)), version)
        for name, schema, version in active.values_list("name", "schema", "version")
    }


def faults_of(told: Told, schema: Schema | None) -> list[Fault]:
    """What is wrong with an activity: unknown kind, wrong type at a path, impossible amount."""
    if schema is None:
        return [Fault("/type", "unknown_kind", f"There is no activity kind {told.kind!r}.")]
    fault = _unstorable(told)
    if fault:
        return [Fault("/data", "not_storable", fault)]
    found = [] if told.subject or customers.set_apart(told).keys else [NOBODY]
    found += [
        Fault(
            "/data" + "".join(f"/{part}" for part in error.instance_path),
            error.kind.name,
            error.message[:300],
        )
        for error in schema.validator.iter_errors(told.payload)
    ]
    if not found and told.kind in ORDERS:
        try:
            own = own_rate(told.payload)
            rate = Rate(settings.PROGRAMME_CURRENCY, own) if own is not None else None
            order = read_order(told.payload, rate)
            if max(order.value, order.base) > MOST:
                raise ValueError("The order comes to more than can be counted.")
        except ValueError as error:
            found.append(Fault("/data", "bad_amount", str(error)))
    return found


def _unstorable(told: Told) -> str:
    """Why a payload cannot be kept: what JSON allows but canonical JSON or PostgreSQL do not."""
    try:
        canonical = rfc8785.dumps(told.payload)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError):
        return "It holds a number that is too large, or text that is not Unicode."
    except RecursionError:
        return "It is nested too deep."
    return "It holds a NUL character." if b"\\u0000" in canonical else ""
