"""Leaderboards over the API."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.generics import ListAPIView, get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from members import clock
from members.domain.calendar import local_date
from members.models.members import programme_zone
from recognition.domain.windows import Kind
from recognition.forms import ReadingForm
from recognition.models import Leaderboard
from recognition.models.readings import Reading

PAGE = 50
LARGEST_PAGE = 200
PARAMETERS = [
    OpenApiParameter("window", str, enum=list(Kind), description="Default: the board's own."),
    OpenApiParameter(
        "on", {"type": "string", "format": "date"}, description="A day of the window."
    ),
    OpenApiParameter("from", {"type": "string", "format": "date"}, description="For `custom`."),
    OpenApiParameter(
        "until",
        {"type": "string", "format": "date"},
        description="For `custom`: the first day that does not count.",
    ),
    OpenApiParameter("after", str, description="From `next`."),
    OpenApiParameter("page_size", int),
]


class BoardOutput(serializers.ModelSerializer):
    """A board."""

    unit = serializers.SlugRelatedField("code", read_only=True)

    class Meta:
        model = Leaderboard
        fields = ("slug", "name", "unit", "window", "ties", "starts_on", "ends_on")


class WindowOutput(serializers.Serializer):
    """The days that count: `ends_on` is the first that does not."""

    kind = serializers.ChoiceField(list(Kind))
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()


class RowOutput(serializers.Serializer):
    """A place. `id` and `name` mean nothing outside this board, unless the member shows their name."""

    rank = serializers.IntegerField()
    id = serializers.CharField(source="opaque")
    name = serializers.CharField()
    points = serializers.IntegerField()


class BoardHead(serializers.ModelSerializer):
    """Which board it is."""

    unit = serializers.SlugRelatedField("code", read_only=True)

    class Meta:
        model = Leaderboard
        fields = ("slug", "name", "unit", "ties")


class ReadingOutput(BoardHead):
    """A page of a board. `is_hidden`: too few people stand on it to show anybody."""

    window = WindowOutput()
    is_hidden = serializers.BooleanField()
    results = RowOutput(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)

    class Meta(BoardHead.Meta):
        fields = (*BoardHead.Meta.fields, "window", "is_hidden", "results", "next", "previous")


class BoardsView(ListAPIView):
    """The boards there are."""

    scopes = {"read": "badges:read"}
    serializer_class = BoardOutput

    def get_queryset(self):
        """Active boards."""
        return Leaderboard.objects.active().select_related("unit")

    @extend_schema(operation_id="leaderboards_list")
    def get(self, request: Request, *args, **kwargs) -> Response:
        """Newest first."""
        return super().get(request, *args, **kwargs)


class BoardView(APIView):
    """One board in one window."""

    scopes = {"read": "badges:read"}

    @extend_schema(operation_id="leaderboards_read", parameters=PARAMETERS, responses=ReadingOutput)
    def get(self, request: Request, slug: str) -> Response:
        """Best first; pages go on from `next`, and no row repeats or vanishes between them."""
        board = get_object_or_404(Leaderboard.objects.active().select_related("unit"), slug=slug)
        form = ReadingForm(board, request.query_params)
        if not form.is_valid():
            raise ValidationError(
                {name: [str(text) for text in found] for name, found in form.errors.items()}
            )
        today = local_date(clock.now(), programme_zone())
        reading = Reading(board, form.chosen(today), today)
        rows, mark = reading.stretch(size=_size(request), after=form.cleaned_data["after"])
        address = request.build_absolute_uri()
        answer = {
            "window": WindowOutput(reading.window).data,
            "is_hidden": reading.is_hidden,
            "results": RowOutput(rows, many=True).data,
            "next": replace_query_param(address, "after", str(mark)) if mark else None,
            "previous": None,
        }
        return Response(BoardHead(board).data | answer)


def _size(request: Request) -> int:
    text = request.query_params.get("page_size", str(PAGE))
    if not text.isdecimal() or not 1 <= int(text) <= LARGEST_PAGE:
        raise ValidationError({"page_size": [f"Between 1 and {LARGEST_PAGE}."]})
    return int(text)
