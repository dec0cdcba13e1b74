"""The staff console's part of the table: for every model, what staff may do with it there.

A model that is registered in the console and missing here fails the contract, and so does a step
(a verb on an object's page) that its line does not name.
"""

from dataclasses import dataclass, field

from tests.contracts.routes import Policy, Route, policy


def staff(bare: str, group: str, superuser: str) -> Policy:
    """What staff without a permission, console staff, and superusers find; others sign in first."""
    return policy(f"login login login login login {bare} {group} {superuser} login login")


DENIED = staff("403", "403", "403")
ALLOWED = staff("403", "in", "in")
SUPERUSERS = staff("403", "403", "in")
ANY_STAFF = staff("in", "in", "in")
NO_METHOD = staff("405", "405", "405")
NOT_FOUND = staff("404", "404", "404")


#: Pages of an object that are no steps.
PAGES = ("rule", "condition", "confirm", "columns")


@dataclass(frozen=True)
class Desk:
    """What may be done with a model. `steps`: what is found when the world's one row is tried."""

    view: Policy = field(default_factory=lambda: ALLOWED)
    change: Policy = field(default_factory=lambda: DENIED)
    add: Policy = field(default_factory=lambda: DENIED)
    steps: dict[str, Policy] = field(default_factory=dict)
    has_row: bool = True

    def routes(self, label: str) -> dict[str, Route]:
        """The routes of this model's pages, by name."""
        app, model = label.split(".")
        name, one = f"admin:{app}_{model}", {"object_id": f"@{label}"}
        # Of a row that is not there, Django's history page tells staff just that.
        history = self.view if self.has_row else ANY_STAFF
        return {
            f"{name}_changelist": Route(self.view, self.view),
            f"{name}_add": Route(self.add, self.add),
            f"{name}_change": Route(self.view, self.change, one),
            f"{name}_history": Route(history, history, one),
            f"{name}_delete": Route(DENIED, DENIED, one),
            f"admin/{app}/{model}/<path:object_id>/": Route(ANY_STAFF, ANY_STAFF),
            **{
                f"{name}_{step}": Route(it, it, {"pk": f"@{label}"} if step in PAGES else one)
                for step, it in self.steps.items()
            },
        }


READ = Desk()
EDIT = Desk(change=ALLOWED)
FULL = Desk(change=ALLOWED, add=ALLOWED)

