"""Who was told that they are nominated, kept from those who judge them without names."""

from django.db.models import Q

from loyalty.messaging.models import Message
from loyalty.messaging.models.choices import Topic
from members.withheld import withhold
from recognition.withheld import keys_kept_from

withhold(
    Message,
    lambda user: Q(topic=Topic.RECOGNITION, dedupe_key__in=keys_kept_from(user)),
)
