"""The member endpoints."""

from typing import Any

from django.db import transaction
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.exceptions import ParseError
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from loyalty.connectors import readings
from loyalty.connectors.api.cloudevents import read_time
from loyalty.connectors.api.pagination import Cursor
from members.domain.actors import Actor
from members.domain.keys import EMAIL, NAMES
from members.errors import UnreadableKey
from members.models import Entry, Member
from members.operations import consents, keys, members

#: How a tier begins: on joining, by points, by a return, at a review, by hand, or when that ends.
CAUSES = ("joined", "reached", "taken_back", "not_kept", "given", "given_until")
AS_OF = OpenApiParameter("as_of", str, description="An instant with its zone; default now.")


class ConsentInput(serializers.Serializer):
    """One act of agreeing or withdrawing."""

    purpose = serializers.CharField(max_length=40)
    channel = serializers.CharField(max_length=20, required=False, default="")
    granted = serializers.BooleanField()


class KeysInput(serializers.Serializer):
    """What the member's purchases may be known by. A list is everything of its kind from now on."""

    def to_internal_value(self, data: Any) -> dict[str, list[str]]:
        """By kind, as the operation names them."""
        given = super().to_internal_value(data)
        faults: dict[str, list[str]] = {
            str(name): [f"There are keys named {', '.join(NAMES)}."]
            for name in set(data) - set(NAMES)
        }
        for name, texts in given.items():
            for text in texts:
                try:
                    keys.read(NAMES[name], text)
                except UnreadableKey as refusal:
                    faults.setdefault(name, []).extend(refusal.messages)
        if faults:
            raise serializers.ValidationError(faults)
        return {NAMES[name]: texts for name, texts in given.items()}

    card_token = serializers.ListField(
        child=serializers.CharField(max_length=320), max_length=20, required=False
    )
    phone = serializers.ListField(
        child=serializers.CharField(max_length=320), max_length=20, required=False
    )
    email = serializers.ListField(
        child=serializers.CharField(max_length=320), max_length=20, required=False
    )


class KeysOutput(serializers.Serializer):
    """How many keys of each kind a member has; the keys themselves are not kept."""

    card_token = serializers.IntegerField()
    phone = serializers.IntegerField()
    email = serializers.IntegerField()


class MemberInput(serializers.Serializer):
    """What may be told of a member; what is left out stays as it is."""

    email = serializers.EmailField(required=False, allow_blank=True)
    given_name = serializers.CharField(max_length=100, required=False, allow_blank=True)
    family_name = serializers.CharField(max_length=100, required=False, allow_blank=True)
    birthday = serializers.RegexField(
        r"^(\d{4}-)?\d{2}-\d{2}$",
        required=False,
        help_text="MM-DD, or a date (the year is not kept)",
    )
    time_zone = serializers.CharField(max_length=64, required=False)
    joined_on = serializers.DateField(required=False)
    language = serializers.RegexField(r"^[a-z]{2}(-[A-Za-z]{2,4})?$", required=False)
    consents = ConsentInput(many=True, required=False)
    keys = KeysInput(required=False)

    def fields_of(self) -> dict[str, Any]:
        """The input as the operation names it."""
        fields = dict(self.validated_data)
        fields.pop("consents", None)
        fields.pop("keys", None)
        birthday = fields.pop("birthday", None)
        if birthday:
            fields["birth_month"], fields["birth_day"] = map(int, birthday.split("-")[-2:])
        return fields


class MemberOutput(serializers.ModelSerializer):
    """A member as a shop may know them."""

    member = serializers.CharField(source="ref")
    birthday = serializers.SerializerMethodField()
    keys = serializers.SerializerMethodField()

    class Meta:
        model = Member
        fields = (
            "member",
            "email",
            "given_name",
            "family_name",
            "birthday",
            "time_zone",
            "language",
            "joined_on",
            "keys",
        )

    @extend_schema_field(KeysOutput)
    def get_keys(self, member: Member) -> dict[str, int]:
        """By kind."""
        return keys.kinds_of(member)

    def get_birthday(self, member: Member) -> str | None:
        """MM-DD, or null."""
        if member.birth_month is None:
            return None
        return f"{member.birth_month:02}-{member.birth_day:02}"


class MemberView(APIView):
    """Read a member, or write what is known of them."""

    scopes = {"read": "members:read", "write": "members:write"}

    @extend_schema(operation_id="members_read", responses=MemberOutput)
    def get(self, request: Request, ref: str) -> Response:
        """By the outside id."""
        return Response(MemberOutput(member_of(ref)).data)

    @extend_schema(
        operation_id="members_upsert",
        request=MemberInput,
        responses={200: MemberOutput, 201: MemberOutput},
        description="What purchases named by a key before counts as soon as the key is given. A key that "
        "belongs to another member is refused (409, `key_taken`), and nothing is changed.",
    )
    def put(self, request: Request, ref: str) -> Response:
        """Enrol the member, or change what is told; 201 when new."""
        given = MemberInput(data=request.data)
        given.is_valid(raise_exception=True)
        if len(ref) > 100 or not ref.isprintable():
            raise ParseError("The reference has at most 100 printable characters.")
        actor, told = Actor.key(request.auth), given.validated_data
        with transaction.atomic():
            known = Member.objects.known_as(ref).first()
            named = told.get("keys", {})
            addresses = [told.get("email", ""), *named.get(EMAIL, ())]
            keys.lock(named | {EMAIL: addresses}, of=known)
            member = known or members.enrol(ref, actor=actor, **given.fields_of())
            # Also after enrolling: somebody else may have done that first, with other words.
            member = members.update(member, actor=actor, **given.fields_of())
            if "keys" in told:
                keys.give(member, keys=told["keys"], actor=actor)
            for consent in told.get("consents", ()):
                consents.record(member, actor=actor, **consent)
        return Response(
            MemberOutput(member).data,
            status=status.HTTP_200_OK if known else status.HTTP_201_CREATED,
        )


