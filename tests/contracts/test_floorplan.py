"""The arrows of the house: who may know whom (`docs/`, DESIGN "Arrows" and "Never")."""

import ast
import re
import sys

from django.apps import apps

from tests.contracts.code import HEIGHTS, ROOMS, ROOT, Module, app_of, modules, room_of

WRITES = {
    "create",
    "get_or_create",
    "update_or_create",
    "bulk_create",
    "bulk_update",
    "update",
    "delete",
}
# Writing is the operations' work. These write nothing that matters to anybody but themselves.
WRITING_ROOMS = {"operations", "models"}
PROJECT = "loyalty"
# Unicode's tables of scripts and look-alikes: they read nothing and know no time.
TABLES = {"confusable_homoglyphs"}


def may_know(one: str, other: str) -> bool:
    """Whether app `one` may import app `other`."""
    return one == other or HEIGHTS[one] > HEIGHTS[other]


def faults_of_apps(module: Module) -> list[str]:
    return [
        f"{module.at(found.line)} {module.app} must not know {found.target}"
        for found in module.imports
        if app_of(found.target) and not may_know(module.app, app_of(found.target))
    ]


def test_apps_know_only_what_lies_below():
    faults = [
        fault for module in modules() if module.app != PROJECT for fault in faults_of_apps(module)
    ]
    assert faults == []


def test_recognition_and_the_directory_do_not_know_each_other():
    """The rule above, said once more by name, because it is the one that is tempting to break."""
    assert not may_know("recognition", "events_directory")
    assert not may_know("events_directory", "recognition")
    assert not may_know("governance", "recognition")


def test_rooms_know_only_what_lies_below():
    """urls > views, api, admin, tasks, commands > operations > models > domain, in every app."""
    faults = [
        f"{module.at(found.line)} {module.room} must not know {found.target}"
        for module in modules()
        if module.room
        for found in module.imports
        if app_of(found.target)
        and (other := room_of(found.target))
        and ROOMS[other] > ROOMS[module.room]
    ]
    assert faults == []


def test_domain_is_pure():
    """Domain imports the standard library, tables and other domain rooms: no Django, no clock."""
    faults = [
        f"{module.at(found.line)} domain must not know {found.target}"
        for module in modules()
        if module.room == "domain"
        for found in module.imports
        if found.target.split(".")[0] not in TABLES | sys.stdlib_module_names
        and room_of(found.target) != "domain"
    ]
    assert faults == []


def test_operations_take_no_request():
    faults = [
        f"{module.at(function.lineno)} {function.name} takes a request"
        for module in modules()
        if module.room in ("operations", "domain", "models")
        for function in ast.walk(module.tree)
        if isinstance(function, ast.FunctionDef)
        for argument in [*function.args.args, *function.args.kwonlyargs]
        if argument.arg == "request"
    ]
    assert faults == []


def test_relations_point_down():
    """A foreign key, one-to-one or many-to-many never points against an arrow."""
    faults = []
    for model in apps.get_models(include_auto_created=True):
        one = app_of(model.__module__)
        for field in model._meta.get_fields():
            target = getattr(field, "related_model", None)
            if not one or not field.concrete or not hasattr(target, "_meta"):
                continue
            other = app_of(target.__module__)
            if other and not may_know(one, other):
                faults.append(f"{model._meta.label}.{field.name} -> {target._meta.label}")
    assert faults == []


def test_models_named_by_strings_lie_below():
    """`apps.get_model("app", …)` is an import too."""
    labels = {config.label: config.name for config in apps.get_app_configs()}
    faults = []
    for module in modules():
        for call in ast.walk(module.tree):
            if not isinstance(call, ast.Call) or getattr(call.func, "attr", "") != "get_model":
                continue
            words = [arg.value for arg in call.args if isinstance(arg, ast.Constant)]
            other = app_of(labels.get(str(words[0]).split(".")[0], "")) if words else ""
            if other and not may_know(module.app, other):
                faults.append(f"{module.at(call.lineno)} names a model of {other}")
    assert faults == []


def _root_name(node: ast.expr) -> tuple[str, list[str]]:
    """`Foo.objects.filter(…).update` -> ("Foo", ["objects", "filter", "update"])."""
    words: list[str] = []
    while True:
        if isinstance(node, ast.Attribute):
            words.insert(0, node.attr)
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        else:
            return (node.id if isinstance(node, ast.Name) else ""), words


def test_only_operations_write_and_only_their_own_tables():
    faults = []
    for module in modules():
        owners = {
            found.target.rpartition(".")[2]: app_of(found.target)
            for found in module.imports
            if room_of(found.target) == "models"
        }
        for call in ast.walk(module.tree):
            if not isinstance(call, ast.Call):
                continue
            name, words = _root_name(call.func)
            if name not in owners or "objects" not in words or words[-1] not in WRITES:
                continue
            place = f"{module.at(call.lineno)} {name}.{'.'.join(words)}"
            if owners[name] != module.app:
                faults.append(f"{place}: that table belongs to {owners[name]}")
            elif module.room and module.room not in WRITING_ROOMS:
                faults.append(f"{place}: only operations write")
    assert faults == []


def test_templates_include_only_what_lies_below():
    """A page includes its own app's pieces, shared components, and pieces of apps below."""
    labels = {name.rpartition(".")[2]: name for name in HEIGHTS}
    reference = re.compile(r"""\{%\s*(?:include|extends)\s+["']([^"']+)["']""")

    def owner(path: str) -> str:
        parts = path.split("/")
        is_page = parts[0] in ("portal", "partner", "emails", "committee") and len(parts) > 2
        return labels.get(parts[1], "") if is_page else ""

    faults = []
    for file in sorted((ROOT / "templates").rglob("*.html")):
        page = file.relative_to(ROOT / "templates").as_posix()
        for other in reference.findall(file.read_text()):
            if owner(page) and owner(other) and not may_know(owner(page), owner(other)):
                faults.append(f"templates/{page} includes {other}")
    assert faults == []
