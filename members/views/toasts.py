"""What is said once: notices above the page, and words in passing that can be undone."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest
from django.utils.functional import cached_property

_UNDO = "undo:"


@dataclass(frozen=True, slots=True)
class Toast:
    """A sentence, and the address to which its Undo is posted."""

    text: str
    undo: str


def say(request: HttpRequest, text: str, *, undo: str) -> None:
    """Say on the next page that something was done, with the way back for as long as it is read."""
    messages.success(request, text, extra_tags=_UNDO + undo)


class Announced:
    """What one request's page has to say; taken out of the store when a template asks."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def _all(self) -> list[Message]:
        return list(messages.get_messages(self._request))

    @property
    def notices(self) -> list[Message]:
        """What stands above the page."""
        return [each for each in self._all if not _is_toast(each)]

    @property
    def toasts(self) -> list[Toast]:
        """What passes by."""
        return [
            Toast(str(each.message), each.extra_tags.removeprefix(_UNDO))
            for each in self._all
            if _is_toast(each)
        ]


def _is_toast(message: Message) -> bool:
    return (message.extra_tags or "").startswith(_UNDO)
