"""The ground floor's pages in the staff console, one file a subject."""

from members.admin import ledger, people, programme, tiers, trail

__all__ = ["ledger", "people", "programme", "tiers", "trail"]
