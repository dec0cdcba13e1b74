"""Guessing coupon codes is slow: unknown codes are counted for each caller and for everybody."""

from datetime import datetime, timedelta

from django.db.models import F

from loyalty.rewards.errors import TooManyGuesses
from loyalty.rewards.models import Guesses
from members import clock
from members.domain.actors import Actor

WINDOW = timedelta(minutes=15)
#: Unknown codes in one window: a till that mistypes stays far below, a guesser gets nowhere.
EACH, ALL = 10, 300
EVERYBODY = "programme"


def admit(actor: Actor) -> None:
    """Let the caller name one code; until the transaction ends they name no second one elsewhere.

    Raises TooManyGuesses.
    """
    window = _window(clock.now())
    mine, _ = Guesses.objects.get_or_create(caller=_name(actor), window_at=window)
    mine = Guesses.objects.select_for_update().get(pk=mine.pk)
    everybody = Guesses.objects.filter(caller=EVERYBODY, window_at=window).first()
    if mine.misses >= EACH or (everybody is not None and everybody.misses >= ALL):
        raise TooManyGuesses()


def note_miss(actor: Actor) -> None:
    """Count one unknown code."""
    window = _window(clock.now())
    for caller in (_name(actor), EVERYBODY):
        Guesses.objects.get_or_create(caller=caller, window_at=window)
        Guesses.objects.filter(caller=caller, window_at=window).update(misses=F("misses") + 1)


def forget(before: datetime) -> None:
    """Drop the counts of windows that ended long ago."""
    Guesses.objects.filter(window_at__lt=before).delete()


def _name(actor: Actor) -> str:
    return f"{actor.kind}:{actor.id or actor.name}"[:60]


def _window(at: datetime) -> datetime:
    return at - timedelta(minutes=at.minute % 15, seconds=at.second, microseconds=at.microsecond)
