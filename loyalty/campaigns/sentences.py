"""Sentences that the books keep, told in the reader's language.

They were kept in the language of the code. Whoever reads another one gets each sentence by its pattern,
with what differs left as it is: names, numbers and what staff wrote by hand are nobody's to translate, save
the names that nobody chose.
"""

import re
from functools import lru_cache

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_noop as _

from loyalty.campaigns.domain.evaluate import NEEDED
from members.models.members import shown

#: Every sentence that is marked with `kept`, or written by the database; a test compares.
KEPT = (
    # members
    _("Erased"),
    _("Expired"),
    _("An account of the member's is frozen; this counts once it is unfrozen."),
    _("The order is not known yet."),
    _("Adjusted while pending: %(reason)s"),
    _("Adjusted by hand: %(reason)s"),
    _("Owed for so long that it is forgiven"),
    _("Forgiven: %(reason)s"),
    _("A gift from %(giver)s to %(receiver)s"),
    _("Undone by the giver"),
    _("A gift was taken back"),
    _("Held for a checkout"),
    _("Not paid in time"),
    _("Paid with points"),
    _("No longer held"),
    _("Expired while held"),
    _("Closed by its head"),
    _("Everybody has left"),
    _("Repaid: points that had been taken back after they were spent"),
    _("From the membership %(ref)s: %(reason)s"),
    _("Back to the membership %(ref)s"),
    _("Owed by the membership %(ref)s"),
    _("Undone: from our household"),
    _("Undone: to our household"),
    _("From our household"),
    _("To our household"),
    _("Back from our household"),
    # campaigns
    _("The limit of %(times)s per hour has been reached"),
    _("The limit of %(times)s per day has been reached"),
    _("The limit of %(times)s per week has been reached"),
    _("The limit of %(times)s per month has been reached"),
    _("The limit of %(times)s per year has been reached"),
    _("The limit of %(times)s ever has been reached"),
    _("The limit of %(most)s per hour leaves %(left)s"),
    _("The limit of %(most)s per day leaves %(left)s"),
    _("The limit of %(most)s per week leaves %(left)s"),
    _("The limit of %(most)s per month leaves %(left)s"),
    _("The limit of %(most)s per year leaves %(left)s"),
    _("The limit of %(most)s ever leaves %(left)s"),
    _("The campaign's budget has %(left)s left, %(wanted)s were due"),
    _("The campaign's budget in money pays for %(left)s more, %(wanted)s were due"),
    _("The campaign's budget for a group of members has %(left)s left, %(wanted)s were due"),
    _("%(campaign)s: %(steps)s towards %(goal)s"),
    _("%(campaign)s: %(tier)s for %(days)s days"),
    _("%(campaign)s: noted as %(tag)s"),
    _("%(campaign)s: noted that %(name)s is %(value)s"),
    _("%(campaign)s: your points live %(days)s days more at least"),
    _("%(campaign)s: badge"),
    _("%(campaign)s: a day of %(streak)s"),
    _("%(campaign)s: told as %(topic)s"),
    _("It was not among your campaigns this time"),
    _("It follows from %(facts)s facts that led to one another; rules stop there"),
    _("The conditions were not met"),
    _("there was nothing to earn on"),
    _("another code"),
    _("%(points)s for each whole %(per)s of %(paid)s"),
    _("%(factor)s times the points"),
    _("%(amount)s for doing it"),
    _("%(why)s, paid by %(payer)s"),
    _("It pays on these times only: %(times)s"),
    _("None is left of %(name)s"),
    _("There were no points to take"),
    _("Container %(serial)s is still under way in another order."),
    _("Container %(serial)s has not been ordered again since."),
    _("Container %(serial)s was %(step)s in this order before."),
    _("Container %(serial)s was %(state)s in this order, so it cannot be %(step)s."),
    _("%(campaign)s goes before it: only one of their kind pays"),
    _("Another campaign was better for you: %(campaign)s"),
    _("Another campaign came first: %(campaign)s"),
    _("%(campaign)s: none was left"),
    _("Held before two memberships were merged"),
    _("%(campaign)s: given once, and both memberships had it"),
    _("%(campaign)s: theirs after all"),
    _("%(campaign)s: order %(order)s came back, %(part)s of %(whole)s points with it"),
    _("The friend is not known yet."),
    _("The merge was undone"),
    _("the friend does not count"),
    _("the friend's purchase came back"),
    _("Order %(order)s came back: what you paid in points"),
    _("%(campaign)s: the waiting time is over"),
    _("We are looking at this one."),
    _("We have looked at this one, and it does not count."),
    _("The order does not count, so nothing comes back."),
    _("The reward %(name)s is not on offer"),
    _("There is no tier %(name)s"),
    _("%(name)s is not given any more"),
    _("%(campaign)s: order %(order)s came back"),
    _("%(campaign)s: confirmed, the points are yours"),
    _("%(unit)s: kept alive by what you did"),
    _("%(campaign)s: not accepted, nothing is paid"),
    # rewards
    _("The points that %(payer)s pays for are used up but for %(left)s, %(wanted)s were due"),
    _("%(payer)s does not pay for points at the moment"),
    _("The points that %(payer)s pays for are used up"),
    _("Not confirmed in time"),
    _("Order %(order)s came back: %(reward)s"),
    _("Order %(order)s came back"),
    _("Redeemed: %(reward)s"),
    _("Undone: %(reward)s"),
)

