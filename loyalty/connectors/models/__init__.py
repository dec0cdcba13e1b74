from loyalty.connectors.models.keys import ApiKey, StoredAnswer

__all__ = ["ApiKey", "StoredAnswer"]
