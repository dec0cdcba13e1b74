from loyalty.messaging.models.choices import Choice, Pace, Topic
from loyalty.messaging.models.messages import Message

__all__ = ["Choice", "Message", "Pace", "Topic"]
