"""UM24: every table that holds a member's or a sign-in's key is exported and erased, or says why not."""

from django.apps import apps

from members.models import Member, User
from members.operations.holdings import EXCUSED, HOLDINGS


def keys() -> set[tuple]:
    """Every column of every model, of other people's apps too, that leads to a member or a sign-in."""
    return {
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.related_model in (Member, User)
    }


def declared() -> set[tuple]:
    held = set(EXCUSED)
    for holding in HOLDINGS:
        names = {lookup.partition("__")[0] for lookup in (*holding.by, *holding.by_user)}
        held |= {(holding.model, name) for name in names}
    return held


def test_no_table_with_a_members_key_is_forgotten():
    missing = sorted(f"{model._meta.label}.{name}" for model, name in keys() - declared())
    assert missing == [], "declare it in the app's personal.py"


def test_no_excuse_is_left_for_what_is_gone():
    gone = [f"{model._meta.label}.{name}" for model, name in EXCUSED if (model, name) not in keys()]
    assert gone == []


def test_every_declaration_names_what_there_is():
    for holding in HOLDINGS:
        names = {field.name for field in holding.model._meta.concrete_fields}
        assert set(holding.blank) | set(holding.hides) <= names, holding.model._meta.label
