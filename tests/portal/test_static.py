"""What a page loads: one stylesheet, within the weight a slow phone can bear."""

import gzip
import re

from django.conf import settings

from loyalty.runtime.static import whole_sheet

STATIC = settings.BASE_DIR / "static"


def test_the_sheet_is_made_whole_in_the_order_of_its_layers():
    sheet = whole_sheet(STATIC / "css" / "main.css")
    assert "@import" not in sheet
    assert sheet.index("@layer reset, tokens, base, layout, components, utilities;") < 200
    parts = re.findall(r"^@layer (\w+) {$", sheet, re.MULTILINE)
    assert len(parts) == len(list((STATIC / "css").rglob("*.css"))) - 1
    assert list(dict.fromkeys(parts)) == [
        "reset",
        "tokens",
        "base",
        "layout",
        "components",
        "utilities",
    ]


def test_only_the_tokens_name_files_because_paths_change_when_the_sheet_is_made_whole():
    naming = {path.name for path in (STATIC / "css").rglob("*.css") if "url(" in path.read_text()}
    assert naming == {"main.css", "tokens.css"}


def test_style_and_script_of_a_members_page_weigh_less_than_150_kb_compressed():
    """UA6."""
    sheet = gzip.compress(whole_sheet(STATIC / "css" / "main.css").encode())
    files = [*(STATIC / "js").glob("*.js"), *(STATIC / "vendor" / "htmx").glob("*.js")]
    scripts = [gzip.compress(path.read_bytes()) for path in files]
    assert len(sheet) + sum(map(len, scripts)) < 150_000
