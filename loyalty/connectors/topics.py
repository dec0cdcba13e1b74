"""What other systems can be told of just now."""

from loyalty.campaigns.models import RuleVersion
from loyalty.connectors.models import WebhookEndpoint


def known() -> list[str]:
    """The topics that rules in force tell, and those that somebody listens to already."""
    calling = RuleVersion.objects.filter(
        published_at__isnull=False,
        in_force_until=None,
        effects__contains=[{"kind": "webhook"}],
    )
    told = {
        str(effect["topic"])
        for effects in calling.values_list("effects", flat=True)
        for effect in effects
        if effect.get("kind") == "webhook"
    }
    heard = WebhookEndpoint.objects.exclude(topics=[]).values_list("topics", flat=True)
    return sorted(told.union(*heard))
