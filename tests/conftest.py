"""What every test may ask for. The database's plumbing is in `tests/plugins/`."""

from tests.plugins.templates import django_db_setup

__all__ = ["django_db_setup"]
