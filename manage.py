#!/usr/bin/env python
"""Django's command line. While `make run` is up, commands reach its database."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "loyalty.settings")
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    try:
        execute_from_command_line(sys.argv)
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None):
            raise  # the server answered: this is about a statement
        reason = str(error).splitlines()[0]
        sys.exit(f"The database does not answer; is `make run` up? ({reason})")


if __name__ == "__main__":
    main()
