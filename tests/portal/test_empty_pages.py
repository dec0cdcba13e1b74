"""Where there is nothing yet, every list says so kindly and has one thing to do."""

import re

import pytest

pytestmark = pytest.mark.django_db

LISTS = [
    "/",
    "/points/",
    "/points/gifts/",
    "/rewards/",
    "/rewards/vouchers/",
    "/badges/",
    "/leaderboards/",
    "/nominations/",
    "/referrals/",
    "/events/",
    "/events/bookings/",
    "/events/pools/",
    "/inbox/",
]


def blocks(page: str) -> list[str]:
    """What stands in the page's empty blocks."""
    found = []
    for start in re.finditer(r'<div class="empty">', page):
        depth, place = 0, start.start()
        for tag in re.finditer(r"<(/?)div\b", page[start.start() :]):
            depth += -1 if tag[1] else 1
            if depth == 0:
                found.append(page[place : place + tag.end()])
                break
    return found


@pytest.mark.parametrize("path", LISTS)
def test_a_list_without_rows_has_one_thing_to_do(client, bo, path):
    """UM23."""
    client.force_login(bo.user)
    answer = client.get(path)
    assert answer.status_code == 200
    found = blocks(answer.content.decode())
    assert found, "says nothing"
    for block in found:
        assert block.count("<a ") + block.count("<button") == 1, block
