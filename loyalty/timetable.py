"""Everything that happens by the clock, on one page.

Beat rings each line on its minutes (UTC); the sweep behind it computes what fell due since its
watermark, in each member's own zone. Staff see and pause the lines in the console.
"""

from datetime import timedelta
from typing import Any

from events_directory.operations.waitlists import close_begun, let_in
from loyalty.audiences.operations.membership import segment_changes
from loyalty.campaigns.operations.dates import campaign_dates
from loyalty.campaigns.operations.referral_windows import window_ends
from loyalty.campaigns.operations.releases import pending_releases
from loyalty.connectors.operations.file_days import forget_files
from loyalty.connectors.operations.webhook_secrets import forget_retired
from loyalty.messaging.operations.nomination_notices import nomination_notices
from loyalty.messaging.operations.reminders import NOTICE, expiry_reminders
from loyalty.messaging.operations.tier_notices import tier_notices
from loyalty.rewards.operations import due as rewards_due
from loyalty.rewards.operations import fund_due
from members.operations import due, yearly
from members.operations.sweeps import SWEEPS, Sweep
from recognition.operations.sweeps import badge_counts, board_scores, cycle_closings

TIMETABLE = (
    Sweep("birthday", "Birthdays", yearly.birthdays, every=15),
    Sweep("anniversary", "Joining anniversaries", yearly.anniversaries, every=15),
    Sweep("points_expiry", "Points expiry", due.expiries, every=5),
    Sweep("expiry_reminder", "Expiry reminders", expiry_reminders, every=15, first=NOTICE),
    Sweep("hold_timeouts", "Holds timed out", due.hold_timeouts, every=1),
    Sweep("debt_age", "Old debts forgiven", due.old_debts, every=60),
    Sweep("pending_release", "Pending points released", pending_releases, every=5),
    Sweep("campaign_dates", "Campaigns begun and ended", campaign_dates, every=1),
    Sweep("referrals", "Referrals whose return window is over", window_ends, every=5),
    Sweep("nomination_notice", "Word to those nominated", nomination_notices, every=15),
    Sweep("tier_notice", "Notice before a downgrade", tier_notices, every=60),
    Sweep("tier_review", "Tier reviews", due.tier_reviews, every=15),
    Sweep("segments", "Segments entered and left", segment_changes, every=5),
    Sweep("reservations", "Reservations timed out", rewards_due.reservations, every=1),
    Sweep("hand_overs", "Rewards that need no hands", rewards_due.hand_overs, every=1),
    Sweep("vouchers", "Vouchers expired", rewards_due.endings, every=5),
    Sweep("fund_returns", "Expired points back to funds", fund_due.unused_points, every=15),
    Sweep("fund_bills", "Partners billed for the month", fund_due.month_ends, every=60),
    Sweep("fund_closings", "Funds closed and paid back", fund_due.closings, every=60),
    Sweep("leaderboards", "Leaderboards brought up to date", board_scores, every=1),
    Sweep("badge_counts", "Holders of badges counted", badge_counts, every=60),
    Sweep("waitlist_access", "Seats for those who may come by now", let_in, every=1),
    Sweep("waitlists", "Waiting lists closed when it begins", close_begun, every=5),
    Sweep("cycle_closings", "Nominations handed to the committee", cycle_closings, every=5),
    Sweep("roll_up", "Programme accounts rolled up", due.roll_up, every=1),
    Sweep("seals", "History sealed", due.seal_history, every=1),
    Sweep("files", "Imported and exported files deleted", forget_files, every=60),
    Sweep("webhook_secrets", "Old webhook secrets forgotten", forget_retired, every=15),
    Sweep("tidy", "Old jobs forgotten", due.tidy, every=60, first=timedelta(0)),
)
SWEEPS.update({sweep.name: sweep for sweep in TIMETABLE})

#: The relay rings for work whose first bell was lost; it also proves that beat and worker live.
RELAY_SECONDS = 10


def install(**_: Any) -> None:
    """Write the timetable into django-celery-beat. What staff paused stays paused."""
    from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

    for sweep in TIMETABLE:
        minute = f"*/{sweep.every}" if sweep.every < 60 else "0"
        schedule, _made = CrontabSchedule.objects.get_or_create(
            minute=minute,
            hour="*",
            day_of_week="*",
            day_of_month="*",
            month_of_year="*",
            timezone="UTC",
        )
        PeriodicTask.objects.update_or_create(
            name=sweep.title,
            defaults={"task": "loyalty.ring", "crontab": schedule, "args": f'["{sweep.name}"]'},
        )
    every, _made = IntervalSchedule.objects.get_or_create(
        every=RELAY_SECONDS, period=IntervalSchedule.SECONDS
    )
    PeriodicTask.objects.update_or_create(
        name="Relay", defaults={"task": "loyalty.relay", "interval": every}
    )
