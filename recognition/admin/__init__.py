"""Recognition in the staff console. Every form and every button is an operation."""

from recognition.admin import badges, boards, nominations

__all__ = ["badges", "boards", "nominations"]