class ExpiringOutput(serializers.Serializer):
    """Points that end together."""

    amount = serializers.IntegerField()
    expires_at = serializers.DateTimeField()


class BalanceOutput(serializers.Serializer):
    """One unit."""

    unit = serializers.CharField()
    available = serializers.IntegerField()
    pending = serializers.IntegerField()
    held = serializers.IntegerField()
    debt = serializers.IntegerField()
    expiring = ExpiringOutput(many=True)


class NextTierOutput(serializers.Serializer):
    """The next tier up."""

    slug = serializers.CharField()
    missing = serializers.IntegerField(help_text="Status points, if all that counts still counts.")


class TierOutput(serializers.Serializer):
    """Where a member stands on one ladder."""

    group = serializers.CharField(help_text="The ladder.")
    slug = serializers.CharField(help_text="The tier held.")
    since = serializers.DateTimeField()
    cause = serializers.ChoiceField(choices=CAUSES, help_text="Why the tier began.")
    review_at = serializers.DateTimeField(allow_null=True)
    in_grace = serializers.BooleanField(
        help_text="The review was not passed; `review_at` ends the grace."
    )
    status_points = serializers.IntegerField()
    supported = serializers.BooleanField(
        help_text="Whether the points that count now carry the tier held."
    )
    projected = serializers.CharField(
        help_text="The tier after the review (and its grace) if nothing more happens."
    )
    to_keep = serializers.IntegerField(help_text="Points that are missing at the review.")
    lost_at = serializers.DateTimeField(
        allow_null=True, help_text="When the tier is lost if nothing more happens."
    )
    next = NextTierOutput(allow_null=True)


class BalancesOutput(serializers.Serializer):
    """What a member owns at an instant."""

    member = serializers.CharField()
    as_of = serializers.DateTimeField()
    balances = BalanceOutput(many=True)
    tier = TierOutput(allow_null=True, help_text="On the programme's first ladder.")
    tiers = TierOutput(many=True, help_text="On every ladder.")


class BalancesView(APIView):
    """What a member owns."""

    scopes = {"read": "members:read"}

    @extend_schema(operation_id="balances_read", parameters=[AS_OF], responses=BalancesOutput)
    def get(self, request: Request, ref: str) -> Response:
        """Now, or at any past instant."""
        at = None
        if "as_of" in request.query_params:
            # an unescaped "+" of a zone arrives as a blank
            at = read_time(request.query_params["as_of"].replace(" ", "+"))
            if at is None:
                raise ParseError("`as_of` must be a time with its zone.")
        return Response(readings.balances(member_of(ref), at=at))


class EntryOutput(serializers.Serializer):
    """One line of the statement, signed from the member's side."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    unit = serializers.CharField()
    amount = serializers.IntegerField()
    account = serializers.CharField()
    from_account = serializers.CharField(allow_null=True)
    balance_after = serializers.IntegerField(allow_null=True)
    occurred_at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    cause = serializers.DictField()
    reverses = serializers.IntegerField(allow_null=True)
    parent = serializers.IntegerField(allow_null=True)
    why = serializers.CharField()


class LotUseOutput(serializers.Serializer):
    """How much an entry took of a lot."""

    lot = serializers.IntegerField()
    amount = serializers.IntegerField()
    earned_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)


class EntryDetailOutput(EntryOutput):
    """The same, with the lots it took from and the words of the rule."""

    lots = LotUseOutput(many=True)
    campaign = serializers.CharField(allow_null=True)
    rule_version = serializers.IntegerField(allow_null=True)


class EntriesView(APIView):
    """The statement."""

    scopes = {"read": "members:read"}

    @extend_schema(operation_id="entries_list", responses=EntryOutput(many=True))
    def get(self, request: Request, ref: str) -> Response:
        """Newest first."""
        member = member_of(ref)
        pages = Cursor()
        rows: list[Entry] | None = pages.paginate_queryset(_entries(member), request, view=self)
        return pages.get_paginated_response([readings.entry(row, member) for row in rows or []])


class EntryView(APIView):
    """One entry: the lots it took from, its cause and why."""

    scopes = {"read": "members:read"}

    @extend_schema(operation_id="entries_read", responses=EntryDetailOutput)
    def get(self, request: Request, ref: str, pk: int) -> Response:
        """Of this member only."""
        member = member_of(ref)
        row = get_object_or_404(
            _entries(member).select_related("effect__campaign", "effect__rule_version"), pk=pk
        )
        effect = getattr(row, "effect", None)
        return Response(
            readings.entry(row, member)
            | {
                "lots": readings.lots_of(row),
                "campaign": effect.campaign.slug if effect else None,
                "rule_version": effect.rule_version.number if effect else None,
            }
        )


def member_of(ref: str) -> Member:
    """By the reference, of whoever they are one with by now; 404 for nobody's."""
    if not ref.isprintable():
        raise Http404
    return get_object_or_404(Member.objects.known_as(ref))


def _entries(member: Member):
    return Entry.objects.of_member(member).select_related("debit", "credit", "unit")
