"""Rules that were worth a sentence and are now worth a test."""

import ast
import re

from tests.contracts.code import Module, modules

CLOCK = "members.clock"
BELL = {"members.tasks"}
RINGING = {"delay", "apply_async", "delay_on_commit", "send_task"}
ASKING_THE_TIME = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("timezone", "now"),
    ("time", "time"),
}
# These turn a given instant into a zone's time, and ask for the present one when given none.
ASKING_WITHOUT_AN_INSTANT = {("timezone", "localtime"), ("timezone", "localdate")}
REASON = re.compile(r"(\[[\w, -]+\]|: ?[A-Z]+\d+(, ?[A-Z]+\d+)*)?[ #(-]+\w.{7}")
# The launcher lives outside the programme's time: it measures the machine's.
OUTSIDE_OF_TIME = "loyalty.runtime"


def calls(module: Module) -> list[ast.Call]:
    return [node for node in ast.walk(module.tree) if isinstance(node, ast.Call)]


def dotted(call: ast.Call) -> tuple[str, str]:
    """`timezone.now()` -> ("timezone", "now"); ("", name) when it hangs on nothing simple."""
    if not isinstance(call.func, ast.Attribute):
        return "", ""
    owner = call.func.value
    last = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
    return last, call.func.attr


def test_only_the_bell_speaks_to_the_broker():
    """The broker is a doorbell: work is a `Job` row (reliability, "Celery and beat")."""
    faults = [
        module.at(call.lineno)
        for module in modules()
        if module.name not in BELL
        for call in calls(module)
        if dotted(call)[1] in RINGING
    ]
    assert faults == []


def test_only_the_clock_asks_the_time():
    faults = [
        f"{module.at(call.lineno)} {'.'.join(dotted(call))}()"
        for module in modules()
        if module.name != CLOCK and not module.name.startswith(OUTSIDE_OF_TIME)
        for call in calls(module)
        if dotted(call) in ASKING_THE_TIME
        or (dotted(call) in ASKING_WITHOUT_AN_INSTANT and not call.args)
    ]
    assert faults == []


def test_no_default_asks_the_time_by_itself():
    """`default=timezone.now` would pass the test above."""
    faults = [
        module.at(node.lineno)
        for module in modules()
        if module.name != CLOCK and not module.name.startswith(OUTSIDE_OF_TIME)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute)
        and (getattr(node.value, "id", ""), node.attr) in ASKING_THE_TIME
    ]
    assert faults == []


def test_nothing_is_left_to_do():
    """No stub, no reminder to oneself, no switched-off rule without its reason."""
    marks = ("TO" + "DO", "FIX" + "ME", "X" * 3)
    faults = []
    for module in modules():
        for number, line in enumerate(module.path.read_text().splitlines(), start=1):
            for rule in ("# noqa", "# type: ignore"):
                _, found, rest = line.partition(rule)
                reason = REASON.match(rest)
                if found and not reason:
                    faults.append(f"{module.at(number)} {rule} without a reason")
            if any(mark in line for mark in marks):
                faults.append(f"{module.at(number)} {line.strip()}")
    assert faults == []


def test_time_driven_and_queued_work_is_thin():
    """A task is a door: it calls one operation and holds no logic of its own."""
    faults = [
        f"{module.at(node.lineno)} {type(node).__name__}"
        for module in modules()
        if module.room == "tasks"
        for node in ast.walk(module.tree)
        if isinstance(node, (ast.For, ast.While))
    ]
    assert faults == []