CONSOLE: dict[str, Desk] = {
    "auth.group": Desk(view=SUPERUSERS, change=SUPERUSERS, add=SUPERUSERS),
    "members.user": Desk(change=SUPERUSERS),
    "members.member": Desk(
        change=ALLOWED,
        steps={
            "adjust": ALLOWED,
            "forgive": ALLOWED,
            "reinstate": ALLOWED,
            "lengthen": ALLOWED,
            "change_key": ALLOWED,
            "merge": ALLOWED,
            "unmerge": DENIED,
            "export": ALLOWED,
            "erase": ALLOWED,
            "give_tier": ALLOWED,
            "view_as": ALLOWED,
            "note": ALLOWED,
        },
    ),
    "members.activity": READ,
    "members.activitykind": FULL,
    # A published wording stays as it is.
    "members.consenttext": Desk(add=ALLOWED),
    # The entry is active already.
    "members.entry": Desk(steps={"change_pending": DENIED}),
    # The account is not frozen, the adjustment waits, the gift is given, the hold holds.
    "members.balance": Desk(steps={"freeze": ALLOWED, "unfreeze": DENIED}),
    "members.adjustment": Desk(steps={"approve": ALLOWED, "decline": ALLOWED}),
    "members.gift": Desk(steps={"take_back": ALLOWED}),
    "members.household": Desk(steps={"close": ALLOWED}),
    "members.hold": Desk(steps={"release": ALLOWED}),
    # Points of the newest unit, status, never end.
    "members.unit": Desk(change=ALLOWED, steps={"include_existing": DENIED}),
    "members.tiergroup": FULL,
    "members.tier": FULL,
    "members.tierlift": Desk(steps={"end_lift": ALLOWED}),
    "members.auditrow": READ,
    "members.sweeprun": READ,
    "members.decision": READ,
    "members.job": Desk(steps={"retry": ALLOWED}),
    # There is none, and each is for who asked.
    "members.bulkrun": Desk(steps={"confirm": NOT_FOUND}, has_row=False),
    "measurement.savedview": Desk(has_row=False),
    "connectors.export": Desk(has_row=False),
    "connectors.import": Desk(
        add=ALLOWED,
        steps={
            "columns": staff("403", "404", "404"),
            "begin": NOT_FOUND,
            "stop": NOT_FOUND,
        },
        has_row=False,
    ),
    "django_celery_beat.periodictask": EDIT,
    "measurement.liabilityrate": Desk(add=ALLOWED),
    "messaging.message": READ,
    # The segment is active.
    "audiences.segment": Desk(
        change=ALLOWED,
        add=ALLOWED,
        steps={"condition": ALLOWED, "activate": DENIED, "archive": ALLOWED},
    ),
    # The mug has no pool of codes.
    "rewards.reward": Desk(change=ALLOWED, add=ALLOWED, steps={"import_codes": DENIED}),
    "rewards.coupon": Desk(has_row=False),
    "rewards.couponbatch": Desk(has_row=False),
    # The newest fund is billed by the month, so no packs are sold into it.
    "rewards.fund": Desk(
        change=ALLOWED,
        add=ALLOWED,
        steps={"sell_pack": DENIED, "pause": ALLOWED, "resume": ALLOWED, "close": ALLOWED},
    ),
    "rewards.fundmove": READ,
    "rewards.fundbill": Desk(steps={"csv": ALLOWED}),
    "rewards.redemption": Desk(steps={"fulfil": ALLOWED, "cancel": ALLOWED}),
    "campaigns.exchangerate": Desk(add=ALLOWED, has_row=False),
    # The campaign is a draft: it can be submitted and its rule written, nothing else.
    "campaigns.campaign": Desk(
        change=ALLOWED,
        add=ALLOWED,
        steps={
            "rule": ALLOWED,
            "backtest": ALLOWED,
            "submit": ALLOWED,
            "publish": DENIED,
            "send_back": DENIED,
            "pause": DENIED,
            "resume": DENIED,
            "end": DENIED,
            "withdraw": DENIED,
            "reframe": DENIED,
            "move": ALLOWED,
            "cap_segment": ALLOWED,
            "roll_back": DENIED,
            "clone": ALLOWED,
        },
    ),
    "campaigns.backtest": Desk(steps={"cancel": NOT_FOUND}, has_row=False),
    "campaigns.stackinggroup": Desk(change=ALLOWED, add=ALLOWED, has_row=False),
    "campaigns.effect": Desk(has_row=False),
    # It is doubtful: both are of one household.
    "campaigns.referral": Desk(steps={"approve": ALLOWED, "void": ALLOWED}),
    "campaigns.referralpolicy": Desk(change=ALLOWED, add=ALLOWED, has_row=False),
    # The case is open, and its rule is active.
    "campaigns.reviewcase": Desk(steps={"accept": ALLOWED, "decline": ALLOWED}),
    "campaigns.reviewrule": Desk(
        change=ALLOWED, add=ALLOWED, steps={"activate": DENIED, "pause": ALLOWED}
    ),
    "connectors.apikey": Desk(add=SUPERUSERS, steps={"revoke": ALLOWED}),
    # The application is a draft, the micro-event published, the partner verified.
    "events_directory.grantapplication": Desk(steps={"approve": DENIED, "decline": DENIED}),
    "events_directory.grant": Desk(steps={"release": DENIED, "revoke": DENIED}, has_row=False),
    "events_directory.disbursement": Desk(steps={"pay": DENIED, "bounce": DENIED}, has_row=False),
    "events_directory.microevent": Desk(
        steps={"publish": DENIED, "reject": DENIED, "cancel": ALLOWED}
    ),
    "events_directory.occurrence": READ,
    "events_directory.booking": Desk(steps={"check_in": ALLOWED}),
    "events_directory.waitlistplace": Desk(has_row=False),
    "events_directory.guestnote": Desk(has_row=False),
    "events_directory.checkin": Desk(has_row=False),
    "events_directory.partner": Desk(
        steps={
            "verify": DENIED,
            "turn_down": DENIED,
            "suspend": ALLOWED,
            "give_role": ALLOWED,
            "end_role": ALLOWED,
            "change_plan": ALLOWED,
        }
    ),
    "events_directory.pool": Desk(add=ALLOWED, steps={"deposit": ALLOWED, "switch": ALLOWED}),
    "events_directory.poolentry": READ,
    # The committee sits, the case is open and was not decided.
    "governance.committee": Desk(change=ALLOWED, add=ALLOWED, steps={"give_seat": ALLOWED}),
    "governance.seat": Desk(steps={"end_seat": ALLOWED}),
    "governance.criteria": Desk(add=ALLOWED),
    "governance.case": Desk(steps={"void": ALLOWED}),
    "governance.decision": Desk(has_row=False),
    # The badge and the board are active, the cycle takes nominations.
    "recognition.badge": Desk(
        change=ALLOWED,
        add=ALLOWED,
        steps={"activate": ALLOWED, "archive": ALLOWED, "give": ALLOWED},
    ),
    "recognition.badgeaward": Desk(steps={"revoke": ALLOWED}),
    # The webhook is on, and one secret signs.
    "connectors.webhookendpoint": Desk(
        add=SUPERUSERS,
        steps={
            "send_test": ALLOWED,
            "listen": SUPERUSERS,
            "rotate": SUPERUSERS,
            "end_overlap": DENIED,
            "switch_off": ALLOWED,
            "switch_on": DENIED,
        },
    ),
    "connectors.webhookdelivery": Desk(steps={"replay": ALLOWED}),
    "recognition.achievement": Desk(
        change=ALLOWED, add=ALLOWED, steps={"activate": ALLOWED, "archive": ALLOWED}
    ),
    "recognition.streak": Desk(
        change=ALLOWED, add=ALLOWED, steps={"activate": ALLOWED, "archive": ALLOWED}
    ),
    "recognition.progress": READ,
    "recognition.streakmilestone": READ,
    "recognition.leaderboard": Desk(
        change=ALLOWED, add=ALLOWED, steps={"activate": ALLOWED, "archive": ALLOWED}
    ),
    "recognition.nominationcycle": Desk(
        add=ALLOWED,
        steps={"open": ALLOWED, "close": ALLOWED, "decide": DENIED, "cancel": ALLOWED},
    ),
    "recognition.candidate": Desk(steps={"put_again": DENIED}),
    "recognition.nomination": READ,
}

