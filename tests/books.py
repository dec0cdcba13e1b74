"""Auditing the books in a test."""

from django.db import connection

from members.operations import checks


def faults() -> list[tuple]:
    """What `verify_ledger` would say about the ground floor: (code, row) of every broken rule."""
    found = []
    for check in checks.CHECKS:
        with connection.cursor() as cursor:
            cursor.execute(check.sql, {"since": "2000-01-01"})
            found += [(check.code, row) for row in cursor.fetchall()]
    return found
