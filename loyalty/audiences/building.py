"""What the builder in the staff console offers: fields, comparisons that fit, and known values.

The page's scripts build only what stands in here, so they never build a tree that is refused. Rules and
segments have the same builder; a rule's says more (`loyalty.campaigns.building`).
"""

import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from loyalty.audiences.domain.conditions import MAX_DEPTH, MAX_TESTS, MAX_VALUES, OPERATORS
from loyalty.audiences.domain.fields import Catalogue, Field
from loyalty.audiences.operations import choices
from loyalty.audiences.operations.belonging import Audience
from loyalty.audiences.operations.choices import Choices

#: How much a page's script may send at once: far more than the largest tree takes.
LONGEST = 500_000

#: What a comparison is compared with: a value unless it stands here.
SHAPES = {
    "in": "many",
    "not_in": "many",
    "has_any": "many",
    "has_none": "many",
    "between": "pair",
    "is_known": "truth",
    "is_unknown": "truth",
}
OPERATORS_IN_WORDS = {
    "is": _("is"),
    "is_not": _("is not"),
    "in": _("is one of"),
    "not_in": _("is none of"),
    "has": _("include"),
    "has_any": _("include one of"),
    "has_none": _("include none of"),
    "at_least": _("is at least"),
    "at_most": _("is at most"),
    "more_than": _("is more than"),
    "less_than": _("is less than"),
    "on_or_after": _("is on or after"),
    "on_or_before": _("is on or before"),
    "between": _("is between"),
    "starts_with": _("begins with"),
    "is_known": _("is known"),
    "is_unknown": _("is not known"),
}
#: Fields under the heading of what they are about, by the first part of their name.
HEADINGS = {
    "order": _("The order"),
    "activity": _("What was done"),
    "member": _("The member"),
    "attribute": _("What is known of the member"),
    "history": _("What they did before"),
    "when": _("The moment"),
}
#: Everything that the builder says by itself; `{…}` is filled in by its scripts.
TEXTS = {
    "all": _("all of these hold"),
    "any": _("one of these holds"),
    "not": _("not"),
    "and": _("and"),
    "or": _("or"),
    "yes": _("yes"),
    "no": _("no"),
    "always": _("Always: nothing is asked."),
    "never": _("Never: there is nothing here that could hold."),
    "group": _("Group of conditions"),
    "join": _("How these are joined"),
    "field": _("What is asked"),
    "operator": _("Comparison"),
    "value": _("Value"),
    "from": _("from"),
    "to": _("to"),
    "of_kind": _("of"),
    "in_days": _("in the last"),
    "days": _("days"),
    "ever": _("ever"),
    "add_test": _("Add a condition"),
    "add_group": _("Add a group"),
    "add_value": _("Add a value"),
    "remove": _("Remove"),
    "remove_value": _("Remove {value}"),
    "negate": _("Say the opposite"),
    "affirm": _("Do not say the opposite"),
    "up": _("Move up"),
    "down": _("Move down"),
    "undo": _("Undo"),
    "redo": _("Redo"),
    "undone": _("Undone."),
    "redone": _("Done again."),
    "nothing_to_undo": _("There is nothing to undo."),
    "nothing_to_redo": _("There is nothing to do again."),
    "added": _("Added: {what}."),
    "removed": _("Removed: {what}."),
    "moved": _("Moved: {what}."),
    "no_room": _("There is no room for more here."),
    "last_one": _("At least one has to stay."),
    "fill_in": _("Fill this in."),
    "keeps": _("This does not fit; {value} still counts."),
    "unknown": _("Written as JSON; change it in the expert's view."),
    "broken_json": _("This is not JSON yet: {why}"),
    "broken_shape": _("The sentences cannot show this yet: {why}"),
    "checking": _("Checking…"),
    "slow": _("This takes longer than usual. What is shown below is from before."),
    "failed": _("It could not be checked: {why} What is shown below is from before."),
    "offline": _("no answer came."),
    "signed_out": _("you may have been signed out; open the console in another tab."),
    "status": _("the server answered {status}."),
    "fault": _("At {place}: {why}"),
}


def offer(known: Catalogue) -> dict[str, Any]:
    """All that conditions over these fields may be built of, for the page's scripts."""
    named = {name: field for name in choices.attributes() if (field := known.find(name))}
    fields = {**known, **named}
    values = choices.of_fields(fields)
    used = {op for field in fields.values() for op in OPERATORS[field.type]}
    return {
        "fields": [
            {
                "name": field.name,
                "type": str(field.type),
                "words": str(field.words),
                "heading": str(HEADINGS.get(field.name.split(".")[0], HEADINGS["activity"])),
                "choices": as_json(values[field.name]) if field.name in values else None,
                "scoped": field.is_scoped,
                "kinds": sorted(field.kinds),
            }
            for field in _in_order(fields)
        ],
        "scopes": as_json(choices.kinds())["values"],
        "operators": {str(type): list(names) for type, names in OPERATORS.items()},
        "words": {op: str(OPERATORS_IN_WORDS[op]) for op in used},
        "shapes": {op: shape for op, shape in SHAPES.items() if op in used},
        "most": {"depth": MAX_DEPTH, "tests": MAX_TESTS, "values": MAX_VALUES},
        "currency": settings.PROGRAMME_CURRENCY,
        "texts": {name: str(text) for name, text in TEXTS.items()},
    }


def as_json(known: Choices) -> dict[str, Any]:
    """Known values, for the page's scripts."""
    return {"values": [list(value) for value in known.values], "open": known.is_open}


def _in_order(known: Mapping[str, Field]) -> list[Field]:
    headings = list(HEADINGS)

    def turn(field: Field) -> int:
        head = field.name.split(".")[0]
        return headings.index(head) if head in headings else len(headings)

    return sorted(known.values(), key=turn)


def people_as_json(found: Audience, user: Any) -> dict[str, Any]:
    """How many a condition describes and the first few, by the names that this user may read."""
    sees_names = user.has_perm("members.view_member")
    words = ngettext("%(n)s member just now", "%(n)s members just now", found.count)
    return {
        "words": words % {"n": f"{found.count:,}"},
        "count": found.count,
        "sample": [
            {
                "name": str(member) if sees_names else member.pseudonym,
                "url": reverse("admin:members_member_change", args=(member.pk,))
                if sees_names
                else None,
            }
            for member in found.sample
        ],
    }


def read_json(body: bytes) -> Any:
    """What the page's scripts sent. Raises ValueError when it is nothing that could be kept."""
    if len(body) > LONGEST:
        raise ValueError(_("It is too long."))
    try:
        text = body.decode()
        sent = json.loads(text)
        json.dumps(sent, ensure_ascii=False).encode()  # a lone surrogate has no bytes
    except RecursionError as error:
        raise ValueError(_("It is nested too deep.")) from error
    if "\\u0000" in text:
        raise ValueError(_("It holds a NUL character."))
    return sent
