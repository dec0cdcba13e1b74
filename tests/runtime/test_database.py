"""The test database itself: PostgreSQL 18, cloned from the migrated template."""

import pytest
from django.contrib.auth import get_user_model
from django.db import connection


@pytest.mark.django_db
def test_tests_run_on_real_postgresql():
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        assert int(cursor.fetchone()[0]) >= 150000


@pytest.mark.django_db(transaction=True)
def test_a_transactional_test_may_commit():
    get_user_model().objects.create_user("left@example.org")
    assert get_user_model().objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_next_one_starts_from_the_template():
    assert get_user_model().objects.count() == 0