#: What a condition asks, by its comparison; `what` is one of a field's words.
ASKED = (
    _("%(what)s is at least %(value)s"),
    _("%(what)s is at most %(value)s"),
    _("%(what)s is more than %(value)s"),
    _("%(what)s is less than %(value)s"),
    _("%(what)s is on or after %(value)s"),
    _("%(what)s is on or before %(value)s"),
    _("%(what)s is between %(least)s and %(most)s"),
    _("%(what)s is one of %(value)s"),
    _("%(what)s is none of %(value)s"),
    _("%(what)s include one of %(value)s"),
    _("%(what)s include none of %(value)s"),
    _("%(what)s include %(value)s"),
    _("%(what)s begins with %(value)s"),
    _("%(what)s is not known"),
    _("%(what)s is known"),
    _("%(what)s are not empty"),
    _("%(what)s are empty"),
    _("%(what)s is not %(value)s"),
    _("%(what)s is %(value)s"),
    _("not: %(what)s"),
)
SEEN = _("%(asked)s (it was %(seen)s)")
NOTHING = _("nothing")
#: What of the past a field asks, after its words.
SCOPED = (
    _(" %(kind)s in the last %(days)s days"),
    _(" %(kind)s ever"),
    _(" %(kind)s"),
)
#: What fields are called in a sentence.
WORDS = (
    _("the tier"),
    _("the language"),
    _("the days since joining"),
    _("it is the birthday"),
    _("the number of earlier orders"),
    _("the number of earlier confirmed refills"),
    _("the date"),
    _("the day of the week (1 is Monday)"),
    _("the month"),
    _("the hour of the day"),
    _("the member's tags"),
    _("the member's badges"),
    _("the number of"),
    _("the sum of"),
    _("the days since"),
    _("the member's segments"),
    _("the activity"),
    _("the order's value"),
    _("the number of items"),
    _("the categories bought"),
    _("the articles bought"),
    _("the channel"),
    _("the shop"),
    _("the currency"),
    _("how often this was done before"),
)


def told(sentence: str) -> str:
    """A sentence of the books in the reader's language; as it is, where nobody marked it."""
    language = get_language() or "en"
    return sentence if language.startswith("en") else _told(sentence, language)


def told_lacking(sentence: str) -> str:
    """What a condition asked for, and what it found, in the reader's language."""
    language = get_language() or "en"
    return sentence if language.startswith("en") else _asked(sentence, language)


def told_words(words: str) -> str:
    """What a field is called, in the reader's language; with what of the past it asks, if it does."""
    if words in WORDS:
        return gettext(words)
    what = next((each for each in WORDS if words.startswith(f"{each} ")), None)
    if what is None:
        return words
    rest = words.removeprefix(what)
    for pattern, template in _compiled(SCOPED):
        if (found := pattern.fullmatch(rest)) is not None:
            return gettext(what) + gettext(template) % found.groupdict()
    return words


@lru_cache(maxsize=4096)
def _told(sentence: str, language: str) -> str:
    if sentence.startswith(NEEDED):
        parts = sentence.removeprefix(NEEDED).split("; ")
        return gettext(NEEDED.strip()) + " " + "; ".join(_asked(part, language) for part in parts)
    for pattern, template in _compiled(KEPT):
        if (found := pattern.fullmatch(sentence)) is not None:
            values = {name: shown(value) for name, value in found.groupdict().items()}
            if "why" in values:
                values["why"] = _told(values["why"], language)
            return gettext(template) % values if values else gettext(template)
    head, colon, tail = sentence.partition(": ")
    return f"{head}: {_told(tail, language)}" if colon else sentence


@lru_cache(maxsize=4096)
def _asked(sentence: str, language: str) -> str:
    seen = _pattern(SEEN).fullmatch(sentence)
    if seen is not None:
        asked, value = seen["asked"], seen["seen"]
        return gettext(SEEN) % {"asked": _asked(asked, language), "seen": _value(value)}
    for pattern, template in _compiled(ASKED):
        found = pattern.fullmatch(sentence)
        if found is not None and (what := told_words(found["what"])) != found["what"]:
            values = {name: _value(value) for name, value in found.groupdict().items()}
            return gettext(template) % (values | {"what": what})
    return gettext(sentence) if sentence in KEPT else told_words(sentence)


def _value(value: str) -> str:
    return gettext(value) if value == NOTHING else value


@lru_cache(maxsize=8)
def _compiled(templates: tuple[str, ...]) -> list[tuple[re.Pattern[str], str]]:
    """The patterns: those first that have another sentence in them, then those that say most themselves."""

    def rank(template: str) -> tuple[bool, int]:
        return "%(why)s" not in template, -len(re.sub(r"%\(\w+\)s", "", template))

    return [(_pattern(template), template) for template in sorted(templates, key=rank)]


@lru_cache(maxsize=256)
def _pattern(template: str) -> re.Pattern[str]:
    pieces = re.split(r"%\((\w+)\)s", template)
    plain, names = pieces[::2], pieces[1::2]
    body = re.escape(plain[0])
    for name, rest in zip(names, plain[1:], strict=True):
        body += f"(?P<{name}>.+?)" + re.escape(rest)
    return re.compile(body, re.DOTALL)
