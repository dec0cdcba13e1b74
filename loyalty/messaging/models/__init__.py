from loyalty.messaging.models.messages import Message

__all__ = ["Message"]
