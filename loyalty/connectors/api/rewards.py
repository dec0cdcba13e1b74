"""The reward endpoints."""

import hashlib
import secrets

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView, get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from loyalty.rewards.models import Redemption, Reward
from loyalty.rewards.operations import redemptions
from members import clock
from members.domain.actors import Actor
from members.models import Member


class RewardOutput(serializers.ModelSerializer):
    """A reward on offer."""

    unit = serializers.SlugRelatedField("code", read_only=True)

    class Meta:
        model = Reward
        fields = (
            "slug",
            "name",
            "description",
            "kind",
            "unit",
            "cost",
            "stock",
            "limit_per_member",
        )


class RewardsView(ListAPIView):
    """The catalogue."""

    scopes = {"read": "rewards:read"}
    serializer_class = RewardOutput

    def get_queryset(self):
        """What is on offer now."""
        return Reward.objects.on_offer(clock.now())

    @extend_schema(operation_id="rewards_list")
    def get(self, request: Request, *args, **kwargs) -> Response:
        """Newest first."""
        return super().get(request, *args, **kwargs)


class RedemptionInput(serializers.Serializer):
    """Who wants what."""

    member = serializers.CharField(max_length=100)
    reward = serializers.CharField(max_length=60)
    quantity = serializers.IntegerField(min_value=1, max_value=1000, default=1)


class RedemptionOutput(serializers.ModelSerializer):
    """A redemption."""

    member = serializers.SlugRelatedField("ref", read_only=True)
    reward = serializers.SlugRelatedField("slug", read_only=True)
    entry = serializers.IntegerField(source="entry_id", allow_null=True)

    class Meta:
        model = Redemption
        fields = (
            "id",
            "member",
            "reward",
            "quantity",
            "cost",
            "state",
            "entry",
            "redeemed_at",
            "undo_until",
        )


class RedemptionsView(APIView):
    """Exchange points for a reward."""

    scopes = {"write": "redemptions:write"}

    @extend_schema(
        operation_id="redemptions_create",
        request=RedemptionInput,
        responses={201: RedemptionOutput},
    )
    def post(self, request: Request) -> Response:
        """201 with the redemption; 409 with the reason when it cannot be. Send an Idempotency-Key."""
        given = RedemptionInput(data=request.data)
        given.is_valid(raise_exception=True)
        wanted = given.validated_data
        name = request.headers.get("Idempotency-Key") or secrets.token_urlsafe(16)
        redemption = redemptions.redeem(
            get_object_or_404(Member.objects.active(), ref=wanted["member"]),
            reward=get_object_or_404(Reward, slug=wanted["reward"]),
            quantity=wanted["quantity"],
            key=f"api:{request.auth.pk}:{hashlib.sha256(name.encode()).hexdigest()}",
            actor=Actor.key(request.auth),
        )
        return Response(RedemptionOutput(redemption).data, status=status.HTTP_201_CREATED)


class RedemptionCancelView(APIView):
    """Undo a redemption."""

    scopes = {"write": "redemptions:write"}

    @extend_schema(operation_id="redemptions_cancel", request=None, responses=RedemptionOutput)
    def post(self, request: Request, pk: int) -> Response:
        """Within ten minutes; 409 with the reason afterwards."""
        redemption = redemptions.cancel(
            get_object_or_404(Redemption, pk=pk), actor=Actor.key(request.auth)
        )
        return Response(RedemptionOutput(redemption).data)
