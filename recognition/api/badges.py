"""Badges over the API."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView, get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from members.models import Member
from recognition.models import Badge, BadgeAward


class BadgeOutput(serializers.ModelSerializer):
    """A badge that can be won. `holders` is how many members hold it now."""

    holders = serializers.SerializerMethodField()

    class Meta:
        model = Badge
        fields = (
            "slug",
            "name",
            "criteria",
            "description",
            "motif",
            "metal",
            "is_repeatable",
            "holders",
        )

    def get_holders(self, badge: Badge) -> int:
        """Counted with the list."""
        return badge.holders or 0


class AwardOutput(serializers.ModelSerializer):
    """That a member won a badge. `page` is its public address."""

    badge = serializers.SlugRelatedField("slug", read_only=True)
    name = serializers.CharField(source="badge.name")
    page = serializers.HyperlinkedIdentityField("awards:award", lookup_field="slug")

    class Meta:
        model = BadgeAward
        fields = ("badge", "name", "seq", "reason", "awarded_at", "revoked_at", "is_public", "page")


class BadgesView(ListAPIView):
    """What can be won, and for what."""

    scopes = {"read": "badges:read"}
    serializer_class = BadgeOutput

    def get_queryset(self):
        """Active badges."""
        return Badge.objects.active().with_holders()

    @extend_schema(operation_id="badges_list")
    def get(self, request: Request, *args, **kwargs) -> Response:
        """Newest first."""
        return super().get(request, *args, **kwargs)


class MemberBadgesView(ListAPIView):
    """What a member has won, revoked awards included."""

    scopes = {"read": "badges:read"}
    serializer_class = AwardOutput

    def get_queryset(self):
        """The awards of the member in the address."""
        if getattr(self, "swagger_fake_view", False):
            return BadgeAward.objects.none()
        member = get_object_or_404(Member.objects.known_as(self.kwargs["ref"]))
        return member.badge_awards.select_related("badge")

    @extend_schema(operation_id="member_badges_list")
    def get(self, request: Request, *args, **kwargs) -> Response:
        """Newest first."""
        return super().get(request, *args, **kwargs)
