"""Keys, webhooks and files in the staff console."""

from loyalty.connectors.admin import exports, imports, keys, webhooks

__all__ = ["exports", "imports", "keys", "webhooks"]
