"""The form in which a rule is tried on one member. A reference alone fills it."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from loyalty.campaigns.domain.told import Told
from loyalty.campaigns.domain.typical import (
    ORDER_TEXTS,
    lines_of,
    lines_text,
    typical,
    typical_order,
    values_of,
)
from loyalty.campaigns.models import RuleVersion
from loyalty.campaigns.operations import schemas, trials
from loyalty.campaigns.operations.schemas import ORDERS
from members import clock
from members.models import Activity, ActivityKind, Member

PREFIX = "told-"
#: Between these every date that a rule may promise can be reckoned.
FIRST, LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
SIMPLE: dict[str, tuple[type[forms.Field], type[forms.Widget]]] = {
    "string": (forms.CharField, UnfoldAdminTextInputWidget),
    "integer": (forms.IntegerField, UnfoldAdminTextInputWidget),
    "number": (forms.FloatField, UnfoldAdminTextInputWidget),
    "boolean": (forms.BooleanField, UnfoldBooleanWidget),
}


class TrialForm(forms.Form):
    """Whom, what and when. What was told is filled in from the chosen activity, and can be changed."""

    member_word = forms.CharField(
        label=_("Member"),
        help_text=_("A reference or a number. It alone fills in the rest."),
        max_length=100,
        widget=UnfoldAdminTextInputWidget(),
    )
    chosen = forms.ChoiceField(
        label=_("Activity"), required=False, widget=UnfoldAdminSelectWidget()
    )
    occurs_at = forms.DateTimeField(
        label=_("When"),
        help_text=_("Any time, also one to come."),
        required=False,
        validators=[MinValueValidator(FIRST), MaxValueValidator(LAST)],
        widget=UnfoldAdminTextInputWidget(attrs={"type": "datetime-local"}),
    )

    def __init__(self, version: RuleVersion | None, sent: Mapping[str, Any] | None = None) -> None:
        self.version = version
        self.told: Told | None = None
        self.kinds = {
            kind.name: kind
            for kind in ActivityKind.objects.filter(
                name__in=version.triggers if version else [], is_active=True
            )
        }
        super().__init__(sent)
        if self.member is None:
            return
        offered = self._offered()
        chosen = str(self.data.get("chosen") or "")
        if chosen not in dict(offered):
            chosen = offered[0][0] if offered else ""
        self.fields["chosen"].choices = offered  # type: ignore[attr-defined] # a choice field
        self._fill(chosen)

    @cached_property
    def member(self) -> Member | None:
        """Whom it is tried on."""
        word = str(self.data.get("member_word") or "").strip()
        return trials.find(word) if word and "\0" not in word else None

    @cached_property
    def _recent(self) -> list[Activity]:
        return trials.recent(self.member, self.kinds) if self.member else []

    def is_ready(self) -> bool:
        """Whether there is something to try; what was told then is in `told`."""
        return self.is_bound and self.is_valid() and self.told is not None

    def clean(self) -> dict[str, Any]:
        """What was told, checked as at the door."""
        cleaned: dict[str, Any] = super().clean() or {}
        if self.member is None:
            if cleaned.get("member_word"):
                self.add_error("member_word", _("There is no member with this reference."))
            return cleaned
        if not self.kinds:
            self.add_error(None, _("Nothing sets this rule off yet."))
        if self.errors:
            return cleaned
        at = cleaned.get("occurs_at") or clock.now()
        payload = self._payload(cleaned)
        self.told = Told("trial", "trial", self.kind, self.member.ref, at, payload)
        known = schemas.current({self.kind})
        for fault in schemas.faults_of(self.told, known.get(self.kind)):
            self.add_error(None, f"{fault.pointer}: {fault.detail}")
        return cleaned

    # -- filling in -----------------------------------------------------------------------------

    def _offered(self) -> list[tuple[str, str]]:
        """The member's latest activities, then a typical one of each kind."""
        own = [
            (
                f"a{row.pk}",
                f"{self.kinds[row.kind].title}, {timezone.localtime(row.occurred_at):%Y-%m-%d %H:%M}"
                f" ({row.external_id})",
            )
            for row in self._recent
        ]
        typical = [
            (f"k{name}", str(_("Typical: %(kind)s") % {"kind": kind.title}))
            for name, kind in self.kinds.items()
        ]
        return own + typical

    def _fill(self, chosen: str) -> None:
        """Fields for what was told; as sent, or as the activity has it when that was just chosen."""
        base = next((row for row in self._recent if f"a{row.pk}" == chosen), None)
        self.kind = base.kind if base else chosen[1:]
        self.base = dict(base.payload) if base else self._typical()
        for name, field in fields_of(self.kind, self.kinds):
            self.fields[PREFIX + name] = field
        self.filled_from = f"{self.member.pk if self.member else ''}:{chosen}"
        if self.data.get("filled_from") == self.filled_from:
            return
        at = base.occurred_at if base else clock.now()
        values = values_of(self.base, is_order=self.kind in ORDERS)
        fresh = {PREFIX + name: value for name, value in values.items()}
        self.data = {
            **{name: self.data.get(name) for name in ("member_word", "rule")},
            **fresh,
            "chosen": chosen,
            "occurs_at": f"{timezone.localtime(at):%Y-%m-%dT%H:%M}",
        }

    def _typical(self) -> dict[str, Any]:
        if self.kind in ORDERS:
            return typical_order(settings.PROGRAMME_CURRENCY)
        return typical(self.kinds[self.kind].schema if self.kind in self.kinds else {})

    def _payload(self, cleaned: Mapping[str, Any]) -> dict[str, Any]:
        payload = dict(self.base)
        for name in [name for name in cleaned if name.startswith(PREFIX)]:
            value, key = cleaned[name], name.removeprefix(PREFIX)
            if key == "lines":
                if value.split() != lines_text(self.base).split():
                    payload["lines"] = lines_of(value)
            elif value in ("", None):
                payload.pop(key, None)
            else:
                payload[key] = value
        return payload


def fields_of(kind: str, kinds: Mapping[str, ActivityKind]) -> Iterable[tuple[str, forms.Field]]:
    """What may be changed of an activity of this kind: an order's lines, and every simple value."""
    if kind in ORDERS:
        yield (
            "lines",
            forms.CharField(
                label=_("What is bought"),
                help_text=_("One line each: category and amount, like “refill 40.00”."),
                max_length=5000,
                widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
            ),
        )
        for name in ORDER_TEXTS:
            yield name, _simple("string", name)
        return
    shapes = kinds[kind].schema.get("properties", {}) if kind in kinds else {}
    for name, shape in shapes.items():
        told = shape.get("type") if isinstance(shape, dict) else None
        if isinstance(told, str) and told in SIMPLE:
            yield name, _simple(told, name)


def _simple(told: str, name: str) -> forms.Field:
    make, widget = SIMPLE[told]
    field = make(label=name.replace("_", " "), required=False, widget=widget())
    if told == "string":
        field.validators.append(MaxLengthValidator(200))
    return field
