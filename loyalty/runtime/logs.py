"""What a part said last, in one line that a person can read."""

import json
from pathlib import Path

LONGEST = 160


def last_words(log: Path, *, lines: int = 3) -> str:
    """The last lines of a log in one line."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 32768))
            return brief(file.read().decode(errors="replace"), lines=lines)
    except OSError:
        return "its log could not be read"


def brief(text: str, *, lines: int = 3) -> str:
    """The last lines of what a program said, each cut to what it says first."""
    said = [told for line in text.splitlines() if (told := _told(line.strip()))]
    return " / ".join(said[-lines:]) or "it said nothing"


def _told(line: str) -> str:
    """A line of JSON tells its event and the last line of its trace; another tells itself."""
    try:
        entry = json.loads(line)
        told = str(entry["event"])
        trace = str(entry.get("exception", "")).splitlines()
    except (ValueError, TypeError, KeyError):
        told, trace = line, []
    told = f"{told} ({trace[-1].strip()})" if trace else told
    return told if len(told) <= LONGEST else told[: LONGEST - 1] + "…"
