"""The console's sidebar: every list in its group, shown to those who may see it."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from loyalty.campaigns.permissions import can_read_calendar

#: Group, then (model, icon); the link's name is the model's own.
GROUPS: tuple[tuple[Any, tuple[tuple[str, str], ...]], ...] = (
    (
        _("Members"),
        (
            ("members.member", "group"),
            ("audiences.segment", "groups_2"),
            ("members.activity", "bolt"),
            ("members.activitykind", "category"),
            ("members.consenttext", "contract"),
            ("messaging.message", "mail"),
        ),
    ),
    (
        _("Points & ledger"),
        (
            ("members.entry", "receipt_long"),
            ("members.balance", "account_balance_wallet"),
            ("members.adjustment", "exposure"),
            ("members.hold", "pan_tool"),
            ("members.gift", "volunteer_activism"),
            ("members.household", "family_restroom"),
            ("members.unit", "toll"),
            ("measurement.liabilityrate", "request_quote"),
            ("members.tiergroup", "stairs"),
            ("members.tier", "military_tech"),
            ("members.tierlift", "workspace_premium"),
        ),
    ),
    (
        _("Campaigns"),
        (
            ("campaigns.campaign", "campaign"),
            ("campaigns.backtest", "query_stats"),
            ("campaigns.stackinggroup", "stacks"),
            ("campaigns.effect", "redeem"),
            ("campaigns.referral", "group_add"),
            ("campaigns.referralpolicy", "tune"),
            ("campaigns.reviewcase", "policy"),
            ("campaigns.reviewrule", "frame_inspect"),
            ("campaigns.exchangerate", "currency_exchange"),
        ),
    ),
    (
        _("Rewards"),
        (
            ("rewards.reward", "storefront"),
            ("rewards.redemption", "shopping_bag"),
            ("rewards.coupon", "confirmation_number"),
            ("rewards.couponbatch", "upload_file"),
            ("rewards.fund", "handshake"),
            ("rewards.fundmove", "swap_vert"),
            ("rewards.fundbill", "request_quote"),
        ),
    ),
    (
        _("Recognition"),
        (
            ("recognition.badge", "workspace_premium"),
            ("recognition.badgeaward", "verified"),
            ("recognition.achievement", "flag"),
            ("recognition.streak", "local_fire_department"),
            ("recognition.progress", "timeline"),
            ("recognition.leaderboard", "leaderboard"),
            ("recognition.nominationcycle", "how_to_vote"),
            ("recognition.candidate", "person_celebrate"),
            ("recognition.nomination", "edit_note"),
        ),
    ),
    (
        _("Directory"),
        (
            ("events_directory.partner", "handshake"),
            ("events_directory.partnerseat", "badge"),
            ("events_directory.venue", "location_on"),
            ("events_directory.microevent", "event"),
            ("events_directory.occurrence", "schedule"),
            ("events_directory.booking", "confirmation_number"),
            ("events_directory.waitlistplace", "hourglass_top"),
            ("events_directory.guestnote", "forward_to_inbox"),
            ("events_directory.checkin", "how_to_reg"),
        ),
    ),
    (
        _("Grants"),
        (
            ("events_directory.pool", "savings"),
            ("events_directory.grantapplication", "assignment"),
            ("events_directory.grant", "volunteer_activism"),
            ("events_directory.disbursement", "payments"),
            ("events_directory.poolentry", "receipt"),
        ),
    ),
    (
        _("Governance"),
        (
            ("governance.committee", "groups"),
            ("governance.seat", "chair"),
            ("governance.criteria", "rule"),
            ("governance.case", "gavel"),
            ("governance.decision", "balance"),
        ),
    ),
    (
        _("Operations"),
        (
            ("members.job", "work_history"),
            ("members.sweeprun", "cleaning_services"),
            ("members.decision", "task_alt"),
            ("django_celery_beat.periodictask", "alarm"),
            ("connectors.import", "upload"),
            ("connectors.export", "download"),
            ("measurement.savedview", "bookmark"),
            ("connectors.apikey", "key"),
            ("connectors.webhookendpoint", "webhook"),
            ("connectors.webhookdelivery", "outbox"),
            ("members.auditrow", "history"),
            ("members.user", "person"),
            ("auth.group", "shield_person"),
        ),
    ),
)


def list_address(label: str) -> str:
    """Where the list of a model is."""
    return reverse(f"admin:{label.replace('.', '_')}_changelist")


def may_see(request: HttpRequest, label: str) -> bool:
    """Whether the console has the list, and shows it to this user."""
    model = apps.get_model(label)
    page = admin.site._registry.get(model)
    return page is not None and page.has_view_permission(request)


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Unfold's sidebar for this user; groups without a link are left out."""
    groups = [_today(request)]
    for title, places in GROUPS:
        items = [
            {
                "title": str(apps.get_model(label)._meta.verbose_name_plural).capitalize(),
                "icon": icon,
                "link": list_address(label),
            }
            for label, icon in places
            if may_see(request, label)
        ]
        if items:
            groups.append({"title": title, "separator": True, "collapsible": True, "items": items})
    return groups


def _today(request: HttpRequest) -> dict[str, Any]:
    items = [(_("Today's work"), "today", reverse("admin:index"))]
    if can_read_calendar(request.user):
        items.append(
            (_("Calendar"), "calendar_month", reverse("admin:campaigns_campaign_calendar"))
        )
    if settings.DEMO_RESETS and request.user.is_superuser:
        items.append((_("Reset the demo"), "restart_alt", reverse("demo_reset")))
    return {
        "title": "",
        "items": [
            {"title": title, "icon": icon, "link": link, "active": request.path == link}
            for title, icon, link in items
        ],
    }
