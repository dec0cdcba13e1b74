"""`make bench`: what the product costs over the least SQL that could do the same, in one run.

Every line is a ratio of two times measured side by side on the same durable PostgreSQL, because the
machines this runs on differ and are noisy. Nothing here asserts a time.
"""

import os
import platform
import sys
import tempfile
from pathlib import Path


def main() -> None:
    """Start a database of its own, measure, print the table."""
    os.environ.update(
        {
            "DJANGO_SETTINGS_MODULE": "loyalty.settings",
            "SECRET_KEY": "only-for-the-bench-" + "0123456789abcdef" * 4,
            "CELERY_BROKER_URL": "memory://",
            "CACHE_URL": "",
            "EMAIL_URL": "memory://",
            "LAUREL_TEST": "1",
            "SECURE": "0",
            "LOG_LEVEL": "WARNING",
        }
    )
    from loyalty.runtime import carriers, postgres, processes

    with tempfile.TemporaryDirectory(prefix="lb", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o711)
        os.environ["LAUREL_VAR"] = str(folder / "var")
        (folder / "var" / "static").mkdir(parents=True)
        cluster = postgres.Cluster(
            folder=folder / "pg", sockets=folder / "pg" / "run", log=folder / "log"
        )
        if not processes.can_reach(cluster.account, cluster.programs / "postgres"):
            cluster.programs = carriers.copy_postgres(folder / "postgresql")
        cluster.create()
        cluster.start()
        try:
            with cluster.connect("postgres") as connection:
                connection.execute("CREATE DATABASE laurel_bench")
            os.environ["DATABASE_URL"] = (
                f"postgresql://laurel@/laurel_bench?host={folder / 'pg' / 'run'}&port=5432"
            )
            _measure()
        finally:
            cluster.stop()


def _measure() -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    from tests.bench import cases

    cases.prepare()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print("| what | against | ours | reference | ratio |")
    print("|---|---|---|---|---|")
    for case in cases.CASES:
        # A session keeps plans made for what it ran before, so each case has one of its own.
        connection.close()
        ours, reference, unit = case()
        words = (case.__doc__ or "").strip().split(" | ")
        print(
            f"| {words[0]} | {words[1]} | {ours:.2f} {unit} | {reference:.2f} {unit} "
            f"| {ours / reference:.2f} |"
        )
        sys.stdout.flush()


if __name__ == "__main__":
    main()
