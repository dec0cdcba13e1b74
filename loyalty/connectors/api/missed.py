"""What a member missed, and why."""

from dataclasses import asdict

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from loyalty.campaigns.operations import missed
from loyalty.connectors.api.cloudevents import read_time
from loyalty.connectors.api.members import member_of
from loyalty.connectors.api.pagination import Cursor
from members.models import Activity

SINCE = OpenApiParameter(
    "since", str, description="What happened from this instant on, with its zone."
)


class MissedCampaignOutput(serializers.Serializer):
    """A campaign that did not count."""

    campaign = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField()
    lacking = serializers.ListField(
        child=serializers.CharField(), help_text="Each condition that did not hold, in words."
    )
    why = serializers.CharField(
        help_text="Why else it did not count; empty when something was lacking."
    )


class MissedActivityOutput(serializers.Serializer):
    """One thing that a member did, and the public campaigns that did not count for it."""

    activity = serializers.IntegerField(help_text="Its number, as for `GET activities/{id}`.")
    id = serializers.CharField()
    source = serializers.CharField()
    type = serializers.CharField()
    time = serializers.DateTimeField()
    missed = MissedCampaignOutput(many=True)


class MissedView(APIView):
    """Why not."""

    scopes = {"read": "members:read"}

    @extend_schema(
        operation_id="missed_list", parameters=[SINCE], responses=MissedActivityOutput(many=True)
    )
    def get(self, request: Request, ref: str) -> Response:
        """What members read under "What you missed", newest first; what missed nothing is left out."""
        pages = Cursor()
        rows: list[Activity] = (
            pages.paginate_queryset(_told(request, ref), request, view=self) or []
        )
        found = missed.of_many(rows)
        return pages.get_paginated_response(
            [_said(row, found[row.pk]) for row in rows if found[row.pk]]
        )


def _told(request: Request, ref: str) -> QuerySet[Activity]:
    """What the member did for which some campaign did not count."""
    since = None
    if "since" in request.query_params:
        # an unescaped "+" of a zone arrives as a blank
        since = read_time(request.query_params["since"].replace(" ", "+"))
        if since is None:
            raise ParseError("`since` must be a time with its zone.")
    return missed.with_any(member_of(ref), since=since)


def _said(row: Activity, found: list[missed.Missed]) -> dict[str, object]:
    return {
        "activity": row.pk,
        "id": row.external_id,
        "source": row.source,
        "type": row.kind,
        "time": row.occurred_at,
        "missed": [asdict(each) for each in found],
    }
