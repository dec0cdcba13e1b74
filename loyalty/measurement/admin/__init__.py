"""Pages of the staff console that look across the whole house."""

from loyalty.measurement.admin import activities, members, strangers, timetable

__all__ = ["activities", "members", "strangers", "timetable"]
