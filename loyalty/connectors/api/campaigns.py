"""The campaign endpoints."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from loyalty.campaigns.models import Campaign


class CampaignOutput(serializers.ModelSerializer):
    """A campaign, with the number of the version in force."""

    version = serializers.SerializerMethodField()
    funded_by = serializers.SerializerMethodField(
        help_text="The partner that pays for its points; null when the programme does."
    )

    class Meta:
        model = Campaign
        fields = (
            "slug",
            "name",
            "description",
            "state",
            "starts_at",
            "ends_at",
            "version",
            "funded_by",
        )

    def get_version(self, campaign: Campaign) -> int | None:
        """The newest published version."""
        numbers = [v.number for v in campaign.versions.all() if v.published_at]
        return max(numbers, default=None)

    def get_funded_by(self, campaign: Campaign) -> str | None:
        """The partner's name."""
        return campaign.funded_by.partner.name if campaign.funded_by is not None else None


class CampaignsView(ListAPIView):
    """The programme's campaigns."""

    scopes = {"read": "campaigns:read"}
    serializer_class = CampaignOutput
    queryset = Campaign.objects.select_related("funded_by__partner").prefetch_related("versions")

    @extend_schema(operation_id="campaigns_list")
    def get(self, request: Request, *args, **kwargs) -> Response:
        """Newest first."""
        return super().get(request, *args, **kwargs)
