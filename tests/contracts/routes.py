"""Every address of the house, and what each of ten people finds behind it. Default deny.

To add a route: one line in `ROUTES` (or, for a model of the staff console, in `CONSOLE`) with a
policy for GET, one for POST, and what its address names. A policy says one word for each of
`world.ACTORS`: `in` (let in, whatever the form or the body then lacks), `login` (sent to sign in),
`home` (sent home), or the status that turns them away. `@name` is a thing of `world.World`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.contracts.world import ACTORS

Policy = dict[str, str]


def policy(words: str) -> Policy:
    """One word for each of the actors: AN M M2 P C S0 S SU K K0."""
    return dict(zip(ACTORS, words.split(), strict=True))


@dataclass(frozen=True)
class Route:
    """What people find, and what the address names."""

    get: Policy
    post: Policy
    where: Mapping[str, Any] = field(default_factory=dict)


#: No such method, whoever asks, signed in or not.
NO = policy("405 405 405 405 405 405 405 405 405 405")
#: No such method; visitors are asked to sign in before they hear it.
NO_BUT_SIGN_IN = policy("login 405 405 405 405 405 405 405 login login")
ANYBODY = policy("in in in in in in in in in in")
NOBODY = policy("404 404 404 404 404 404 404 404 404 404")
SIGNED_IN = policy("login in in in in in in in login login")
SIGNED_OUT = policy("in home home home home home home home in in")
SIGNING_IN = policy("login home home home home home home home login login")
NOT_THERE = policy("login 404 404 404 404 404 404 404 login login")
HOME = policy("home home home home home home home home home home")
#: Members; other people are sent home, where they may join.
MEMBERS = policy("login in in home home home home home login login")
#: What belongs to one member does not exist for another.
OWN = policy("login in 404 home home home home home login login")
JOINING = policy("login home home in in in in in login login")
OWN_BOOKING = policy("login in 404 404 404 404 404 404 login login")
PARTNER = policy("login 404 404 in 404 404 404 404 login login")
JUDGE = policy("login 403 403 403 in 403 403 403 login login")
STAFF = policy("login login login login login in in in login login")
#: Keys with the scope; people have no business here.
KEY = policy("401 401 401 401 401 401 401 401 in 403")
NO_KEY = policy("401 401 401 401 401 401 401 401 403 403")
#: Nothing is there, for keys with the scope; the others do not hear as much.
NO_SUCH_FOR_KEY = policy("401 401 401 401 401 401 401 401 404 403")
NO_BUT_KEY = policy("401 401 401 401 401 401 401 401 405 403")

ELIS = {"slug": "elis"}
EVENT = ELIS | {"pk": "@micro_event"}
DATE = ELIS | {"pk": "@occurrence"}
GRANT = ELIS | {"pk": "@application"}
VOUCHER = {"pk": "@redemption"}
BOOKING = {"reference": "@booking_reference"}
CASE = {"pk": "@case"}
AMARA = {"ref": "amara"}
GIFT = {"pk": "@members.gift"}

ROUTES: dict[str, Route] = {
    # The portal
    "home": Route(ANYBODY, ANYBODY),
    # Who joins agrees to the terms there; who has joined already is sent home.
    "join": Route(JOINING, JOINING),
    "celebrations": Route(NO, SIGNING_IN),
    "programme": Route(ANYBODY, NO),
    "programme_terms": Route(ANYBODY, NO),
    "programme_terms_version": Route(ANYBODY, NO, {"version": 1}),
    "first_run_reading": Route(NO, SIGNING_IN),
    "first_run_dismissal": Route(NO, SIGNING_IN),
    "first_run_return": Route(NO, SIGNING_IN),
    # Nobody of these views as a member; `test_viewing` walks all routes with somebody who does.
    "viewing_end": Route(NO_BUT_SIGN_IN, SIGNING_IN),
    "set_language": Route(HOME, HOME),
    "styleguide": Route(STAFF, STAFF),
    "points:statement": Route(MEMBERS, MEMBERS),
    "points:line": Route(OWN, OWN, {"pk": "@entry"}),
    "points:code": Route(MEMBERS, MEMBERS),
    "points:activity": Route(OWN, OWN, {"pk": "@own_activity"}),
    "points:gifts": Route(MEMBERS, MEMBERS),
    "points:give": Route(MEMBERS, MEMBERS),
    "points:gift_code": Route(NO, MEMBERS),
    # Amara gave it and Bo got it: both see it, and only who gave it may undo it.
    "points:gift": Route(MEMBERS, MEMBERS, GIFT),
    "points:gift_return": Route(
        NO, policy("login in 403 home home home home home login login"), GIFT
    ),
    # Amara and Bo are one household; she heads it, he put points in, and his seat is his alone.
    "points:household": Route(MEMBERS, MEMBERS),
    "points:household_seats": Route(NO, MEMBERS),
    "points:household_removal": Route(NO, MEMBERS, {"pk": "@household_seat"}),
    "points:household_contributions": Route(NO, MEMBERS),
    "points:household_draws": Route(NO, MEMBERS),
    "points:household_move_return": Route(NO, MEMBERS, {"pk": "@household_move"}),
    "points:household_invitation": Route(NO, MEMBERS),
    "points:household_limit": Route(NO, MEMBERS),
    "points:household_departure": Route(NO, MEMBERS),
    "points:household_closing": Route(NO, MEMBERS),
    "rewards:catalogue": Route(MEMBERS, MEMBERS),
    "rewards:vouchers": Route(MEMBERS, MEMBERS),
    "rewards:voucher": Route(OWN, OWN, VOUCHER),
    "rewards:voucher_print": Route(OWN, OWN, VOUCHER),
    "rewards:cancel": Route(NO, OWN, VOUCHER),
    "rewards:reward": Route(MEMBERS, MEMBERS, {"slug": "mug"}),
    "rewards:wish": Route(NO, SIGNING_IN, {"slug": "mug"}),
    "rewards:redeem": Route(NO, MEMBERS, {"slug": "mug"}),
    "referrals:index": Route(MEMBERS, MEMBERS),
    "referrals:code": Route(NO, MEMBERS),
    # Visitors go on to sign up; who has signed in without being a member is sent home, to join there.
    "referrals:invites": Route(NO, MEMBERS),
    "referrals:invite_removal": Route(NO, OWN, {"pk": "@referral_invite"}),
    "referrals:invitation": Route(
        ANYBODY, policy("in in in home home home home home in in"), {"code": "@referral_code"}
    ),
    "badges:wall": Route(ANYBODY, ANYBODY),
    "badges:profile": Route(NO, MEMBERS),
    "badges:visibility": Route(NO, OWN, {"slug": "@award"}),
    # Amara shares it.
    "badges:credential": Route(NO, OWN, {"slug": "@award"}),
    # Badges that leave the house, and whether one is good: for everybody, people and machines.
    "awards:verification": Route(ANYBODY, ANYBODY),
    "awards:credential": Route(ANYBODY, NO, {"slug": "@credential"}),
    "awards:issuer": Route(ANYBODY, NO),
    "awards:key": Route(ANYBODY, NO, {"slug": "@badge_key"}),
    "awards:achievement": Route(ANYBODY, NO, {"slug": "neighbour"}),
    "awards:status_list": Route(ANYBODY, NO, {"number": 0}),
    "awards:document": Route(ANYBODY, NO, {"slug": "@award"}),
    "awards:picture": Route(ANYBODY, NO, {"slug": "@award"}),
    "awards:token": Route(ANYBODY, NO, {"slug": "@award"}),
    "well_known:keys": Route(ANYBODY, NO),
    "well_known:did": Route(ANYBODY, NO),
    "awards:award": Route(ANYBODY, NO, {"slug": "@award"}),
    "awards:card": Route(ANYBODY, NO, {"slug": "@award"}),
    "badges:badge": Route(ANYBODY, NO, {"slug": "neighbour"}),
    "leaderboards:first": Route(MEMBERS, MEMBERS),
    "leaderboards:entry": Route(NO, MEMBERS),
    "leaderboards:board": Route(MEMBERS, MEMBERS, {"slug": "month"}),
    "preferences": Route(MEMBERS, MEMBERS),
    "messages:preferences": Route(MEMBERS, MEMBERS),
    "messages:inbox": Route(MEMBERS, MEMBERS),
    "messages:readings": Route(NO, MEMBERS),
    "messages:reading": Route(NO, OWN, {"pk": "@messaging.message"}),
    # Whoever holds the key of a mail; this one is nobody's.
    "messages:unsubscription": Route(NOBODY, NOBODY, {"key": "x"}),
    # Events, bookings, pools
    "events_directory:listing": Route(ANYBODY, NO),
    "events_directory:micro_event": Route(ANYBODY, NO, {"pk": "@micro_event"}),
    "events_directory:bookings": Route(
        SIGNED_IN, policy("login 404 404 403 403 403 403 403 login login")
    ),
    "events_directory:booking": Route(OWN_BOOKING, NO_BUT_SIGN_IN, BOOKING),
    "events_directory:cancellation": Route(NO_BUT_SIGN_IN, OWN_BOOKING, BOOKING),
    "events_directory:exchange": Route(NO_BUT_SIGN_IN, OWN_BOOKING, BOOKING),
    "events_directory:waiting": Route(
        NO_BUT_SIGN_IN, policy("login 404 404 403 403 403 403 403 login login")
    ),
    # Nobody waits there.
    "events_directory:waiting_departure": Route(NO_BUT_SIGN_IN, NOT_THERE, {"pk": 1}),
    "events_directory:pools": Route(ANYBODY, NO),
    "events_directory:pool": Route(ANYBODY, NO, {"slug": "northgate"}),
    "events_directory:calendar": Route(ANYBODY, NO),
    # The partner console
    "partner:home": Route(SIGNED_IN, NO_BUT_SIGN_IN),
    "partner:organisations": Route(SIGNED_IN, SIGNED_IN),
    "partner:ticket": Route(NOT_THERE, NO_BUT_SIGN_IN, {"code": "@ticket"}),
    "partner:listings": Route(PARTNER, NO_BUT_SIGN_IN, ELIS),
    "partner:new_listing": Route(PARTNER, PARTNER, ELIS),
    "partner:repeat": Route(PARTNER, NO_BUT_SIGN_IN, ELIS),
    "partner:listing": Route(PARTNER, NO_BUT_SIGN_IN, EVENT),
    "partner:edit_listing": Route(PARTNER, PARTNER, EVENT),
    "partner:preview": Route(PARTNER, NO_BUT_SIGN_IN, EVENT),
    "partner:verification": Route(NO_BUT_SIGN_IN, PARTNER, ELIS),
    "partner:submission": Route(NO_BUT_SIGN_IN, PARTNER, EVENT),
    "partner:cancellation": Route(NO_BUT_SIGN_IN, PARTNER, EVENT),
    "partner:dates": Route(NO_BUT_SIGN_IN, PARTNER, EVENT),
    "partner:door": Route(PARTNER, NO_BUT_SIGN_IN, ELIS),
    "partner:guests": Route(PARTNER, NO_BUT_SIGN_IN, DATE),
    "partner:note": Route(PARTNER, PARTNER, DATE | {"audience": "booked"}),
    "partner:check_in": Route(PARTNER, PARTNER, DATE),
    "partner:scans": Route(NO_BUT_SIGN_IN, PARTNER, DATE),
    "partner:capacity": Route(NO_BUT_SIGN_IN, PARTNER, DATE),
    "partner:move": Route(NO_BUT_SIGN_IN, PARTNER, DATE),
    "partner:date_cancellation": Route(NO_BUT_SIGN_IN, PARTNER, DATE),
    "partner:closing": Route(NO_BUT_SIGN_IN, PARTNER, DATE),
    "partner:grants": Route(PARTNER, NO_BUT_SIGN_IN, ELIS),
    "partner:new_grant": Route(PARTNER, PARTNER, ELIS),
    "partner:grant": Route(PARTNER, NO_BUT_SIGN_IN, GRANT),
    "partner:edit_grant": Route(PARTNER, PARTNER, GRANT),
    "partner:grant_submission": Route(NO_BUT_SIGN_IN, PARTNER, GRANT),
    "partner:withdrawal": Route(NO_BUT_SIGN_IN, PARTNER, GRANT),
    "partner_rewards:coupons": Route(PARTNER, PARTNER, ELIS),
    "partner_rewards:uses": Route(NO_BUT_SIGN_IN, PARTNER, ELIS),
    "partner_rewards:points": Route(PARTNER, NO_BUT_SIGN_IN, ELIS),
    "partner_rewards:bills": Route(PARTNER, NO_BUT_SIGN_IN, ELIS),
    "partner:team": Route(PARTNER, NO_BUT_SIGN_IN, ELIS),
    "partner:invitations": Route(NO_BUT_SIGN_IN, PARTNER, ELIS),
    # These are nobody's.
    "partner:invitation_withdrawal": Route(NO_BUT_SIGN_IN, NOT_THERE, ELIS | {"pk": 1}),
    "partner:seat_end": Route(NO_BUT_SIGN_IN, NOT_THERE, ELIS | {"pk": 0}),
    "partner:departure": Route(NO_BUT_SIGN_IN, PARTNER, ELIS),
    "partner:invitation": Route(NOT_THERE, NOT_THERE, {"key": "x"}),
    "partner:venues": Route(PARTNER, NO_BUT_SIGN_IN, ELIS),
    "partner:venue": Route(PARTNER, PARTNER, ELIS | {"pk": "@venue"}),
    "partner:new_venue": Route(PARTNER, PARTNER, ELIS),
    # Nominations and the committee desk
    "nominations:index": Route(ANYBODY, NO),
    "nominations:cycle": Route(ANYBODY, NO, {"slug": "autumn"}),
    "nominations:nominate": Route(MEMBERS, MEMBERS, {"slug": "autumn"}),
    "nominations:draft": Route(NO, MEMBERS, {"slug": "autumn"}),
    "nominations:withdrawal": Route(NO, OWN, {"slug": "autumn", "pk": "@nomination"}),
    "nominations:declining": Route(NO, MEMBERS, {"slug": "autumn"}),
    # The chair names the laureate; staff with the permission may, too.
    "nominations:laureate": Route(
        policy("403 403 403 403 in 403 in in 403 403"),
        policy("403 403 403 403 in 403 in in 403 403"),
        {"slug": "spring"},
    ),
    "governance:desk": Route(JUDGE, NO),
    "governance:case": Route(JUDGE, NO, CASE),
    # Machines of people who are signed in: no page to sign in is sent to them.
    "governance:live": Route(policy("401 403 403 403 in 403 403 403 401 401"), NO),
    "governance:reading": Route(NO, JUDGE, CASE),
    "governance:draft": Route(NO, JUDGE, CASE),
    "governance:ballot": Route(NO, JUDGE, CASE),
    "governance:recusal": Route(NO, JUDGE, CASE),
    "governance:decision": Route(JUDGE, JUDGE, CASE),
    # Not before the case is closed, and this one is open.
    "governance:result": Route(policy("login 403 403 403 403 403 403 403 login login"), NO, CASE),
    "offline": Route(ANYBODY, NO),
    # Machines
    # Whether anything came: to people who are signed in, members or not.
    "live": Route(policy("401 in in in in in in in 401 401"), NO),
    # No accent and no logo but our own: nothing has an address there.
    "brand_sheet": Route(NOBODY, NO, {"version": "1f6349"}),
    "brand_logo": Route(NOBODY, NO, {"version": "x"}),
    "manifest": Route(ANYBODY, NO, {"language": "en"}),
    "worker": Route(ANYBODY, NO),
    "healthz": Route(ANYBODY, NO),
    "readyz": Route(policy("503 503 503 503 503 503 503 503 503 503"), NO),
    "openapi": Route(ANYBODY, NO),
    "api_docs": Route(ANYBODY, NO),
    "connectors:activities": Route(NO_KEY, KEY),
    "connectors:preview": Route(NO_KEY, KEY),
    "connectors:activity": Route(KEY, NO_KEY, {"pk": "@activity"}),
    "connectors:member": Route(KEY, NO_BUT_KEY, AMARA),
    "connectors:balances": Route(KEY, NO_KEY, AMARA),
    "connectors:entries": Route(KEY, NO_KEY, AMARA),
    "connectors:missed": Route(KEY, NO_KEY, AMARA),
    "connectors:entry": Route(KEY, NO_KEY, AMARA | {"pk": "@entry"}),
    "connectors:household": Route(KEY, NO_KEY, AMARA),
    "connectors:household_contributions": Route(NO_KEY, KEY, AMARA),
    "connectors:household_draws": Route(NO_KEY, KEY, AMARA),
    "connectors:holds": Route(NO_KEY, KEY),
    "connectors:hold_capture": Route(NO_KEY, KEY, {"pk": "@hold"}),
    "connectors:hold_release": Route(NO_KEY, KEY, {"pk": "@hold"}),
    "connectors:rewards": Route(KEY, NO_KEY),
    "connectors:redemptions": Route(NO_KEY, KEY),
    "connectors:redemption_cancel": Route(NO_KEY, KEY, VOUCHER),
    "connectors:redemption_confirm": Route(NO_KEY, KEY, VOUCHER),
    "connectors:coupon_checks": Route(NO_KEY, KEY),
    "connectors:coupon_uses": Route(NO_KEY, KEY),
    "connectors:campaigns": Route(KEY, NO_KEY),
    "connectors:backtests": Route(NO_BUT_KEY, KEY, {"slug": "autumn"}),
    "connectors:backtest": Route(NO_SUCH_FOR_KEY, NO_BUT_KEY, {"slug": "autumn", "pk": 1}),
    "recognition_api:badges": Route(KEY, NO_KEY),
    "recognition_api:member_achievements": Route(KEY, NO_KEY, AMARA),
    "recognition_api:member_badges": Route(KEY, NO_KEY, AMARA),
    "recognition_api:leaderboards": Route(KEY, NO_KEY),
    "recognition_api:leaderboard": Route(KEY, NO_KEY, {"slug": "month"}),
    "recognition_api:nominations": Route(KEY, KEY),
    "recognition_api:nomination_cycle": Route(KEY, NO_KEY, {"slug": "autumn"}),
    "events_directory_api:events": Route(KEY, NO_KEY),
    "events_directory_api:bookings": Route(NO_KEY, KEY),
    "events_directory_api:booking_cancellation": Route(NO_KEY, KEY, {"pk": "@booking"}),
    "events_directory_api:waiting_places": Route(NO_KEY, KEY),
    # Nobody waits in this world.
    "events_directory_api:waiting_place": Route(NO_SUCH_FOR_KEY, NO_KEY, {"pk": 1}),
    "events_directory_api:waiting_leave": Route(NO_KEY, NO_SUCH_FOR_KEY, {"pk": 1}),
    "events_directory_api:check_ins": Route(NO_KEY, KEY),
    "events_directory_api:pools": Route(KEY, NO_KEY),
    "events_directory_api:applications": Route(KEY, NO_KEY),
    # The programme's key belongs to no organisation, so no application is its own.
    "events_directory_api:application": Route(
        policy("401 401 401 401 401 401 401 401 404 403"), NO_KEY, {"pk": "@application"}
    ),
    # Signing in and the account (allauth)
    "account_login": Route(SIGNED_OUT, SIGNED_OUT),
    "account_logout": Route(policy("home in in in in in in in home home"), HOME),
    "account_signup": Route(SIGNED_OUT, SIGNED_OUT),
    "account_inactive": Route(ANYBODY, NO),
    "account_reauthenticate": Route(SIGNED_IN, SIGNED_IN),
    "account_email": Route(SIGNED_IN, SIGNED_IN),
    "account_email_verification_sent": Route(SIGNED_IN, SIGNED_IN),
    "account_change_password": Route(SIGNED_IN, SIGNED_IN),
    "account_set_password": Route(SIGNED_IN, SIGNED_IN),
    "account_reset_password": Route(ANYBODY, ANYBODY),
    "account_reset_password_done": Route(ANYBODY, NO),
    "account_reset_password_from_key": Route(ANYBODY, ANYBODY, {"uidb36": "1", "key": "x"}),
    "account_reset_password_from_key_done": Route(ANYBODY, NO),
    "account_confirm_login_code": Route(SIGNING_IN, SIGNING_IN),
    "account_request_login_code": Route(SIGNED_OUT, SIGNED_OUT),
    "account_signup_by_passkey": Route(SIGNED_OUT, SIGNED_OUT),
    "account_terms": Route(ANYBODY, ANYBODY),
    "account_security": Route(SIGNED_IN, NO),
    "account_session_end": Route(NO, NOT_THERE, {"pk": 1}),
    "privacy": Route(MEMBERS, NO),
    "privacy_export": Route(NO, MEMBERS),
    "privacy_file": Route(
        policy("login in in home home home home home login login"), NO, {"pk": 1}
    ),
    "privacy_erasure": Route(MEMBERS, MEMBERS),
    "usersessions_list": Route(SIGNED_IN, SIGNED_IN),
    "mfa_signup_webauthn": Route(SIGNED_OUT, SIGNED_OUT),
    "mfa_index": Route(SIGNED_IN, NO_BUT_SIGN_IN),
    "mfa_authenticate": Route(SIGNING_IN, SIGNING_IN),
    "mfa_reauthenticate": Route(SIGNED_IN, SIGNED_IN),
    "mfa_activate_totp": Route(SIGNED_IN, SIGNED_IN),
    "mfa_deactivate_totp": Route(NOT_THERE, NOT_THERE),
    "mfa_view_recovery_codes": Route(NOT_THERE, NO_BUT_SIGN_IN),
    "mfa_generate_recovery_codes": Route(SIGNED_IN, SIGNED_IN),
    "mfa_download_recovery_codes": Route(NOT_THERE, NOT_THERE),
    "mfa_list_webauthn": Route(SIGNED_IN, NO_BUT_SIGN_IN),
    "mfa_add_webauthn": Route(SIGNED_IN, SIGNED_IN),
    "mfa_reauthenticate_webauthn": Route(SIGNED_IN, SIGNED_IN),
    "mfa_remove_webauthn": Route(SIGNED_IN, SIGNED_IN, {"pk": "1"}),
    "mfa_edit_webauthn": Route(SIGNED_IN, SIGNED_IN, {"pk": "1"}),
    "mfa_login_webauthn": Route(SIGNING_IN, SIGNING_IN),
}
