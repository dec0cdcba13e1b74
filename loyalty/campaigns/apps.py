from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "loyalty.campaigns"
    label = "campaigns"

    def ready(self) -> None:
        """Say who does the jobs that lower floors write, and stand at the gate of redemptions."""
        from loyalty.campaigns import work  # noqa: F401 (registers the work)
        from loyalty.campaigns.operations.spend_gate import SpendGate
        from loyalty.rewards.operations import gates

        if not any(isinstance(gate, SpendGate) for gate in gates.GATES):
            gates.GATES.append(SpendGate())
