"""Make the pictures of the installed app from `static/icons/app.svg`, with Debian's Chromium.

Usage: `.venv/bin/python .ci/icons.py`. Run it after the drawing changed; the pictures are committed.
"""

import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

ICONS = Path(__file__).resolve().parent.parent / "static" / "icons"
#: File, edge in pixels, how round its corners are (a mask cuts its own; iOS does, too).
SHAPES = (
    ("app-192.png", 192, "22%"),
    ("app-512.png", 512, "22%"),
    ("app-maskable-512.png", 512, "0"),
    ("app-touch-180.png", 180, "0"),
)
PAGE = (
    "<style>*{{margin:0}}svg{{display:block;width:{0}px;height:{0}px;border-radius:{1}}}</style>{2}"
)


def main() -> None:
    """Draw each of them."""
    drawing = (ICONS / "app.svg").read_text()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        for name, edge, corner in SHAPES:
            page = browser.new_page(viewport={"width": edge, "height": edge})
            page.set_content(PAGE.format(edge, corner, drawing))
            page.screenshot(path=ICONS / name, omit_background=True)
        browser.close()


if __name__ == "__main__":
    main()
