"""Every table that the console configures is watched: its history shows bulk changes too."""

from django.db import migrations

from members.noted import noted

WHOLE = (
    "members.unit",
    "members.tiergroup",
    "members.tier",
    "members.activitykind",
    "auth.group",
    "audiences.segment",
    "campaigns.campaign",
    "campaigns.stackinggroup",
    "campaigns.referralpolicy",
    "campaigns.reviewrule",
    "rewards.reward",
    "recognition.badge",
    "recognition.achievement",
    "recognition.streak",
    "recognition.leaderboard",
    "recognition.nominationcycle",
    "events_directory.partner",
    "events_directory.venue",
    "events_directory.microevent",
    "events_directory.pool",
    "governance.committee",
    "governance.criteria",
)


class Migration(migrations.Migration):
    dependencies = [
        ("measurement", "0003_laws"),
        ("members", "0032_changes"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("audiences", "0003_membership"),
        ("campaigns", "0015_reviews"),
        ("connectors", "0002_webhooks"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
        ("events_directory", "0003_audit_views"),
        ("governance", "0002_laws"),
        ("recognition", "0003_achievements_and_streaks"),
        ("rewards", "0008_redemption_in_review"),
    ]

    operations = [
        *(noted(label.replace(".", "_"), label) for label in WHOLE),
        noted("members_member", "members.member", names_only=True),
        noted("members_user", "members.user", quiet=("last_login", "password"), names_only=True),
        # What every order moves is the fund's own ledger; here are its terms.
        noted(
            "rewards_fund",
            "rewards.fund",
            quiet=(
                "bought",
                "refunded",
                "granted",
                "returned",
                "month",
                "month_used",
                "unbilled_from",
                "expired_upto",
            ),
        ),
        noted("connectors_apikey", "connectors.apikey", quiet=("digest", "last_used_on")),
        noted("connectors_webhookendpoint", "connectors.webhookendpoint", quiet=("sealed",)),
        noted(
            "django_celery_beat_periodictask",
            "django_celery_beat.periodictask",
            quiet=("last_run_at", "total_run_count", "date_changed"),
        ),
    ]
