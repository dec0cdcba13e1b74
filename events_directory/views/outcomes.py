"""What pages do with an operation's answer: both ways of hearing no end in the same sentence."""

from collections.abc import Callable
from typing import TypeVar

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest

Answer = TypeVar("Answer")

INVALID = 422


def attempt(form: forms.Form, act: Callable[[], Answer]) -> Answer | None:
    """The answer of `act`, or None with the refusal added to the form (or the form invalid)."""
    if not form.is_valid():
        return None
    try:
        return act()
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return None


def attempt_alone(request: HttpRequest, act: Callable[[], Answer], *, done: str) -> Answer | None:
    """For a lone button: says `done`, or the refusal, on the next page."""
    try:
        answer = act()
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
        return None
    messages.success(request, done)
    return answer
