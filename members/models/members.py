"""The people of the programme, what they agreed to, and the doors that are open to them."""

import secrets
from datetime import datetime

from django.conf import settings
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import ExtractDay, ExtractMonth, Lower, Upper
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from members.domain import names

#: Who is left of a member that was erased.
FORMER = "Former member"


def new_pseudonym() -> str:
    """A name that says nothing about its bearer."""
    return f"Member {secrets.token_hex(3).upper()}"


def shown(pseudonym: str) -> str:
    """A made-up name in the reader's language; any other name as it is."""
    if pseudonym == FORMER:
        return gettext("Former member")
    code = names.code_in(pseudonym)
    return gettext("Member %(code)s") % {"code": code} if code else pseudonym


def programme_zone() -> str:
    """The zone of a member who has not said where they live."""
    return settings.PROGRAMME_TIME_ZONE


class MemberQuerySet(models.QuerySet["Member"]):
    """Questions over members."""

    def active(self) -> "MemberQuerySet":
        """Members who have been neither erased nor merged into another."""
        return self.filter(erased_at=None, merged_into=None)

    def known_as(self, ref: str) -> "MemberQuerySet":
        """The active member that this reference leads to: its own, or who it was merged into. One that no
        column can hold leads to nobody."""
        if "\0" in ref:
            return self.none()
        merged = Member.objects.filter(ref=ref).values("merged_into")
        return self.active().filter(Q(ref=ref) | Q(pk__in=merged))

    def of(self, user) -> "MemberQuerySet":
        """The user's own membership (none or one row)."""
        return self.active().filter(user_id=user.pk)

    def beginning(self, asked: str, *, whole_address: bool = False) -> "MemberQuerySet":
        """Active members whose reference, e-mail address or names begin so, whatever the case; of
        several words, each begins a name. With `whole_address` an address is found by the whole of it
        alone. Answered from the indexes `member_found_by_…`."""
        words = asked.split()
        if not words:
            return self.none()
        address = Q(email__iexact=asked) if whole_address else Q(email__istartswith=asked)
        wanted = Q(ref__istartswith=asked) | address
        wanted |= Q(given_name__istartswith=asked) | Q(family_name__istartswith=asked)
        if len(words) > 1:
            first, last = words[0], words[-1]
            wanted |= Q(given_name__istartswith=first, family_name__istartswith=last)
            wanted |= Q(given_name__istartswith=last, family_name__istartswith=first)
        return self.active().filter(wanted).order_by("family_name", "given_name", "pk")


class Member(models.Model):
    """One person in the programme. `ref` is the id by which the outside world knows them."""

    ref = models.CharField(_("reference"), max_length=100, unique=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="member",
        verbose_name=_("sign-in"),
    )
    email = models.EmailField(_("e-mail address"), blank=True)
    given_name = models.CharField(_("given name"), max_length=100, blank=True)
    family_name = models.CharField(_("family name"), max_length=100, blank=True)
    pseudonym = models.CharField(_("pseudonym"), max_length=60, default=new_pseudonym)
    display_name = models.CharField(
        _("display name"), max_length=names.LONGEST, blank=True, default=""
    )
    shows_real_name = models.BooleanField(_("shows their name to others"), default=False)
    is_ranked = models.BooleanField(_("appears on leaderboards"), default=False)
    birth_month = models.PositiveSmallIntegerField(_("month of birth"), null=True, blank=True)
    birth_day = models.PositiveSmallIntegerField(_("day of birth"), null=True, blank=True)
    birthday_set_at = models.DateTimeField(_("birthday told at"), null=True, blank=True)
    birthday_mmdd = models.GeneratedField(
        expression=F("birth_month") * 100 + F("birth_day"),
        output_field=models.PositiveSmallIntegerField(),
        db_persist=True,
    )
    joined_on = models.DateField(_("joined on"))
    joined_mmdd = models.GeneratedField(
        expression=ExtractMonth("joined_on") * 100 + ExtractDay("joined_on"),
        output_field=models.PositiveSmallIntegerField(),
        db_persist=True,
    )
    time_zone = models.CharField(_("time zone"), max_length=64, default=programme_zone)
    language = models.CharField(_("language"), max_length=10, default="en")
    created_at = models.DateTimeField(_("created at"))
    erased_at = models.DateTimeField(_("erased at"), null=True, blank=True)
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="merged_here",
        verbose_name=_("merged into"),
    )

    objects = MemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        permissions = [
            ("view_as_member", "Can see the pages of a member as they see them"),
            ("see_contact", "Can see how a member is reached"),
            ("export_member", "Can have a copy of a member's data made"),
            ("erase_member", "Can erase a member"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(birth_month=None, birth_day=None)
                | Q(birth_month__range=(1, 12), birth_day__range=(1, 31)),
                name="member_birthday_whole_or_absent",
            ),
            models.UniqueConstraint(
                Lower("display_name"),
                condition=~Q(display_name=""),
                name="member_display_name_once",
                violation_error_message=_("Somebody else goes by this name already."),
            ),
            models.CheckConstraint(
                condition=~Q(merged_into=F("pk")), name="member_not_merged_into_itself"
            ),
        ]
        indexes = [
            models.Index(F("birthday_mmdd"), name="member_birthday"),
            models.Index(F("joined_mmdd"), name="member_anniversary"),
            models.Index(F("email"), name="member_email"),
            *(
                models.Index(
                    OpClass(Upper(name), name="text_pattern_ops"), name=f"member_found_by_{name}"
                )
                for name in ("ref", "email", "given_name", "family_name")
            ),
        ]

    def __str__(self) -> str:
        return self.full_name or self.ref

    @property
    def heir(self) -> "Member":
        """Who this membership's points, activities and rights are: its own, or those of the member it
        was merged into."""
        return self.merged_into or self

    @property
    def full_name(self) -> str:
        """Given and family name, as far as known."""
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def public_name(self) -> str:
        """What other people read: the pseudonym, unless the member chose their own name or another."""
        return self.chosen_name or shown(self.pseudonym)

    @property
    def kept_name(self) -> str:
        """The same, as the books keep it: in the language of the code."""
        return self.chosen_name or self.pseudonym

    @property
    def chosen_name(self) -> str:
        """The name they chose to be read by; '' for none."""
        return (self.full_name if self.shows_real_name else "") or self.display_name


class Consent(models.Model):
    """One act of agreeing or withdrawing. Append-only; the newest row of a purpose is in force."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="consents")
    purpose = models.CharField(max_length=40)
    channel = models.CharField(max_length=20, blank=True)
    granted = models.BooleanField()
    text_version = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        indexes = [
            models.Index(fields=["member", "purpose", "channel", "at"], name="consent_latest")
        ]


class AccessQuerySet(models.QuerySet["Access"]):
    """Questions over open doors."""

    def open_at(self, at: datetime) -> "AccessQuerySet":
        """Rows that let a member in at this instant."""
        return self.filter(Q(until=None) | Q(until__gt=at), starts_at__lte=at)


class Access(models.Model):
    """A door that one app opened for a member and another app reads (`name` is all both know)."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="accesses")
    name = models.CharField(max_length=80)
    starts_at = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    cause = models.CharField(max_length=120, unique=True)

    objects = AccessQuerySet.as_manager()

    class Meta:
        verbose_name = _("access")
        verbose_name_plural = _("accesses")
        indexes = [models.Index(fields=["member", "name"], name="access_of_member")]
