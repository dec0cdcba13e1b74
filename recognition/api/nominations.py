"""Nomination cycles over the API. What people wrote about each other is never answered."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView, RetrieveAPIView, get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from members.domain.actors import Actor
from members.models import Member
from recognition.models import NominationCycle
from recognition.operations import nominations


class CriterionOutput(serializers.Serializer):
    """One question of the rubric; the weights are per cent."""

    key = serializers.CharField()
    title = serializers.CharField()
    description = serializers.CharField()
    weight = serializers.IntegerField()


class CycleOutput(serializers.ModelSerializer):
    """A cycle with its criteria, which stand still once it is open."""

    badge = serializers.SlugRelatedField("slug", read_only=True)
    criteria = CriterionOutput(source="criteria.rubric", many=True)
    criteria_version = serializers.IntegerField(source="criteria.version")

    class Meta:
        model = NominationCycle
        fields = (
            "slug",
            "title",
            "description",
            "state",
            "badge",
            "criteria",
            "criteria_version",
            "opens_at",
            "closes_at",
            "limit_per_nominator",
            "allows_self_nomination",
        )


class NominationInput(serializers.Serializer):
    """Who proposes whom, and why; members by their reference."""

    cycle = serializers.CharField(max_length=60)
    nominator = serializers.CharField(max_length=100)
    nominee = serializers.CharField(max_length=100)
    statement = serializers.CharField(max_length=2000)


class NominationOutput(serializers.Serializer):
    """That it was recorded."""

    id = serializers.IntegerField(source="pk")
    cycle = serializers.CharField(source="cycle.slug")
    nominator = serializers.CharField(source="nominator.ref")
    nominee = serializers.CharField(source="candidate.member.ref")
    made_at = serializers.DateTimeField()


class NominationsView(ListAPIView):
    """The cycles, and nominating in one."""

    scopes = {"read": "nominations:read", "write": "nominations:write"}
    serializer_class = CycleOutput

    def get_queryset(self):
        """Published cycles."""
        return NominationCycle.objects.published().select_related("criteria", "badge")

    @extend_schema(operation_id="nominations_list")
    def get(self, request: Request, *args, **kwargs) -> Response:
        """Newest first."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="nominations_create",
        request=NominationInput,
        responses={201: NominationOutput},
    )
    def post(self, request: Request) -> Response:
        """201, or 409 with the reason when the cycle's rules refuse it."""
        given = NominationInput(data=request.data)
        given.is_valid(raise_exception=True)
        wanted, people = given.validated_data, Member.objects
        made = nominations.nominate(
            get_object_or_404(self.get_queryset(), slug=wanted["cycle"]),
            nominator=get_object_or_404(people.known_as(wanted["nominator"])),
            nominee=get_object_or_404(people.known_as(wanted["nominee"])),
            statement=wanted["statement"],
            actor=Actor.key(request.auth),
        )
        return Response(NominationOutput(made).data, status=status.HTTP_201_CREATED)


class CycleView(RetrieveAPIView):
    """One cycle."""

    scopes = {"read": "nominations:read"}
    serializer_class = CycleOutput
    lookup_field = "slug"

    def get_queryset(self):
        """Published cycles."""
        return NominationCycle.objects.published().select_related("criteria", "badge")

    @extend_schema(operation_id="nominations_read")
    def get(self, request: Request, *args, **kwargs) -> Response:
        """With its criteria."""
        return super().get(request, *args, **kwargs)
