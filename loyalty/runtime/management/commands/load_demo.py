"""Load the demo programme: people, offers, and eighteen months of real purchases."""

from datetime import timedelta

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from loyalty.connectors.domain.orderfile import read_csv
from loyalty.connectors.operations import imports
from loyalty.demo import (
    catalogue,
    cdnow,
    console,
    desk,
    funding,
    goals,
    hands,
    honours,
    household,
    offers,
    past,
    people,
    places,
    story,
)
from loyalty.runtime import addresses
from members import clock
from members.domain.actors import Actor
from members.operations import jobs, programme, sweeps

ACTOR = Actor.system("load_demo")
#: The first purchases are eighteen months back.
HISTORY = timedelta(days=545)


class Command(BaseCommand):
    """`load_demo`."""

    help = "Load the demo programme. Loading again goes on where it stopped and doubles nothing."

    def handle(self, *args, **options) -> None:
        """People and offers first, so that the pages are usable; then the history."""
        if not settings.DEMO:
            raise CommandError("This is not a demo installation (LAUREL_DEMO is not set).")
        now = clock.now()
        units = programme.install(actor=ACTOR)
        catalogue.install(points=units["points"], actor=ACTOR)
        users = people.install(
            password=addresses.demo_password(), joined_on=(now - HISTORY).date(), actor=ACTOR
        )
        self.stdout.write("programme, offers and people are ready")
        places.install(users=users, now=now, actor=ACTOR)
        offers.install(points=units["points"], actor=ACTOR)
        funding.install(points=units["points"], actor=ACTOR)
        honours.install(users=users, now=now, actor=ACTOR)
        past.tell(now=now, points=units["points"], users=users, actor=ACTOR)
        goals.install(actor=ACTOR)
        desk.install(now=now, actor=ACTOR)
        story.tell(now=now, actor=ACTOR)
        desk.tell(now=now, actor=ACTOR)
        self.stdout.write("neighbourhood is ready")
        self._import(now)
        people.join_boards(actor=ACTOR)
        desk.try_out(now=now, users=users, actor=ACTOR)
        console.install(users=users)
        self.stdout.write("deciding what has fallen due meanwhile")
        sweeps.run_due(at=clock.now())
        while jobs.work_off():
            pass
        household.move_in(unit=units["points"], actor=ACTOR)
        hands.shake(now=now, points=units["points"], users=users)
        hands.settle(now=now, points=units["points"], users=users)
        hands.grant(users=users)
        while jobs.work_off():
            pass
        self.stdout.write("the demo is ready")

    def _import(self, now) -> None:
        file = addresses.var() / "demo" / "cdnow.csv"
        cdnow.write_file(file, yesterday=(now - timedelta(days=1)).date())
        done = 0

        def tell(read: int) -> None:
            nonlocal done
            before, done = done, done + read
            if done // 1000 > before // 1000 or done == cdnow.ORDERS:
                self.stdout.write(f"{done} of {cdnow.ORDERS} purchases")
                self.stdout.flush()

        with file.open(encoding="utf-8", newline="") as lines:
            report = imports.run(read_csv(lines), source="cdnow", actor=ACTOR, on_progress=tell)
        if report.faults:
            raise CommandError(str(report.faults[0]))
