"""`docs/operating/settings.md` and the code name the same settings."""

import re

from tests.contracts.code import ROOT

PAGE = ROOT / "docs" / "operating" / "settings.md"
# Read by the code, but not for people to set.
INTERNAL = {"DJANGO_SETTINGS_MODULE", "PYTHONUNBUFFERED", "XDG_RUNTIME_DIR"}


def read_by_the_code() -> set[str]:
    settings = (ROOT / "loyalty" / "settings.py").read_text()
    names = set(re.findall(r'env\.[a-z_]+\(\s*"([A-Z_]+)"', settings))
    for file in sorted((ROOT / "loyalty" / "runtime").rglob("*.py")):
        names |= set(
            re.findall(r'(?:environ(?:\.get\(|\[)|whole_number\()"([A-Z_]+)"', file.read_text())
        )
    return names - INTERNAL


def test_every_setting_is_on_the_page():
    page = PAGE.read_text()
    described = set(re.findall(r"^\| `([A-Z_]+)` \|", page, re.MULTILINE))
    described |= set(re.findall(r"`(LAUREL_[A-Z]+)` \(", page))
    assert described - {"PYTHON"} == read_by_the_code()
