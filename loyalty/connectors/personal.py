"""What was said to and by other machines about somebody."""

from django.db.models import BinaryField, F, Func, IntegerField, Value

from loyalty.connectors.models import StoredAnswer, WebhookDelivery
from members.operations.holdings import ALSO, Person


def forget_what_was_said(person: Person) -> None:
    """Stored answers and delivered bodies that name them."""
    for word in person.quoted:
        place = Func(
            Value(word.encode(), output_field=BinaryField()),
            F("body"),
            function="position",
            arg_joiner=" in ",
            output_field=IntegerField(),
        )
        StoredAnswer.objects.annotate(place=place).filter(place__gt=0).delete()
        WebhookDelivery.objects.filter(body__contains=word).update(body="{}", fault="")


ALSO.append(forget_what_was_said)
