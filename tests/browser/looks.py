"""What can be wrong with a page, seen in every size, theme and direction: two loads, not eight."""

import re
from zoneinfo import available_timezones

from axe_playwright_python.base import AXE_SCRIPT
from django.apps import apps
from django.conf import settings
from django.db.models import CharField, EmailField, JSONField, TextField

from tests.browser import pseudo
from tests.browser.chromium import SIZES, Visitor
from tests.contracts.code import FLOORS

STANDARD = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "resultTypes": ["violations"],
    # Else axe fetches every imported stylesheet again, from the wrong folder.
    "preload": False,
}
#: With these two times two, every size meets every theme and every direction.
FROM_THE_LEFT = (("phone", "light"), ("desk", "dark"))
FROM_THE_RIGHT = (("phone", "dark"), ("desk", "light"))

# What lies under the bar at this scroll position can be scrolled free; axe cannot know that.
_UNSTICK = "document.querySelectorAll('.tab-bar').forEach((bar) => bar.style.position = 'static')"
_AXE = """async (options) => (await axe.run(options)).violations.map((rule) =>
  `${rule.id}: ${rule.help}: ${rule.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join("; ")}`)"""
_LARGE = "document.documentElement.style.fontSize = '200%'"
_USUAL = "document.documentElement.style.fontSize = ''"
#: Every piece of text that is shown or read aloud, but for names that say what language they are in.
_TEXTS = """() => {
  const found = [];
  const silent = "script, noscript, style, code, textarea, template, [lang]:not(html)";
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = words.nextNode(); node; node = words.nextNode()) {
    if (node.parentElement.closest(silent)) continue;
    if (node.textContent.trim()) found.push(node.textContent.trim());
  }
  for (const name of ["aria-label", "alt", "placeholder", "title"])
    for (const one of document.querySelectorAll(`body [${name}]:not(time)`))
      found.push(one.getAttribute(name));
  return found;
}"""
#: Amounts whose sign is on the wrong side of them ("120+").
_TURNED = """() => {
  const found = [];
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = words.nextNode(); node; node = words.nextNode()) {
    const at = node.textContent.search(/[+\\u2212]\\d/);
    if (at < 0) continue;
    const box = (from) => {
      const range = document.createRange();
      range.setStart(node, from);
      range.setEnd(node, from + 1);
      return range.getBoundingClientRect();
    };
    if (box(at).width && box(at).left >= box(at + 1).left) found.push(node.textContent.trim());
  }
  return found;
}"""
#: A time of day must say its zone, at least to whoever points at it or has it read.
_ZONELESS = """() => [...document.querySelectorAll("time[datetime*='T']:not([title])")]
  .map((time) => time.textContent)"""

#: UA4: what a finger is meant to press first is 44 px high; axe sees to 24 px for all the rest.
_SMALL = """() => [...document.querySelectorAll(".button:not(.button-small), .tab, .menu > summary")]
  .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 43.5)
  .map((one) => one.textContent.trim())"""

#: At the end of a page its last control lies free of the bar of a phone.
_COVERED = """() => {
  document.querySelectorAll(".tab-bar").forEach((bar) => bar.style.position = "");
  scrollTo({ top: document.documentElement.scrollHeight, behavior: "instant" });
  const last = [...document.querySelectorAll(".site-foot :is(a, button)")].at(-1);
  const box = last?.getBoundingClientRect();
  const on_top = box && document.elementFromPoint(box.left + box.width / 2, box.bottom - 2);
  scrollTo({ top: 0, behavior: "instant" });
  return on_top?.closest(".tab-bar") ? [last.textContent.trim()] : [];
}"""

_WORDS = re.compile(r"[A-Za-z][A-Za-z'’ -]*[A-Za-z]{2}")
#: Currencies, codes, abbreviated zones: the same everywhere, like the zones' own names.
_SAME_EVERYWHERE = re.compile(r"[A-Z][A-Z-]+")
_ZONES = available_timezones()


def faults_of(visitor: Visitor, path: str) -> list[str]:
    """Everything that is wrong with a page of ours, from the left and from the right."""
    is_offered = pseudo.CODE in dict(settings.LANGUAGES)
    found = faults_from_the_right(visitor, path) if is_offered else []
    response = visitor.go(path)
    found += [] if response.status < 500 else [f"{path}: status {response.status}"]
    return found + faults_here(visitor, path)


