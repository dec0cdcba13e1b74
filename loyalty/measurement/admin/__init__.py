"""Pages of the staff console that look across the whole house."""

from loyalty.measurement.admin import activities, liability, members, strangers, timetable

__all__ = ["activities", "liability", "members", "strangers", "timetable"]
