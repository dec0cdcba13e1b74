"""The endpoints of back-tests."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from loyalty.campaigns.models import Backtest, Campaign
from loyalty.campaigns.operations import backtests
from members.domain.actors import Actor

SCOPES = {"read": "campaigns:read", "write": "campaigns:write"}


class BacktestInput(serializers.Serializer):
    """Which time that is over; which version, the newest if none is named."""

    since = serializers.DateTimeField()
    until = serializers.DateTimeField()
    version = serializers.IntegerField(required=False, min_value=1)


class SideOutput(serializers.Serializer):
    """What one wording would have given: to how many activities and members, by unit, and by day."""

    hits = serializers.IntegerField()
    members = serializers.IntegerField()
    points = serializers.DictField(child=serializers.IntegerField())
    by_day = serializers.DictField(child=serializers.DictField(child=serializers.IntegerField()))


class ResultOutput(serializers.Serializer):
    """What was counted."""

    looked_at = serializers.IntegerField(help_text="Activities that set the rule off.")
    tried = SideOutput()
    live = SideOutput(help_text="The version in force, for comparison.")
    unlimited = SideOutput(help_text="The same without the rule's limit.")
    returned = serializers.DictField(child=serializers.IntegerField())
    other = serializers.DictField(child=serializers.IntegerField())
    overlap = serializers.DictField(child=serializers.IntegerField())


class BacktestOutput(serializers.ModelSerializer):
    """A back-test; `result` is null until it is done."""

    campaign = serializers.SlugRelatedField("slug", read_only=True)
    version = serializers.IntegerField(source="number")
    compared_with = serializers.IntegerField(source="live_number", allow_null=True)
    percent = serializers.IntegerField()
    result = ResultOutput(allow_null=True)

    class Meta:
        model = Backtest
        fields = (
            "id",
            "campaign",
            "version",
            "compared_with",
            "since",
            "until",
            "state",
            "percent",
            "result",
        )


class BacktestsView(APIView):
    """Trying a campaign's rule on what really happened."""

    scopes = SCOPES

    @extend_schema(
        operation_id="backtests_create", request=BacktestInput, responses={202: BacktestOutput}
    )
    def post(self, request: Request, slug: str) -> Response:
        """It is counted in the background; ask again for its result."""
        campaign = get_object_or_404(Campaign, slug=slug)
        asked = BacktestInput(data=request.data)
        asked.is_valid(raise_exception=True)
        fields: dict[str, Any] = dict(asked.validated_data)
        if "version" in fields:
            fields["version"] = get_object_or_404(campaign.versions, number=fields["version"])
        backtest = backtests.start(campaign, actor=Actor.key(request.auth), **fields)
        seen = Backtest.objects.with_progress().get(pk=backtest.pk)
        return Response(BacktestOutput(seen).data, status=status.HTTP_202_ACCEPTED)


class BacktestView(APIView):
    """One back-test."""

    scopes = SCOPES

    @extend_schema(operation_id="backtests_read", responses=BacktestOutput)
    def get(self, request: Request, slug: str, pk: int) -> Response:
        """How far it has come, and its result once it is done."""
        known = Backtest.objects.with_progress().select_related("campaign")
        return Response(BacktestOutput(get_object_or_404(known, pk=pk, campaign__slug=slug)).data)
