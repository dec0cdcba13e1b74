"""Several people at the same moment, each on a real connection of their own."""

import os
import threading
from collections.abc import Callable

from django.db import connection

from members.errors import Refused


def together(*acts: Callable[[], object]) -> list[str | None]:
    """Run the acts released at one instant; "done" or the refusal's code for each, in order.

    Needs `transaction=True`. None: the act failed in another way or hung.
    """
    gate = threading.Barrier(len(acts))
    said: list[str | None] = [None] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        gate.wait()
        try:
            act()
            said[place] = "done"
        except Refused as refusal:
            said[place] = refusal.code
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return said


def on_this_database() -> dict[str, str]:
    """The environment in which a process of its own works on this test's database."""
    told = connection.settings_dict
    url = f"postgresql://{told['USER']}@/{told['NAME']}?host={told['HOST']}&port={told['PORT']}"
    return os.environ | {"DATABASE_URL": url}
