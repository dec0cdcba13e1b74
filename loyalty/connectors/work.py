"""The jobs that connectors do."""

from typing import Any

from loyalty.connectors.operations import webhooks
from members.operations.jobs import does


@does("webhook.announce")
def announce(arguments: dict[str, Any]) -> None:
    """Write a message for all who listen: `{"topic", "key", "at", "told"}`."""
    webhooks.announce(
        topic=arguments["topic"],
        key=arguments["key"],
        at=arguments["at"],
        told=arguments["told"],
    )


@does("webhook.send", outside=True)
def send(arguments: dict[str, Any]) -> None:
    """Send one message: `{"delivery": id, "attempt": how many were made before}`."""
    webhooks.send(arguments["delivery"], attempt=arguments["attempt"])
