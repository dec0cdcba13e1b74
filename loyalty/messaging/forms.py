"""What a member says about the messages they get."""

from collections.abc import Iterable
from datetime import time

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from loyalty.messaging.models import Choice, Message, Pace, Topic

Channel = Message.Channel
CAPS = (1, 2, 3, 5, 10)
HOURS = [(f"{hour:02}:00", time(hour).strftime("%H:%M")) for hour in range(24)]
#: What is offered to whoever turns quiet hours on.
NIGHT = ("22:00", "07:00")


class MessagesForm(forms.Form):
    """Whether e-mail may come at all, each topic on each channel, quiet hours, and the most in a day."""

    agrees = forms.BooleanField(
        label=_("You may write to me by e-mail"),
        required=False,
        help_text=_("You can take this back here at any time, or with the link in every mail."),
    )
    is_quiet = forms.BooleanField(label=_("Keep quiet hours"), required=False)
    quiet_from = forms.ChoiceField(label=_("From"), choices=HOURS)
    quiet_until = forms.ChoiceField(label=_("Until"), choices=HOURS)
    most_a_day = forms.TypedChoiceField(
        label=_("E-mails a day at most"),
        choices=[("0", _("no limit"))] + [(str(each), str(each)) for each in CAPS],
        coerce=lambda value: int(value) or None,
    )

    def __init__(
        self,
        said: QueryDict | None,
        *,
        left: Iterable[Choice],
        pace: Pace | None,
        agrees: bool,
    ) -> None:
        begins, ends = NIGHT
        initial: dict[str, object] = {"agrees": agrees, "quiet_from": begins, "quiet_until": ends}
        if pace is not None:
            initial["most_a_day"] = str(pace.most_a_day or 0)
        if pace is not None and pace.quiet_from and pace.quiet_until:
            initial |= {
                "is_quiet": True,
                "quiet_from": f"{pace.quiet_from:%H:%M}",
                "quiet_until": f"{pace.quiet_until:%H:%M}",
            }
        super().__init__(said, initial=initial)
        unwanted = {(each.topic, each.channel) for each in left if not each.is_wanted}
        for topic, channel in _every():
            self.fields[f"{topic}-{channel}"] = forms.BooleanField(
                label=f"{topic.label}: {channel.label}",
                required=False,
                initial=(topic, channel) not in unwanted,
            )

    def clean(self) -> dict:
        """Quiet hours that begin when they end are none."""
        cleaned = super().clean() or {}
        if cleaned.get("is_quiet") and cleaned.get("quiet_from") == cleaned.get("quiet_until"):
            self.add_error("quiet_until", _("Choose another time at which they end."))
        return cleaned

    @property
    def rows(self) -> list[tuple[Topic, list[forms.BoundField]]]:
        """Each topic with its boxes, one for each channel, in the channels' order."""
        return [(topic, [self[f"{topic}-{each}"] for each in Channel]) for topic in Topic]

    @property
    def wanted(self) -> dict[tuple[str, str], bool]:
        """What was ticked."""
        return {
            (topic.value, channel.value): self.cleaned_data[f"{topic}-{channel}"]
            for topic, channel in _every()
        }

    @property
    def quiet(self) -> tuple[time | None, time | None]:
        """From when until when; twice None without quiet hours."""
        if not self.cleaned_data["is_quiet"]:
            return None, None
        begins, ends = self.cleaned_data["quiet_from"], self.cleaned_data["quiet_until"]
        return time.fromisoformat(begins), time.fromisoformat(ends)


def _every() -> list[tuple[Topic, Message.Channel]]:
    return [(topic, channel) for topic in Topic for channel in Channel]
