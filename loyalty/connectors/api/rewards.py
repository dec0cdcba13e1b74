"""The reward endpoints."""

from datetime import timedelta
from functools import partial
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView, get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from loyalty.connectors.api.authentication import caller
from loyalty.rewards.errors import InReview
from loyalty.rewards.models import Coupon, Redemption, Reward
from loyalty.rewards.operations import redemptions
from loyalty.rewards.operations.standings import obstacle_for, standings
from members import clock
from members.domain.actors import Actor
from members.domain.money import to_text
from members.models import Member
from members.operations import holds


class RewardOutput(serializers.ModelSerializer):
    """A reward on offer. `stock` is what is left, also of a pool of codes; null: always enough.

    `can_redeem` and `why_not` are there when the catalogue was asked for a member.
    """

    unit = serializers.SlugRelatedField("code", read_only=True)
    stock = serializers.IntegerField(source="left", allow_null=True, read_only=True)
    worth = serializers.SerializerMethodField(help_text="Money for each piece, a decimal string.")
    tier = serializers.SlugRelatedField("slug", read_only=True, allow_null=True)
    badge = serializers.SlugRelatedField("slug", read_only=True, allow_null=True)
    pool = serializers.SlugRelatedField("slug", read_only=True, allow_null=True)
    can_redeem = serializers.SerializerMethodField()
    why_not = serializers.SerializerMethodField()

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
            "limit_window",
            "since",
            "until",
            "good_for_days",
            "worth",
            "currency",
            "tier",
            "badge",
            "pool",
            "can_redeem",
            "why_not",
        )

    def get_worth(self, reward: Reward) -> str | None:
        """In the reward's currency."""
        return None if reward.worth is None else to_text(reward.worth, reward.currency)

    def get_can_redeem(self, reward: Reward) -> bool | None:
        """Whether the member can have one now."""
        return None if "member" not in self.context else not self.get_why_not(reward)

    def get_why_not(self, reward: Reward) -> str | None:
        """What stands in the member's way, in one sentence; empty when nothing does."""
        member = self.context.get("member")
        if member is None:
            return None
        standing = self.context["standings"][reward.pk]
        refusal = obstacle_for(member, reward, standing=standing)
        return "" if refusal is None else refusal.messages[0]


class RewardsView(ListAPIView):
    """The catalogue."""

    scopes = {"read": "rewards:read"}
    serializer_class = RewardOutput

    def get_queryset(self):
        """What is on offer now."""
        return Reward.objects.on_offer(clock.now())

    @extend_schema(
        operation_id="rewards_list",
        parameters=[
            OpenApiParameter("member", str, description="Whose `can_redeem` and `why_not` to tell.")
        ],
    )
    def get(self, request: Request, *args, **kwargs) -> Response:
        """Newest first."""
        ref = request.query_params.get("member")
        if not ref:
            return super().get(request, *args, **kwargs)
        member = get_object_or_404(Member.objects.known_as(ref))
        page = self.paginate_queryset(self.get_queryset()) or []
        context = {"member": member, "standings": standings(member, page)}
        return self.get_paginated_response(RewardOutput(page, many=True, context=context).data)


class RedemptionInput(serializers.Serializer):
    """Who wants what."""

    member = serializers.CharField(max_length=100)
    reward = serializers.CharField(max_length=60)
    quantity = serializers.IntegerField(min_value=1, max_value=1000, default=1)
    order_id = serializers.CharField(
        max_length=200,
        required=False,
        default="",
        help_text="The order it is used in. When all of that comes back, so do the points.",
    )
    order_source = serializers.CharField(
        max_length=100,
        required=False,
        default="",
        help_text="The source that tells of this order, where two shops may give the same numbers.",
    )
    reserve_for = serializers.IntegerField(
        min_value=1,
        max_value=int(holds.LONGEST.total_seconds()),
        required=False,
        help_text="Seconds to set it aside for a checkout, instead of redeeming at once.",
    )
    use_household = serializers.BooleanField(
        default=False,
        help_text="Take what the member lacks from their household. Not with `reserve_for`.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A checkout sets the member's own points aside only."""
        if attrs["use_household"] and "reserve_for" in attrs:
            raise serializers.ValidationError(
                {"use_household": ["A reservation is paid by the member alone."]}
            )
        return attrs


class RedemptionCoupon(serializers.ModelSerializer):
    """A coupon of a redemption. Its code is shown to the member alone, in the portal."""

    class Meta:
        model = Coupon
        fields = ("id", "state", "expires_at")


class RedemptionOutput(serializers.ModelSerializer):
    """A redemption."""

    member = serializers.SlugRelatedField("ref", read_only=True)
    reward = serializers.SlugRelatedField("slug", read_only=True)
    entry = serializers.IntegerField(source="entry_id", allow_null=True)
    coupons = RedemptionCoupon(many=True, read_only=True)
    reason = serializers.SerializerMethodField(
        help_text="Why it is reserved: `in_review` while a person looks at it; else empty."
    )

    class Meta:
        model = Redemption
        fields = (
            "id",
            "member",
            "reward",
            "quantity",
            "cost",
            "state",
            "reason",
            "entry",
            "redeemed_at",
            "undo_until",
            "order_id",
            "order_source",
            "returned",
            "expires_at",
            "coupons",
        )

    def get_reason(self, redemption: Redemption) -> str:
        """A code."""
        return InReview.code if redemption.in_review else ""


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
        seconds = wanted.get("reserve_for")
        take = (
            partial(redemptions.redeem, from_household=wanted["use_household"])
            if seconds is None
            else partial(redemptions.reserve, lasts=timedelta(seconds=seconds))
        )
        redemption = take(
            get_object_or_404(Member.objects.known_as(wanted["member"])),
            reward=get_object_or_404(Reward, slug=wanted["reward"]),
            quantity=wanted["quantity"],
            order_id=wanted["order_id"],
            order_source=wanted["order_source"],
            key=caller(request).cause(request.headers.get("Idempotency-Key")),
            actor=Actor.key(request.auth),
        )
        return Response(RedemptionOutput(redemption).data, status=status.HTTP_201_CREATED)


class RedemptionConfirmView(APIView):
    """Spend the points of a reservation."""

    scopes = {"write": "redemptions:write"}

    @extend_schema(operation_id="redemptions_confirm", request=None, responses=RedemptionOutput)
    def post(self, request: Request, pk: int) -> Response:
        """While it is reserved; 409 once its time is over."""
        redemption = redemptions.confirm(
            get_object_or_404(Redemption, pk=pk), actor=Actor.key(request.auth)
        )
        return Response(RedemptionOutput(redemption).data)


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
