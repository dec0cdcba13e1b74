"""The directory in the staff console. Nothing here saves a row: every button is an operation."""

from events_directory.admin import grants, listings, partners, pools

__all__ = ["grants", "listings", "partners", "pools"]
