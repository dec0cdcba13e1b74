"""The coupon endpoints: a partner's till, or the programme's own."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from loyalty.connectors.api.authentication import caller
from loyalty.connectors.api.problems import problem
from loyalty.rewards.errors import TooManyGuesses, UnknownCoupon
from loyalty.rewards.models import Coupon
from loyalty.rewards.operations import coupons, guesses
from loyalty.rewards.permissions import can_take_coupons_by_key
from members import clock
from members.domain.actors import Actor


class CodeInput(serializers.Serializer):
    """A code. It is sent in the body, so that it is in no address and in no log."""

    code = serializers.CharField(max_length=100)


class BurnInput(CodeInput):
    """A code, and the order it is used in."""

    order_id = serializers.CharField(
        max_length=200,
        required=False,
        default="",
        help_text="When all of this order comes back, so do the points of this piece.",
    )
    order_source = serializers.CharField(
        max_length=100,
        required=False,
        default="",
        help_text="The source that tells of this order, where two shops may give the same numbers.",
    )


class CouponOutput(serializers.ModelSerializer):
    """What a till needs to know of a coupon, and nothing about whose it is."""

    reward = serializers.SlugRelatedField("slug", read_only=True)
    name = serializers.CharField(source="reward.name")
    kind = serializers.CharField(source="reward.kind")
    good = serializers.SerializerMethodField()

    class Meta:
        model = Coupon
        fields = (
            "id",
            "reward",
            "name",
            "kind",
            "state",
            "good",
            "order_id",
            "expires_at",
            "ended_at",
        )

    def get_good(self, coupon: Coupon) -> bool:
        """Whether it can be used now."""
        return coupon.is_good(clock.now())


class CouponDoor(APIView):
    """Codes of other partners and codes that do not exist get the same answer, and few tries."""

    scopes = {"write": "coupons:write"}

    def check_permissions(self, request: Request) -> None:
        """The scope, and that the key's organisation may take coupons just now."""
        super().check_permissions(request)
        verdict = can_take_coupons_by_key(caller(request).partner_id)
        if not verdict:
            raise PermissionDenied(verdict.reason)

    def handle_exception(self, error: Exception) -> Response:
        """404 for every code that is not ours; 429 after too many of them."""
        if isinstance(error, UnknownCoupon):
            return problem(404, error.code, error.messages[0])
        if isinstance(error, TooManyGuesses):
            answer = problem(429, error.code, error.messages[0])
            answer["Retry-After"] = str(int(guesses.WINDOW.total_seconds()))
            return answer
        return super().handle_exception(error)


class ChecksView(CouponDoor):
    """Ask whether a coupon is good."""

    @extend_schema(operation_id="coupon_checks_create", request=CodeInput, responses=CouponOutput)
    def post(self, request: Request) -> Response:
        """The coupon; 404 when there is none for you, 429 after too many unknown codes."""
        given = CodeInput(data=request.data)
        given.is_valid(raise_exception=True)
        coupon = coupons.check(
            given.validated_data["code"],
            partner_id=caller(request).partner_id,
            actor=Actor.key(caller(request)),
        )
        return Response(CouponOutput(coupon).data)


class UsesView(CouponDoor):
    """Use a coupon up."""

    @extend_schema(operation_id="coupon_uses_create", request=BurnInput, responses=CouponOutput)
    def post(self, request: Request) -> Response:
        """Once and for all; 409 with the reason when it is used, expired or void."""
        given = BurnInput(data=request.data)
        given.is_valid(raise_exception=True)
        coupon = coupons.burn(
            given.validated_data["code"],
            partner_id=caller(request).partner_id,
            order_id=given.validated_data["order_id"],
            order_source=given.validated_data["order_source"],
            actor=Actor.key(caller(request)),
        )
        return Response(CouponOutput(coupon).data)
