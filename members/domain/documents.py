"""What two JSON documents say differently."""

import json
from collections.abc import Iterator
from typing import Any


def differences(before: Any, after: Any, at: str = "") -> Iterator[tuple[str, str, str]]:
    """Each place by its JSON pointer, with what stood there and what stands there now, as JSON; empty where
    nothing did or does. Lists are compared as wholes."""
    if isinstance(before, dict) and isinstance(after, dict):
        for name in sorted(before.keys() | after.keys()):
            place = f"{at}/{name.replace('~', '~0').replace('/', '~1')}"
            if name not in before:
                yield place, "", _text(after[name])
            elif name not in after:
                yield place, _text(before[name]), ""
            else:
                yield from differences(before[name], after[name], place)
    elif before != after:
        yield at or "/", _text(before), _text(after)


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
