"""Photograph every page of a running demo: by role, size and theme, into `screenshots/`.

Usage: `make run` in one terminal, `make screenshots` in another. `BASE=` names another address.
"""

import os
import sys
from pathlib import Path

import django
from playwright.sync_api import Browser

from tests.browser import chromium as browsers

#: Who, where they begin, and the part of the site that is theirs.
ROLES = {
    "visitor": (None, "/", "/"),
    "member": ("amara@demo.example", "/", "/"),
    "partner": ("eli@demo.example", "/partner/", "/partner/"),
    "committee": ("chi@demo.example", "/committee/", "/committee/"),
    "styleguide": ("fay@demo.example", "/styleguide/", "/styleguide/"),
    "staff": ("fay@demo.example", "/admin/", "/admin/"),
}
FOLDER = Path(__file__).resolve().parent.parent.parent / "screenshots"


def sign_in(chromium: Browser, base: str, email: str, password: str) -> dict[str, str]:
    """The cookies of a demo sign-in, through the form that everybody uses."""
    with browsers.visitor(chromium, base) as visitor:
        visitor.go("/account/login/")
        visitor.page.locator("input[name=login]").fill(email)
        visitor.page.locator("input[name=password]").fill(password)
        visitor.page.locator("input[name=password]").press("Enter")
        visitor.page.wait_for_url(f"{base}/")
        return {cookie["name"]: cookie["value"] for cookie in visitor.page.context.cookies()}


def photograph(
    chromium: Browser, base: str, role: str, cookies: dict[str, str], start: str, within: str
) -> int:
    """Every page that this role reaches by links."""
    from tests.browser.crawl import reachable

    with browsers.visitor(chromium, base, cookies=cookies) as visitor:
        paths = reachable(visitor, start, within)
    for size in browsers.SIZES:
        for theme in browsers.THEMES:
            folder = FOLDER / role / f"{size}-{theme}"
            folder.mkdir(parents=True, exist_ok=True)
            with browsers.visitor(
                chromium, base, size=size, theme=theme, cookies=cookies
            ) as visitor:
                for path in paths:
                    visitor.go(path)
                    name = path.strip("/").replace("/", "_") or "home"
                    visitor.page.screenshot(path=folder / f"{name}.png", full_page=True)
    return len(paths)


def main() -> int:
    """Photograph the demo at BASE."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "loyalty.settings")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    django.setup()
    from loyalty.runtime import addresses

    base = os.environ.get("BASE", f"http://127.0.0.1:{os.environ.get('PORT', '8000')}")
    if browsers.executable() is None:
        print("needs Debian's Chromium (apt-get install chromium)", file=sys.stderr)
        return 1
    with browsers.browser() as chromium:
        for role, (email, start, within) in ROLES.items():
            cookies = sign_in(chromium, base, email, addresses.demo_password()) if email else {}
            pages = photograph(chromium, base, role, cookies, start, within)
            print(f"{role}: {pages} pages in {FOLDER / role}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
