"""Tables of the documentation, for the tests that execute them."""

from pathlib import Path


def rows_under(page: Path, heading: str) -> list[tuple[str, ...]]:
    """The body rows of the first table under a heading, each a tuple of its cells."""
    section = page.read_text().split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines[2:]]
