"""Pages of the staff console that look across the whole house."""

from loyalty.measurement.admin import (
    activities,
    liability,
    members,
    saved_views,
    strangers,
    timetable,
)

__all__ = ["activities", "liability", "members", "saved_views", "strangers", "timetable"]