#: Pages of the console that belong to no model.
ROOMS: dict[str, Route] = {
    "admin:index": Route(ANY_STAFF, ANY_STAFF),
    "admin:measurement_liabilityrate_report": Route(ALLOWED, NO_METHOD),
    "admin:measurement_liabilityrate_file": Route(ALLOWED, NO_METHOD),
    "admin:members_auditrow_file": Route(ALLOWED, NO_METHOD),
    # Which list is named in what is sent; nothing is sent here.
    "admin:measurement_savedview_keep": Route(NO_METHOD, NOT_FOUND),
    "admin:measurement_savedview_forget": Route(NO_METHOD, NOT_FOUND, {"pk": "1"}),
    "admin:connectors_export_ask": Route(NO_METHOD, staff("403", "404", "404")),
    "admin:connectors_import_failed": Route(staff("403", "404", "404"), NO_METHOD, {"pk": "1"}),
    "admin:connectors_export_fetch": Route(NOT_FOUND, NO_METHOD, {"pk": "1"}),
    "admin:campaigns_campaign_check": Route(NO_METHOD, ALLOWED, {"pk": "@campaigns.campaign"}),
    "admin:campaigns_campaign_rule_backtest": Route(
        staff("403", "404", "404"), ALLOWED, {"pk": "@campaigns.campaign"}
    ),
    "admin:campaigns_campaign_trial": Route(ALLOWED, ALLOWED, {"pk": "@campaigns.campaign"}),
    "admin:campaigns_campaign_calendar": Route(ALLOWED, NO_METHOD),
    # Sent without the name of a recipe there is none to be found.
    "admin:campaigns_campaign_recipes": Route(ALLOWED, staff("403", "404", "404")),
    "admin:audiences_segment_check": Route(NO_METHOD, ALLOWED, {"pk": "@audiences.segment"}),
    # Only the demo has it, and not every demo.
    "demo_reset": Route(NOT_FOUND, NOT_FOUND),
    "admin:search": Route(ANY_STAFF, ANY_STAFF),
    "admin:login": Route(
        policy("login 403 403 403 403 in in in login login"),
        policy("login 403 403 403 403 in in in login login"),
    ),
    # Signing out asks nobody who they are; whoever is not staff just goes to the first page.
    "admin:logout": Route(
        policy("in in in in in 405 405 405 in in"), policy("in in in in in in in in in in")
    ),
    "admin:password_change": Route(ANY_STAFF, ANY_STAFF),
    "admin:password_change_done": Route(ANY_STAFF, NO_METHOD),
    "admin:autocomplete": Route(DENIED, NO_METHOD),
    "admin:jsi18n": Route(ANY_STAFF, NO_METHOD),
    "admin:view_on_site": Route(NOT_FOUND, NOT_FOUND, {"content_type_id": "1", "object_id": "0"}),
    "admin:app_list": Route(
        staff("404", "in", "in"), staff("404", "in", "in"), {"app_label": "members"}
    ),
    "admin/(?P<url>.*)$": Route(NOT_FOUND, NOT_FOUND),
}
