"""Brings the database and the static files up to the code. Run by the launcher, as the owner.

One process for both, because starting Django costs more than what is usually left to do.
"""

import sys
from hashlib import sha256
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command

# Parts of packages that no page of ours uses.
UNUSED = ["rest_framework", "redoc"]


def main() -> None:
    """Migrate, then collect what changed."""
    django.setup()
    call_command("migrate", interactive=False, verbosity=1)
    collect()


def collect() -> None:
    """Collect the static files, unless none has changed since the last time."""
    from django.contrib.staticfiles.finders import get_finders

    digest = sha256(str(sys.version_info).encode())
    for finder in get_finders():
        for path, storage in finder.list(None):
            stat = Path(storage.path(path)).stat()
            digest.update(f"{path} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    stamp = settings.STATIC_ROOT / ".collected"
    if stamp.exists() and stamp.read_text() == digest.hexdigest():
        return
    call_command(
        "collectstatic", interactive=False, clear=True, verbosity=0, ignore_patterns=UNUSED
    )
    stamp.write_text(digest.hexdigest())


if __name__ == "__main__":
    main()
