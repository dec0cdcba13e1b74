"""The jobs that connectors do."""

from typing import Any

from loyalty.connectors import lists
from loyalty.connectors.operations import import_files, webhooks
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


@does("export.write")
def write_export(arguments: dict[str, Any]) -> None:
    """Write one part of an export: `{"export": id, "part": number, "after": the last row's key}`."""
    lists.write_part(arguments["export"], arguments["part"], after=arguments["after"])


@does("import.read")
def read_import(arguments: dict[str, Any]) -> None:
    """Check or read in one part of a file: `{"import": id, "round": number, "part": number}`."""
    import_files.read_part(arguments["import"], round_=arguments["round"], part=arguments["part"])