def faults_here(visitor: Visitor, path: str = "here") -> list[str]:
    """The same of a page as it stands now: what axe finds, refused policies, sideways scroll."""
    found = _seen(visitor, FROM_THE_LEFT) + _too_wide(visitor)
    found += [f"under the bar: {text}" for text in visitor.page.evaluate(_COVERED)]
    visitor.page.evaluate(_LARGE)
    found += [f"with letters twice the size {fault}" for fault in _too_wide(visitor)]
    visitor.page.evaluate(_USUAL)
    found += [f"time without its zone: {text}" for text in visitor.page.evaluate(_ZONELESS)]
    found += [f"lower than 44 px: {text}" for text in visitor.page.evaluate(_SMALL)]
    found += _noticed(visitor)
    visitor.back_to_size()
    return [f"{path}: {fault}" for fault in found]


def faults_in_console(visitor: Visitor, path: str) -> list[str]:
    """Everything that is wrong with a page of the staff console, in every size and theme. Its frame is
    Unfold's, and is not made for letters twice the size on the narrowest phone."""
    response = visitor.go(path)
    found = [] if response.status < 500 else [f"status {response.status}"]
    return [f"{path}: {fault}" for fault in found] + console_faults_here(visitor, path)


def console_faults_here(visitor: Visitor, path: str = "here") -> list[str]:
    """The same of such a page as it stands now."""
    found = _seen(visitor, FROM_THE_LEFT + FROM_THE_RIGHT) + _too_wide(visitor) + _noticed(visitor)
    visitor.back_to_size()
    return [f"{path}: {fault}" for fault in found]


def faults_from_the_right(visitor: Visitor, path: str) -> list[str]:
    """The page in the pseudo-language: UM26, UA2, UA3, and words that nobody can translate."""
    with visitor.speaking(pseudo.CODE):
        visitor.go(path)
        found = _seen(visitor, FROM_THE_RIGHT) + _too_wide(visitor)
        if visitor.page.evaluate("document.documentElement.dir") != "rtl":
            found.append("is not read from the right")
        found += [f"the sign stands behind: {text}" for text in visitor.page.evaluate(_TURNED)]
        known = told()
        found += [
            f"never translated: {words!r} in {text[:80]!r}"
            for text in visitor.page.evaluate(_TEXTS)
            if text.replace(" ", "_") not in _ZONES
            for words in _WORDS.findall(text)
            if not _SAME_EVERYWHERE.fullmatch(words) and words.lower() not in known
        ]
        found += _noticed(visitor)
        visitor.back_to_size()
    return [f"{path} ({pseudo.CODE}): {fault}" for fault in found]


def _seen(visitor: Visitor, looks: tuple[tuple[str, str], ...]) -> list[str]:
    page, found = visitor.page, []
    page.evaluate(AXE_SCRIPT)
    page.evaluate(_UNSTICK)
    for size, theme in looks:
        wide, high = SIZES[size]
        page.set_viewport_size({"width": wide, "height": high})
        page.emulate_media(color_scheme=theme)
        found += [f"{size}, {theme}: {fault}" for fault in page.evaluate(_AXE, STANDARD)]
        if visitor.overflow() > 0:
            found.append(f"{size}: scrolls sideways by {visitor.overflow()} px")
    return found


def _too_wide(visitor: Visitor) -> list[str]:
    """UA3."""
    visitor.page.set_viewport_size({"width": 320, "height": 844})
    over = visitor.overflow()
    return [f"at 320 px: scrolls sideways by {over} px"] if over > 0 else []


def _noticed(visitor: Visitor) -> list[str]:
    found = visitor.policy_faults() + visitor.faults
    visitor.faults.clear()
    return found


def told() -> str:
    """Everything that people or programs have written into the database: no business of translators."""
    texts: list[str] = [settings.PROGRAMME_NAME]
    for model in apps.get_models():
        if model.__module__.split(".")[0] not in FLOORS:
            continue
        names = [
            each.name
            for each in model._meta.concrete_fields
            if isinstance(each, (CharField, EmailField, TextField, JSONField))
        ]
        for row in model._default_manager.values_list(*names) if names else ():
            texts.append(" ".join(" ".join(map(str, filter(None, row))).split()))
    return "\n".join(texts).lower()
