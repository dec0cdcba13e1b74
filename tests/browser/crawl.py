"""Every page that somebody can reach by links: one address for each kind of page."""

from urllib.parse import urljoin, urlsplit

from django.urls import Resolver404, resolve

from tests.browser.chromium import Visitor

#: Not pages: files, feeds, and consoles that look after themselves.
ELSEWHERE = ("/admin/", "/api/", "/static/", "/media/")


def kind_of(path: str) -> str | None:
    """The name of the page behind a path, or None when it is none of ours."""
    if path.startswith(ELSEWHERE) or path.endswith((".ics", ".json", ".png", ".csv", ".txt")):
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
    todo = [start]
    while todo:
        path = todo.pop(0)
        kind = kind_of(path)
        if kind is None or kind in found:
            continue
        response = visitor.go(path)
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
