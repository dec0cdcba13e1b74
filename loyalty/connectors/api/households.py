"""The endpoints of what a member's household keeps together."""

from collections.abc import Callable

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from loyalty.connectors import readings
from loyalty.connectors.api.authentication import caller
from loyalty.connectors.api.members import ExpiringOutput
from members import clock
from members.domain.actors import Actor
from members.models import Household, HouseholdMove, HouseholdSeat, Member, Unit
from members.operations import purses


class SeatOutput(serializers.ModelSerializer):
    """Somebody of the household."""

    member = serializers.SlugRelatedField("ref", read_only=True)

    class Meta:
        model = HouseholdSeat
        fields = ("member", "role", "joined_at")


class PurseOutput(serializers.Serializer):
    """What the household keeps of one unit."""

    unit = serializers.CharField()
    available = serializers.IntegerField()
    expiring = ExpiringOutput(many=True)


class HouseholdOutput(serializers.Serializer):
    """A household: its people, the head first, and what they keep together now."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    daily_limit = serializers.IntegerField(
        allow_null=True,
        help_text="Points of a unit that each but the head may take out in 24 hours; null: any.",
    )
    members = SeatOutput(many=True)
    balances = PurseOutput(many=True)


class HouseholdMoveInput(serializers.Serializer):
    """How much of which unit."""

    unit = serializers.CharField(max_length=30)
    amount = serializers.IntegerField(min_value=1, max_value=10**9)


class HouseholdMoveOutput(serializers.ModelSerializer):
    """Points that went in or out."""

    household = serializers.IntegerField(source="household_id")
    member = serializers.SlugRelatedField("ref", read_only=True)
    unit = serializers.SlugRelatedField("code", read_only=True)

    class Meta:
        model = HouseholdMove
        fields = (
            "id",
            "kind",
            "household",
            "member",
            "unit",
            "amount",
            "moved_at",
            "undo_until",
            "undone_at",
        )


class HouseholdView(APIView):
    """The household a member is in."""

    scopes = {"read": "members:read"}

    @extend_schema(operation_id="household_read", responses=HouseholdOutput)
    def get(self, request: Request, ref: str) -> Response:
        """As it is now; 404 for a member without one."""
        household = get_object_or_404(Household.objects.of(_member(ref)))
        told = readings.household(household, at=clock.now())
        return Response(HouseholdOutput(told).data)


class ContributionsView(APIView):
    """Put points into the household's purse."""

    scopes = {"write": "members:write"}

    @extend_schema(
        operation_id="household_contributions_create",
        request=HouseholdMoveInput,
        responses={201: HouseholdMoveOutput},
    )
    def post(self, request: Request, ref: str) -> Response:
        """201 with the move; 409 with the reason when it cannot be. Send an Idempotency-Key."""
        return _move(request, ref, purses.contribute)


class DrawsView(APIView):
    """Take points out of the household's purse."""

    scopes = {"write": "members:write"}

    @extend_schema(
        operation_id="household_draws_create",
        request=HouseholdMoveInput,
        responses={201: HouseholdMoveOutput},
    )
    def post(self, request: Request, ref: str) -> Response:
        """201 with the move; 409 with the reason when it cannot be. Send an Idempotency-Key."""
        return _move(request, ref, purses.draw)


def _move(request: Request, ref: str, verb: Callable[..., HouseholdMove]) -> Response:
    given = HouseholdMoveInput(data=request.data)
    given.is_valid(raise_exception=True)
    move = verb(
        _member(ref),
        unit=get_object_or_404(Unit, code=given.validated_data["unit"]),
        amount=given.validated_data["amount"],
        key=caller(request).cause(request.headers.get("Idempotency-Key")),
        actor=Actor.key(request.auth),
    )
    return Response(HouseholdMoveOutput(move).data, status=status.HTTP_201_CREATED)


def _member(ref: str) -> Member:
    return get_object_or_404(Member.objects.known_as(ref))
