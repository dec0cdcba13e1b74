"""The house as data: every module of ours with its app, its room, and what it imports."""

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent

LOYALTY_APPS = ("audiences", "messaging", "rewards", "campaigns", "measurement", "connectors")
#: Higher may import lower; equal height means: not each other.
HEIGHTS = {
    "members": 0,
    "governance": 1,
    "recognition": 2,
    "events_directory": 2,
    "loyalty.audiences": 3,
    "loyalty.messaging": 4,
    "loyalty.rewards": 5,
    "loyalty.campaigns": 6,
    "loyalty.measurement": 7,
    "loyalty.connectors": 7,
    "loyalty": 8,  # the project itself: settings, urls, timetable, runtime
}
FLOORS = ("members", "governance", "recognition", "events_directory", "loyalty")
ROOMS = {
    "domain": 0,
    "models": 1,
    "operations": 2,
    "views": 3,
    "api": 3,
    "admin": 3,
    "forms": 3,
    "tasks": 3,
    "management": 3,
    "urls": 4,
}


@dataclass(frozen=True)
class Import:
    """One import: the dotted name it asks for and the line it stands on."""

    target: str
    line: int


@dataclass(frozen=True)
class Module:
    """One Python file of the product."""

    path: Path
    name: str

    @property
    def app(self) -> str:
        """The app it belongs to; `loyalty` for the project's own modules."""
        return app_of(self.name)

    @property
    def room(self) -> str:
        """`domain`, `models`, …, or '' for a module beside the rooms."""
        return room_of(self.name)

    @property
    def tree(self) -> ast.Module:
        """Its syntax."""
        return parse(self.path)

    @property
    def imports(self) -> list[Import]:
        """Everything it imports, at whatever depth; relative names resolved."""
        return _imports(self)

    def at(self, line: int) -> str:
        """How a fault names this place."""
        return f"{self.path.relative_to(ROOT)}:{line}"


def app_of(name: str) -> str:
    """The app that a dotted name belongs to; '' when it is not ours."""
    parts = name.split(".")
    if parts[0] not in FLOORS:
        return ""
    if parts[0] == "loyalty" and len(parts) > 1 and parts[1] in LOYALTY_APPS:
        return ".".join(parts[:2])
    return parts[0]


def room_of(name: str) -> str:
    """The room of a dotted name inside its app; '' for what stands beside the rooms."""
    app = app_of(name)
    inside = name.removeprefix(app).strip(".").split(".")[0]
    return inside if inside in ROOMS else ""


@cache
def parse(path: Path) -> ast.Module:
    """A file's syntax tree."""
    return ast.parse(path.read_text(), str(path))


@cache
def modules() -> list[Module]:
    """Every module of ours, without tests and migrations."""
    found = []
    for floor in FLOORS:
        for path in sorted((ROOT / floor).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            if "migrations" not in parts:
                name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
                found.append(Module(path, name))
    return found


@cache
def _imports(module: Module) -> list[Import]:
    package = module.name if module.path.name == "__init__.py" else module.name.rpartition(".")[0]
    found = []
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            found += [Import(alias.name, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, base]).strip(".")
            found += [Import(f"{base}.{alias.name}", node.lineno) for alias in node.names]
    return found
