"""Files and functions stay small enough to read, and names say something."""

import ast
from pathlib import Path

import pytest

from tests.contracts.code import FLOORS, ROOT, modules

LONGEST_FILE = 400
LONGEST_FUNCTION = 40
LONGEST_VIEW = 25
LONGEST_TASK = 10
SAYING_NOTHING = {"data", "info", "utils", "util", "manager", "helper", "helpers", "common", "misc"}
SAYING_NOTHING |= {"process", "handle", "managers", "services", "service", "stuff"}
# Django calls its commands by this name, and allauth the stages of a sign-in.
CALLED_BY_OTHERS = {"handle"}
WHERE_OTHERS_CALL = (".management.", ".stages")

FOLDERS = (*FLOORS, "tests", ".ci", "templates", "static/css", "static/js", "static/console")
SUFFIXES = {".py", ".html", ".css", ".js", ".sql"}


def files() -> list[Path]:
    return [
        file
        for folder in FOLDERS
        for file in sorted((ROOT / folder).rglob("*"))
        if file.suffix in SUFFIXES and "vendor" not in file.parts
    ]


def test_no_file_is_longer_than_anybody_reads():
    faults = [
        f"{file.relative_to(ROOT)} has {lines} lines"
        for file in files()
        if (lines := len(file.read_text().splitlines())) > LONGEST_FILE
        and "migrations" not in file.parts
    ]
    assert faults == []


@pytest.mark.parametrize(
    ("rooms", "longest"),
    [
        (("domain", "models", "operations", "api", "admin", "forms", "urls", ""), LONGEST_FUNCTION),
        (("views",), LONGEST_VIEW),
        (("tasks",), LONGEST_TASK),
    ],
    ids=["functions", "views", "tasks"],
)
def test_no_function_is_longer_than_one_look(rooms, longest):
    """Lines of what it does: without decorators, signature and docstring."""
    faults = [
        f"{module.at(function.lineno)} {function.name} has {lines} lines"
        for module in modules()
        if module.room in rooms
        for function in ast.walk(module.tree)
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef))
        and (lines := _lines(function)) > longest
    ]
    assert faults == []


def _lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = function.body[0]
    is_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return function.end_lineno - (first.end_lineno if is_docstring else first.lineno - 1)


def test_files_have_names_that_say_something():
    faults = [
        str(file.relative_to(ROOT)) for file in files() if file.stem.lower() in SAYING_NOTHING
    ]
    assert faults == []


def test_functions_and_classes_have_names_that_say_something():
    faults = []
    for module in modules():
        for node in ast.walk(module.tree):
            if not isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                continue
            is_called = any(place in module.name for place in WHERE_OTHERS_CALL)
            is_django = node.name in CALLED_BY_OTHERS and is_called
            last_word = node.name.rpartition("_")[2].lower()
            is_class_suffix = isinstance(node, ast.ClassDef) and any(
                node.name.endswith(word) for word in ("Manager", "Helper", "Utils", "Info")
            )
            says_nothing = node.name.lower() in SAYING_NOTHING and not is_django
            if says_nothing or is_class_suffix or last_word in ("utils", "helper", "info"):
                faults.append(f"{module.at(node.lineno)} {node.name}")
    assert faults == []
