"""Debian's Chromium, and a page that keeps count of what it must not do."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Browser, Page, Response, sync_playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
SIZES = {"phone": (390, 844), "desk": (1280, 900)}
THEMES = ("light", "dark")
_LISTEN = """
window.cspFaults = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.cspFaults.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));
"""


def executable() -> str | None:
    """Where Chromium is, or None."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


@contextmanager
def browser() -> Iterator[Browser]:
    """A headless Chromium that talks to nobody but us."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable(), args=ARGUMENTS)
        yield chromium
        chromium.close()


@dataclass
class Visitor:
    """Somebody at a browser. `faults` collects foreign requests, script errors and refused policies."""

    page: Page
    base: str
    size: tuple[int, int]
    theme: str
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.add_init_script(_LISTEN)
        self.page.on("request", lambda request: self._watch(request.url))
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))

    def _watch(self, url: str) -> None:
        if not url.startswith((self.base, "data:", "blob:")):
            self.faults.append(f"foreign request: {url}")

    def go(self, path: str) -> Response:
        """Open a page of ours and wait until its fonts and scripts are there."""
        response = self.page.goto(self.base + path)
        self.page.evaluate("document.fonts.ready.then(() => true)")
        assert response is not None
        return response

    def policy_faults(self) -> list[str]:
        """What the page's security policy had to refuse."""
        return self.page.evaluate("window.cspFaults ?? []")

    def back_to_size(self) -> None:
        """The window as it was opened."""
        wide, high = self.size
        self.page.set_viewport_size({"width": wide, "height": high})
        self.page.emulate_media(color_scheme=self.theme)

    @contextmanager
    def speaking(self, language: str) -> Iterator[None]:
        """For as long as this lasts, pages are asked for in another language."""
        cookie = {"name": "django_language", "url": self.base}
        self.page.context.add_cookies([cookie | {"value": language}])
        try:
            yield
        finally:
            self.page.context.clear_cookies(name="django_language")

    def overflow(self) -> int:
        """By how many pixels the page is wider than its window."""
        return self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )


@contextmanager
def visitor(
    chromium: Browser,
    base: str,
    *,
    size: str = "desk",
    theme: str = "light",
    cookies: dict[str, str] | None = None,
    width: int | None = None,
    scripts: bool = True,
    offline: bool = False,
) -> Iterator[Visitor]:
    """A fresh browser profile at this size and theme; with `offline` it may keep copies of vouchers."""
    wide, high = SIZES[size]
    context = chromium.new_context(
        viewport={"width": width or wide, "height": high},
        color_scheme=theme,
        reduced_motion="reduce",
        java_script_enabled=scripts,
        locale="en-GB",
        timezone_id="America/New_York",
        service_workers="allow" if offline else "block",
    )
    context.set_default_timeout(8000)
    for name, value in (cookies or {}).items():
        context.add_cookies([{"name": name, "value": value, "url": base}])
    yield Visitor(context.new_page(), base, (width or wide, high), theme)
    context.close()
