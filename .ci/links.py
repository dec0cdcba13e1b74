"""Every relative link of every document leads to a file that exists, and every anchor to a heading."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
SKIPPED = {".venv", "var", "node_modules", ".git"}


def documents() -> list[Path]:
    """All Markdown files of the repository."""
    found = (file for file in ROOT.rglob("*.md") if not SKIPPED & set(file.relative_to(ROOT).parts))
    return sorted(found)


def anchors(document: Path) -> set[str]:
    """The anchors that headings make, as the usual readers of Markdown spell them."""
    headings = re.findall(r"^#+\s+(.+?)\s*$", document.read_text(), re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in plain}


def broken(document: Path) -> list[str]:
    """The links of one document that lead nowhere."""
    faults = []
    for target in LINK.findall(FENCE.sub("", document.read_text())):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (document.parent / path) if path else document
        if not file.exists():
            faults.append(f"{document.relative_to(ROOT)}: {target} does not exist")
        elif anchor and file.suffix == ".md" and anchor not in anchors(file):
            faults.append(f"{document.relative_to(ROOT)}: {target} names no heading")
    return faults


if __name__ == "__main__":
    found = [fault for document in documents() for fault in broken(document)]
    print("\n".join(found) or f"{len(documents())} documents, every link leads somewhere")
    sys.exit(bool(found))
