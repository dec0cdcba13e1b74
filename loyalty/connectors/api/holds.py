"""The endpoints of checkout reservations."""

from datetime import timedelta

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from loyalty.connectors.api.authentication import caller
from members.domain.actors import Actor
from members.models import Hold, Member, Unit
from members.operations import holds


class HoldInput(serializers.Serializer):
    """Whose points to set aside, how many, and for how many seconds."""

    member = serializers.CharField(max_length=100)
    unit = serializers.CharField(max_length=30)
    amount = serializers.IntegerField(min_value=1, max_value=10**9)
    expires_in = serializers.IntegerField(
        min_value=1,
        max_value=int(holds.LONGEST.total_seconds()),
        default=int(holds.USUAL.total_seconds()),
    )
    order_id = serializers.CharField(
        max_length=200,
        required=False,
        default="",
        help_text="When this order comes back, what it was paid with comes back too.",
    )
    order_source = serializers.CharField(
        max_length=100,
        required=False,
        default="",
        help_text="The source that tells of this order, where two shops may give the same numbers.",
    )


class CaptureInput(serializers.Serializer):
    """How much of it to spend; left out: all."""

    amount = serializers.IntegerField(min_value=1, required=False)


class HoldOutput(serializers.ModelSerializer):
    """A hold."""

    member = serializers.SlugRelatedField("ref", read_only=True)
    unit = serializers.SlugRelatedField("code", read_only=True)
    entry = serializers.IntegerField(source="entry_id", allow_null=True)
    order_id = serializers.CharField(source="reference")

    class Meta:
        model = Hold
        fields = (
            "id",
            "member",
            "unit",
            "amount",
            "captured",
            "state",
            "order_id",
            "order_source",
            "entry",
            "placed_at",
            "expires_at",
            "ended_at",
        )


class HoldsView(APIView):
    """Set points aside while a checkout goes on."""

    scopes = {"write": "redemptions:write"}

    @extend_schema(operation_id="holds_create", request=HoldInput, responses={201: HoldOutput})
    def post(self, request: Request) -> Response:
        """201 with the hold; 409 with the reason when it cannot be. Send an Idempotency-Key."""
        given = HoldInput(data=request.data)
        given.is_valid(raise_exception=True)
        wanted = given.validated_data
        hold = holds.place(
            get_object_or_404(Member.objects.known_as(wanted["member"])),
            unit=get_object_or_404(Unit, code=wanted["unit"]),
            amount=wanted["amount"],
            lasts=timedelta(seconds=wanted["expires_in"]),
            reference=wanted["order_id"],
            order_source=wanted["order_source"],
            key=caller(request).cause(request.headers.get("Idempotency-Key")),
            actor=Actor.key(request.auth),
        )
        return Response(HoldOutput(hold).data, status=status.HTTP_201_CREATED)


class CaptureView(APIView):
    """Spend what is held."""

    scopes = {"write": "redemptions:write"}

    @extend_schema(operation_id="holds_capture", request=CaptureInput, responses=HoldOutput)
    def post(self, request: Request, pk: int) -> Response:
        """All of it or a part, once; the rest is free again."""
        given = CaptureInput(data=request.data or {})
        given.is_valid(raise_exception=True)
        hold = holds.capture(
            _hold(pk), amount=given.validated_data.get("amount"), actor=Actor.key(request.auth)
        )
        return Response(HoldOutput(hold).data)


class ReleaseView(APIView):
    """Let go what is held."""

    scopes = {"write": "redemptions:write"}

    @extend_schema(operation_id="holds_release", request=None, responses=HoldOutput)
    def post(self, request: Request, pk: int) -> Response:
        """Every lot gets back what it gave; 409 when the hold was captured."""
        return Response(HoldOutput(holds.release(_hold(pk), actor=Actor.key(request.auth))).data)


def _hold(pk: int) -> Hold:
    return get_object_or_404(Hold, pk=pk)
