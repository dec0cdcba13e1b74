"""German is complete wherever members, partners and committees read: pages, mails, and what views say."""

import ast
import gettext
import re
from collections.abc import Iterator

from django.conf import settings
from django.utils.translation.template import templatize

from tests.contracts.code import Module, modules

CATALOGUE = settings.BASE_DIR / "locale" / "de" / "LC_MESSAGES" / "django.mo"
TEMPLATES = settings.BASE_DIR / "templates"
#: For staff and developers, who read English.
FOR_STAFF = ("admin/", "unfold/", "portal/styleguide.html")
#: What is behind the pages: views and forms of these apps, the refusals they show, the states they name.
APPS = {"members", "governance", "recognition", "events_directory", "loyalty", "loyalty.rewards"}
BESIDE = {"loyalty.navigation", "loyalty.accounts", "loyalty.live"}
CONSOLES = {
    "loyalty.views.styleguide",
    "loyalty.views.viewing",
    "loyalty.views.faults",
    "loyalty.rewards.forms",
    "members.views.viewing",
    "recognition.forms",
}
REFUSALS = {"governance.errors", "events_directory.errors"}
#: Whose words for states and the like members, partners and committees read.
NAMING = {
    "governance": {"State", "Kind", "Reason", "Vote", "Result", "Role"},
    "events_directory": {"State", "Kind", "Reason", "Role", "Audience", "Category"},
    "loyalty.messaging": {"Channel", "Topic"},
}
TRANSLATING = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"}
_CALL = re.compile(r"(?<![\w.])(n?p?gettext|_)\(\s*(?=u?['\"])")
_STRING = re.compile(
    r"""u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|'''.*?'''|\"\"\".*?\"\"\")""", re.DOTALL
)


#: By number: these have no form of their own, only those for one and for many.
BY_NUMBER = {"ngettext", "ngettext_lazy"}


def of_templates(*, by_number: bool = False) -> Iterator[tuple[str, str]]:
    """Every message of a page or mail, or those that change with a number: where, and its first form."""
    for path in sorted(TEMPLATES.rglob("*")):
        name = path.relative_to(TEMPLATES).as_posix()
        if path.suffix not in (".html", ".txt", ".mjml") or name.startswith(FOR_STAFF):
            continue
        source = templatize(path.read_text(), origin=name)
        for call in _CALL.finditer(source):
            text = _STRING.match(source, call.end())
            if text and (call[1] in BY_NUMBER or not by_number):
                yield name, ast.literal_eval(text[0].removeprefix("u"))


def of_code(calls: set[str] = TRANSLATING) -> Iterator[tuple[str, str]]:
    """Every message of what members' pages are made by, and the refusals that they show."""
    for module in modules():
        is_page = module.room in ("views", "forms") and module.app in APPS
        if module.name not in CONSOLES and (is_page or module.name in BESIDE | REFUSALS):
            yield from _messages(module, module.tree, calls)
        elif module.room == "models" and module.app in NAMING:
            for node in ast.walk(module.tree):
                if isinstance(node, ast.ClassDef) and node.name in NAMING[module.app]:
                    yield from _messages(module, node, calls)


def _messages(module: Module, tree: ast.AST, calls: set[str]) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in calls:
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield module.at(node.lineno), first.value


def known() -> set[str]:
    """What the catalogue translates; unfinished and fuzzy messages are not among it."""
    with CATALOGUE.open("rb") as file:
        messages = gettext.GNUTranslations(file)._catalog
    return {key if isinstance(key, str) else key[0] for key in messages}


def test_every_message_of_a_page_or_mail_is_translated():
    """UM26."""
    translated = known()
    found = list(of_templates())
    assert len(found) > 700
    assert sorted({f"{text}\t{where}" for where, text in found if text not in translated}) == []


def test_what_changes_with_a_number_is_translated_by_number():
    """UM26: written as two messages instead of one with two forms, neither would ever be found."""
    with CATALOGUE.open("rb") as file:
        forms = {key[0] for key in gettext.GNUTranslations(file)._catalog if isinstance(key, tuple)}
    found = [*of_templates(by_number=True), *of_code(BY_NUMBER)]
    assert len(found) > 30
    assert sorted({f"{text}\t{where}" for where, text in found if text not in forms}) == []


def test_every_message_of_the_code_behind_them_is_translated():
    """UM26."""
    translated = known()
    found = list(of_code())
    assert len(found) > 200
    assert sorted({f"{text}\t{where}" for where, text in found if text not in translated}) == []
