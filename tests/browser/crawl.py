"""Every page that somebody can reach by links: one address for each kind of page."""

from urllib.parse import urljoin, urlsplit

from django.urls import Resolver404, resolve
from playwright.sync_api import Error

from tests.browser.chromium import Visitor

#: Not pages: files and feeds; and the staff console, unless it is what is asked for.
ELSEWHERE = ("/api/", "/static/", "/media/")
CONSOLE = "/admin/"


def kind_of(path: str, within: str = "/") -> str | None:
    """The name of the page behind a path, or None when it is none of ours."""
    is_console = path.startswith(CONSOLE) and not within.startswith(CONSOLE)
    if (
        is_console
        or path.startswith(ELSEWHERE)
        or path.endswith((".ics", ".json", ".png", ".csv", ".txt"))
    ):
        return None
    try:
        return resolve(path).view_name
    except Resolver404:
        return None


def reachable(visitor: Visitor, start: str = "/", within: str = "/") -> list[str]:
    """The first address of each kind of page, in the order in which links lead there.

    Links that leave the part of the site named `within` are not followed.
    """
    found: dict[str, str] = {}
    files: set[str] = set()
    todo = [start]
    while todo:
        path = todo.pop(0)
        kind = kind_of(path, within)
        if kind is None or kind in found or kind in files:
            continue
        try:
            response = visitor.go(path)
        except Error:  # the browser shows no page: it loads a file
            files.add(kind)
            continue
        if "html" not in response.headers.get("content-type", ""):
            continue
        found[kind] = path
        links = visitor.page.eval_on_selector_all("a[href]", "(all) => all.map((a) => a.href)")
        for link in links:
            parts = urlsplit(urljoin(visitor.base, link))
            is_ours = f"{parts.scheme}://{parts.netloc}" == visitor.base
            if is_ours and parts.path.startswith(within):
                todo.append(parts.path)
    return list(found.values())
