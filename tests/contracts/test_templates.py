"""Pages keep the strict security policy, and name only what exists."""

import re

import pytest
from django.conf import settings
from django.template.loader import get_template

FOLDER = settings.BASE_DIR / "templates"
STATIC = settings.BASE_DIR / "static"
# The staff console runs under its own policy, and mail has no other way to carry its looks.
LOOSER = ("admin/", "emails/", "unfold/")
PAGES = sorted(
    name
    for name in (path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.html"))
    if not name.startswith(LOOSER)
)
COMMENT = re.compile(r"{%\s*comment.*?endcomment\s*%}|{#.*?#}", re.DOTALL)


def text_of(name: str) -> str:
    return COMMENT.sub("", (FOLDER / name).read_text())


@pytest.mark.parametrize("name", PAGES)
def test_page_compiles_and_every_include_and_component_exists(name):
    text = text_of(name)
    get_template(name)
    for other in re.findall(r"{%\s*(?:include|extends)\s+[\"']([^\"']+)", text):
        get_template(other)
    for tag in set(re.findall(r"<c-([a-z][\w.-]*)", text)) - {"slot", "vars"}:
        path = tag.replace("-", "_").replace(".", "/")
        assert (FOLDER / "components" / f"{path}.html").exists(), f"<c-{tag}>"


@pytest.mark.parametrize("name", PAGES)
def test_page_has_no_inline_style_or_handler_and_no_script_without_nonce(name):
    text = text_of(name)
    assert not re.search(r"<style\b|\sstyle\s*=", text, re.IGNORECASE)
    assert not re.search(r"<[^>]+\son[a-z]+\s*=\s*[\"']", text)
    for tag in re.findall(r"<script\b[^>]*>", text):
        assert re.search(r"\bsrc=|nonce=|application/json", tag), tag


@pytest.mark.parametrize("name", PAGES)
def test_page_asks_no_other_host(name):
    """UA11."""
    assert not re.search(
        r"(?:src|action|@import|url\()\s*=?\s*[\"'(]?(?:https?:)?//", text_of(name)
    )


def test_stylesheets_ask_no_other_host_and_are_all_imported():
    """UA11."""
    main = (STATIC / "css" / "main.css").read_text()
    for path in (STATIC / "css").rglob("*.css"):
        assert "//" not in re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL), path.name
        if path.name != "main.css":
            assert f'url("{path.relative_to(STATIC / "css").as_posix()}")' in main


def test_every_icon_named_in_a_page_is_in_the_sprite():
    sprite = (STATIC / "vendor/lucide/sprite.svg").read_text()
    held = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    used = set()
    for name in PAGES:
        for tag in re.findall(r"<c-[a-z-]+[^>]*>", text_of(name)):
            used |= set(re.findall(r'(?:\sicon|<c-icon\s+name)="([a-z0-9-]+)"', tag))
    assert used - held == set()
