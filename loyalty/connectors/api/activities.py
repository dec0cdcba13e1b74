"""The activity endpoints."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ParseError
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from loyalty.campaigns.domain.order_states import MAY
from loyalty.campaigns.domain.told import Told
from loyalty.campaigns.operations import intake, missed, order_facts
from loyalty.campaigns.operations.answers import Answer, again
from loyalty.connectors.api import cloudevents
from loyalty.connectors.api.problems import problem
from members import clock
from members.domain.actors import Actor
from members.models import Activity

EXAMPLE = {
    "specversion": "1.0",
    "id": "A-1001",
    "source": "shop",
    "type": "order.placed",
    "subject": "amara",
    "time": "2026-03-14T09:30:00+01:00",
    "data": {
        "order_id": "A-1001",
        "currency": "EUR",
        "lines": [
            {
                "line_id": "1",
                "sku": "soap",
                "category": "refill",
                "quantity": 2,
                "unit_price": "14.90",
            }
        ],
    },
}


class EventInput(serializers.Serializer):
    """A CloudEvents 1.0 object; `data` is checked against the schema of its `type`.

    Without a `subject`, `data.customer` names at least one of `card_token`, `phone` and `email`. They
    are tried in the programme's order; while none belongs to a member, the activity is parked. With a
    `subject` they decide nothing. Neither they nor anything else in `customer` is kept as it was sent.
    """

    specversion = serializers.CharField(default="1.0")
    id = serializers.CharField(max_length=180)
    source = serializers.CharField(max_length=100)
    type = serializers.CharField(max_length=60)
    subject = serializers.CharField(
        max_length=100, required=False, help_text="The member's reference."
    )
    time = serializers.DateTimeField(required=False)
    data = serializers.DictField(required=False)


class EffectOutput(serializers.Serializer):
    """One thing the activity brought."""

    kind = serializers.CharField()
    unit = serializers.CharField(allow_null=True)
    amount = serializers.IntegerField(allow_null=True)
    state = serializers.CharField()
    campaign = serializers.CharField(allow_null=True)
    rule_version = serializers.IntegerField(allow_null=True)
    why = serializers.CharField()


class MissedOutput(serializers.Serializer):
    """A campaign that did not pay, and why."""

    campaign = serializers.CharField()
    why = serializers.CharField()


class FaultOutput(serializers.Serializer):
    """What is wrong with the input, and where."""

    pointer = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()


class LineOutput(serializers.Serializer):
    """What one line of an order earns in one unit."""

    line_id = serializers.CharField()
    unit = serializers.CharField()
    amount = serializers.IntegerField()
    campaigns = serializers.ListField(child=serializers.CharField())


class AnswerOutput(serializers.Serializer):
    """What became of one activity."""

    id = serializers.CharField()
    source = serializers.CharField()
    status = serializers.ChoiceField(
        ["accepted", "duplicate", "parked", "quarantined", "declined", "rejected"]
    )
    effects = EffectOutput(many=True)
    not_earned = MissedOutput(many=True)
    errors = FaultOutput(many=True, required=False)
    reason = serializers.CharField(required=False)
    code = serializers.CharField(
        required=False, help_text="Which reason it is, where it is about the state of an order."
    )


class PreviewOutput(AnswerOutput):
    """What would become of one activity; of an order also what each of its lines would earn, which adds up
    to exactly the whole."""

    lines = LineOutput(many=True, required=False)


class OrderOutput(serializers.Serializer):
    """How far an order is."""

    order_id = serializers.CharField()
    source = serializers.CharField(help_text="Who told it.")
    state = serializers.ChoiceField(list(MAY))


class ActivityOutput(AnswerOutput):
    """An activity with its full trace."""

    type = serializers.CharField()
    subject = serializers.CharField(help_text="As it was told; empty when only keys were.")
    member = serializers.CharField(allow_null=True, help_text="Whose it is, as far as known.")
    time = serializers.DateTimeField()
    received_at = serializers.DateTimeField()
    kind_version = serializers.IntegerField(
        allow_null=True, help_text="The version of its type's schema that it was checked against."
    )
    order = OrderOutput(
        allow_null=True, help_text="The order it places or speaks of, as it stands now."
    )
    trace = serializers.ListField(child=serializers.DictField())


class ActivitiesView(APIView):
    """Tell what members did."""

    scopes = {"write": "activities:write"}
    parser_classes = [
        cloudevents.PlainParser,
        cloudevents.EventParser,
        cloudevents.BatchParser,
    ]

    @extend_schema(
        operation_id="activities_create",
        request=EventInput,
        responses=AnswerOutput,
        examples=[OpenApiExample("An order", EXAMPLE, request_only=True)],
        description="One CloudEvents 1.0 object, or an array of up to 1,000. Evaluated before "
        "answering; the same (source, id) again gets the first answer.",
    )
    def post(self, request: Request) -> Response:
        """Record and evaluate; one answer for an object, a list of answers for an array."""
        answers = intake.take(_tolds(request), actor=Actor.key(request.auth))
        return _answered(request, answers)


class PreviewView(APIView):
    """Ask what would happen."""

    scopes = ActivitiesView.scopes
    parser_classes = ActivitiesView.parser_classes

    @extend_schema(
        operation_id="activities_preview",
        parameters=[OpenApiParameter("at", str, description="As if it were this time.")],
        request=EventInput,
        responses=PreviewOutput,
        examples=[OpenApiExample("An order", EXAMPLE, request_only=True)],
        description="What `POST activities` would answer, now or at another time. Writes nothing.",
    )
    def post(self, request: Request) -> Response:
        """The same answers; nothing is written."""
        at = None
        if "at" in request.query_params:
            at = cloudevents.read_time(request.query_params["at"].replace(" ", "+"))
            if at is None:
                raise ParseError("`at` must be a time with its zone.")
        answers = intake.preview(_tolds(request, at), actor=Actor.key(request.auth), at=at)
        return _answered(request, answers)


class ActivityView(APIView):
    """One activity, with everything the rules said about it."""

    scopes = {"read": "activities:write"}

    @extend_schema(operation_id="activities_read", responses=ActivityOutput)
    def get(self, request: Request, pk: int) -> Response:
        """By its number here, which entries name as their cause."""
        row = get_object_or_404(Activity.objects.select_related("evaluation", "member"), pk=pk)
        answer, order = again(intake.told_of(row), row), order_facts.of(row)
        return Response(
            answer.as_json()
            | {
                "status": row.status,
                "type": row.kind,
                "subject": row.subject,
                "member": row.member.ref if row.member else None,
                "time": row.occurred_at,
                "received_at": row.received_at,
                "kind_version": row.kind_version,
                "order": OrderOutput(order).data if order else None,
                "trace": missed.full_trace(row),
            }
        )


def _tolds(request: Request, at: datetime | None = None) -> list[Told]:
    """The activities of the body: one object, or an array of them; told now, or `at` another time."""
    now = at or clock.now()
    if isinstance(request.data, list):
        tolds = cloudevents.read_batch(request.data, now=now)
        return _as_first_told(tolds, [event.get("time") for event in request.data])
    told = cloudevents.read_event(request.data, now=now)
    return _as_first_told([told], [request.data.get("time")])


def _as_first_told(tolds: list[Told], times: list[str | None]) -> list[Told]:
    """An activity told without a time happened when it first came in, however often it is told."""
    known = _times_of(told.key for told, time in zip(tolds, times, strict=True) if time is None)
    return [
        replace(told, occurred_at=known.get(told.key, told.occurred_at)) if time is None else told
        for told, time in zip(tolds, times, strict=True)
    ]


def _times_of(keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], datetime]:
    """When the activities known under these (source, id) happened."""
    wanted = set(keys)
    if not wanted:
        return {}
    found = Activity.objects.filter(
        source__in={source for source, _ in wanted}, external_id__in={name for _, name in wanted}
    ).values_list("source", "external_id", "occurred_at")
    return {(source, name): at for source, name, at in found}


def _answered(request: Request, answers: list[Answer]) -> Response:
    """An array for an array, an object for an object."""
    if isinstance(request.data, list):
        return Response([answer.as_json() for answer in answers])
    return _single(answers[0])


def _single(answer: Answer) -> Response:
    """One activity's answer, with the HTTP status that fits it."""
    if answer.status == "rejected":
        return problem(400, "invalid", "The activity has faults.", answer.errors)
    if answer.status == "quarantined" and answer.errors:
        return problem(409, answer.errors[0]["code"], answer.reason, answer.errors)
    waits = answer.status in ("parked", "quarantined")
    return Response(
        answer.as_json(), status=status.HTTP_202_ACCEPTED if waits else status.HTTP_200_OK
    )
