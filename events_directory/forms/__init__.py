"""What people fill in. A form checks its own fields; the operation decides the rest."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.db import models
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from events_directory.domain import money
from events_directory.forms.fields import (
    DateInput,
    WallTimeField,
    is_of_our_time,
    new_key,
    offer,
)
from events_directory.forms.repeating import RepeatForm
from events_directory.models import (
    Booking,
    GrantApplication,
    MicroEvent,
    Occurrence,
    PartnerSeat,
    Pool,
    Venue,
)
from members.domain.calendar import zone_names


class ListingFilter(forms.Form):
    """The one set of filters of list, calendar and API. What cannot be read is not applied."""

    q = forms.CharField(label=_("Search"), required=False, max_length=100)
    city = forms.CharField(
        label=_("Town or city"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"list": "cities", "autocomplete": "off"}),
    )
    since = forms.DateField(label=_("From"), required=False, widget=DateInput())
    until = forms.DateField(label=_("Until"), required=False, widget=DateInput())
    category = forms.ChoiceField(
        label=_("Category"),
        required=False,
        choices=[("", _("All categories")), *MicroEvent.Category.choices],
    )
    neighbourhood = forms.CharField(
        label=_("Neighbourhood"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"list": "neighbourhoods"}),
    )

    def criteria(self) -> dict[str, Any]:
        """The keywords of `OccurrenceQuerySet.matching`."""
        self.is_valid()
        found = dict(self.cleaned_data)
        return {"text": found.pop("q", "")} | found

    @property
    def query(self) -> str:
        """The filters that are set, as they stand in an address."""
        said = {name: self.data.get(name, "") for name in self.fields}
        return urlencode({name: value for name, value in said.items() if value})


class DateChoice(forms.ModelChoiceField):
    """One of the dates on show, named as people say it."""

    def label_from_instance(self, occurrence: Occurrence) -> str:
        """Day and time on the venue's wall, with its zone, and the seats that are left."""
        starts = occurrence.starts_at.astimezone(ZoneInfo(occurrence.zone))
        return _("%(when)s (%(free)s free)") % {
            "when": date_format(starts, "D j M, H:i T"),
            "free": occurrence.free,
        }


class ExchangeForm(forms.Form):
    """A date, and the key of this request."""

    occurrence = DateChoice(label=_("Date"), queryset=Occurrence.objects.none(), empty_label=None)
    key = forms.CharField(widget=forms.HiddenInput, max_length=100, initial=new_key)

    def __init__(self, *args: Any, dates, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "occurrence", dates)


class BookingForm(ExchangeForm):
    """A date for how many people."""

    seats = forms.IntegerField(
        label=_("How many people?"), min_value=1, max_value=Booking.LARGEST_PARTY, initial=1
    )


class FullDateChoice(DateChoice):
    """One of the dates that are full."""

    def label_from_instance(self, occurrence: Occurrence) -> str:
        """Day and time on the venue's wall, with its zone."""
        starts = occurrence.starts_at.astimezone(ZoneInfo(occurrence.zone))
        return date_format(starts, "D j M, H:i T")


class WaitingForm(BookingForm):
    """To wait for a date, for how many people."""

    occurrence = FullDateChoice(
        label=_("Date"), queryset=Occurrence.objects.none(), empty_label=None
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # It stands beside the booking form, whose fields have the same names.
        super().__init__(*args, **{"auto_id": "waiting_%s"} | kwargs)


class OrganisationForm(forms.Form):
    name = forms.CharField(label=_("Name of your organisation"), max_length=120)


class VenueForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    address = forms.CharField(label=_("Address"), max_length=250)
    city = forms.CharField(label=_("Town or city"), max_length=60, required=False)
    zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=lambda: [(name, name) for name in sorted(zone_names())],
        initial=lambda: settings.PROGRAMME_TIME_ZONE,
        help_text=_("Of the clock on its wall."),
    )
    latitude = forms.DecimalField(
        label=_("Latitude"),
        required=False,
        min_value=-90,
        max_value=90,
        max_digits=9,
        decimal_places=6,
        help_text=_("For the map, such as 53.5461. Leave both empty if you do not know."),
    )
    longitude = forms.DecimalField(
        label=_("Longitude"),
        required=False,
        min_value=-180,
        max_value=180,
        max_digits=9,
        decimal_places=6,
    )

    def clean(self) -> dict[str, Any]:
        """A position is whole, or there is none."""
        cleaned = super().clean() or {}
        given = [cleaned.get(name) is not None for name in ("latitude", "longitude")]
        if any(given) and not all(given):
            self.add_error("longitude", _("Give both, or leave both empty."))
        return cleaned


class VenueChangeForm(VenueForm):
    """A place whose name and clock stay what they are."""

    name = zone = None  # type: ignore[assignment]  # Django's way to drop a field


class MoveForm(forms.Form):
    """When, and for how long."""

    starts = WallTimeField(label=_("When?"), help_text=_("As the clock at the venue shows it."))
    minutes = forms.IntegerField(
        label=_("Length in minutes"), min_value=5, max_value=1440, initial=120
    )


