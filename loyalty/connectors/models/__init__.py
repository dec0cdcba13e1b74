from loyalty.connectors.models.keys import ApiKey, StoredAnswer
from loyalty.connectors.models.webhooks import WebhookDelivery, WebhookEndpoint

__all__ = ["ApiKey", "StoredAnswer", "WebhookDelivery", "WebhookEndpoint"]
