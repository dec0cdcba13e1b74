"""The ground floor's pages in the staff console, one file a subject."""

from members.admin import (
    adjustments,
    bulk,
    consent_texts,
    given,
    households,
    ledger,
    people,
    programme,
    tiers,
    trail,
)

__all__ = [
    "adjustments",
    "bulk",
    "consent_texts",
    "given",
    "households",
    "ledger",
    "people",
    "programme",
    "tiers",
    "trail",
]