class DateForm(MoveForm, RepeatForm):
    """A date: when, for how long, how many seats, and whether it comes again."""

    SINGLE: tuple[str, ...] = ("starts", "minutes", "capacity")

    capacity = forms.IntegerField(
        label=_("How many seats?"), min_value=1, max_value=100_000, initial=12
    )

    def single(self) -> list[forms.BoundField]:
        """The fields of one date."""
        return [self[name] for name in self.SINGLE]


class DraftForm(RepeatForm):
    """A listing in five fields; the rest can wait."""

    FIRST: tuple[str, ...] = ("title", "category", "venue", "starts", "capacity")

    title = forms.CharField(label=_("What is it called?"), max_length=120)
    category = forms.ChoiceField(label=_("What kind?"), choices=MicroEvent.Category.choices)
    venue = forms.ModelChoiceField(
        label=_("Where?"), queryset=Venue.objects.none(), empty_label=None
    )
    starts = WallTimeField(label=_("When?"), help_text=_("As the clock at the venue shows it."))
    capacity = forms.IntegerField(
        label=_("How many seats?"), min_value=1, max_value=100_000, initial=12
    )
    minutes = forms.IntegerField(
        label=_("Length in minutes"), min_value=5, max_value=1440, initial=120
    )
    summary = forms.CharField(label=_("In one sentence"), max_length=200, required=False)
    description = forms.CharField(
        label=_("Description"), max_length=5000, required=False, widget=forms.Textarea
    )
    neighbourhood = forms.CharField(label=_("Neighbourhood"), max_length=60, required=False)

    def __init__(self, *args: Any, venues, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "venue", venues)

    def first(self) -> list[forms.BoundField]:
        """The five fields."""
        return [self[name] for name in self.fields if name in self.FIRST]

    def rest(self) -> list[forms.BoundField]:
        """What can wait."""
        apart = (*self.FIRST, *self.REPEATING)
        return [self[name] for name in self.fields if name not in apart]

    def texts(self) -> dict[str, Any]:
        """What the event itself says, without its date."""
        dated = {"starts", "capacity", "minutes", "repeat", *self.REPEATING}
        return {name: value for name, value in self.cleaned_data.items() if name not in dated}


class EditForm(DraftForm):
    """A listing without its dates, which are changed one by one."""

    FIRST = ("title", "category", "venue", "summary", "description", "neighbourhood")
    starts = capacity = minutes = None  # type: ignore[assignment]  # Django's way to drop a field
    repeats = weekdays = nth = times = last_on = None  # type: ignore[assignment]  # the same


class CapacityForm(forms.Form):
    capacity = forms.IntegerField(label=_("Seats"), min_value=0, max_value=100_000)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300)

    @property
    def given(self) -> str:
        """The reason; raises what is wrong with it as a refusal."""
        faults = self.errors.get("reason")
        if faults:
            raise forms.ValidationError(list(faults))
        return self.cleaned_data["reason"]


class ScanForm(forms.Form):
    """A ticket shown at the door: the code, or the whole address that its QR holds."""

    ticket = forms.CharField(label=_("Ticket code"), max_length=500)
    nonce = forms.CharField(widget=forms.HiddenInput, max_length=100, initial=new_key)

    def clean_ticket(self) -> str:
        """The code alone."""
        return self.cleaned_data["ticket"].strip().rstrip("/").rpartition("/")[2]


class OfflineScanForm(ScanForm):
    """A scan that a device made by itself: with its name for it, and by its clock."""

    nonce = forms.CharField(label=_("Scan"), max_length=100)
    at = forms.DateTimeField(label=_("Time"))

    def clean_at(self) -> datetime:
        """A time that a clock could have shown."""
        at = self.cleaned_data["at"]
        if not is_of_our_time(at):
            raise forms.ValidationError(_("Enter a date and a time."), code="invalid")
        return at


class InvitationForm(forms.Form):
    """What the person who is invited may do."""

    role = forms.ChoiceField(
        label=_("What may they do?"),
        choices=[
            (PartnerSeat.Role.HELPER, _("Only check guests in at the door")),
            (PartnerSeat.Role.EDITOR, _("Also change events and apply for grants")),
        ],
        widget=forms.RadioSelect,
        initial=PartnerSeat.Role.HELPER,
    )


def question(name: str) -> forms.CharField:
    """One of the three questions; a draft may leave it open."""
    field = GrantApplication._meta.get_field(name)
    assert isinstance(field, models.Field)
    return forms.CharField(
        label=field.verbose_name,
        max_length=field.max_length,
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
    )


class ApplicationForm(forms.Form):
    """Three questions, and an amount in the pool's currency."""

    pool = forms.ModelChoiceField(label=_("Pool"), queryset=Pool.objects.none(), empty_label=None)
    title = forms.CharField(label=_("What is it called?"), max_length=120)
    amount = forms.DecimalField(label=_("How much do you need?"), min_value=0, max_digits=12)
    what_for = question("what_for")
    who_benefits = question("who_benefits")
    how_known = question("how_known")

    def __init__(self, *args: Any, pools, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "pool", pools)

    def clean(self) -> dict[str, Any]:
        """Adds `requested`, the amount in minor units of the pool's currency."""
        cleaned = super().clean() or {}
        pool, amount = cleaned.get("pool"), cleaned.get("amount")
        if pool is not None and amount is not None:
            try:
                cleaned["requested"] = money.minor(amount, pool.currency)
            except ValueError:
                self.add_error("amount", _("This currency has fewer decimals."))
        return cleaned
