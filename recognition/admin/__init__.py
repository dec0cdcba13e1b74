"""Recognition in the staff console. Every form and every button is an operation."""

from recognition.admin import badges, boards, goals, nominations

__all__ = ["badges", "boards", "goals", "nominations"]
