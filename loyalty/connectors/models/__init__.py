from loyalty.connectors.models.files import Export, Import, ImportFault
from loyalty.connectors.models.keys import ApiKey, StoredAnswer
from loyalty.connectors.models.webhooks import WebhookDelivery, WebhookEndpoint

__all__ = [
    "ApiKey",
    "Export",
    "Import",
    "ImportFault",
    "StoredAnswer",
    "WebhookDelivery",
    "WebhookEndpoint",
]
