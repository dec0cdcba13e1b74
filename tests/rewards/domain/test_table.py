"""The table of `docs/algorithms/rewards.md`, row by row."""

import re

from django.conf import settings

from loyalty.rewards.domain.moves import REDEMPTION

PAGE = settings.BASE_DIR / "docs" / "algorithms" / "rewards.md"
ROW = re.compile(r"^\| (\(new\)|\w+) \| (\w+) \| .+ \|$", re.MULTILINE)


def test_the_moves_of_the_page_are_the_moves_of_the_house():
    """I14."""
    told = [(a.replace("(new)", ""), b) for a, b in ROW.findall(PAGE.read_text()) if a != "from"]
    legal = [(a, b) for a, after in REDEMPTION.items() for b in after]
    assert sorted(told) == sorted(legal)
