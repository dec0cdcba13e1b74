"""A shop's client."""

import json

import pytest
from django.test import Client

from loyalty.campaigns.operations import standard
from loyalty.connectors.operations import keys
from tests.conftest import SYSTEM


class Shop(Client):
    """Sends JSON with a key."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.key = text

    def send(self, method: str, path: str, body=None, **headers):
        """One request to the API."""
        return self.generic(
            method,
            f"/api/v1/{path}",
            data=body if isinstance(body, str | bytes) else json.dumps(body),
            content_type=headers.pop("content_type", "application/json"),
            headers={"Authorization": f"Bearer {self.key}", **headers},
        )


def shop_with(*scopes: str) -> Shop:
    """A client whose key has these scopes."""
    return Shop(keys.create("shop", scopes=list(scopes), actor=SYSTEM)[1])


@pytest.fixture
def shop(units):
    """May do everything, in a programme with the standard campaigns."""
    standard.install(actor=SYSTEM)
    return shop_with(*keys.SCOPES)
