"""Migrations are complete, named, linear, and can be undone."""

import re
from itertools import pairwise

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations import RunPython, RunSQL
from django.db.migrations.loader import MigrationLoader

from tests.contracts.code import ROOT, app_of

OURS = [config.label for config in apps.get_app_configs() if app_of(config.name)]
NAME = re.compile(r"^\d{4}_[a-z][a-z0-9_]*$")
NAMELESS = re.compile(r"_auto_|_alter_.*_and_more|_initial$|_custom|_migration$|\d{8}")


@pytest.fixture(scope="module")
def graph():
    return MigrationLoader(None, ignore_no_migrations=True).graph


def of(graph, app):
    return sorted((key for key in graph.nodes if key[0] == app), key=lambda key: key[1])


@pytest.mark.django_db
def test_no_model_is_ahead_of_its_migrations():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.parametrize("app", OURS)
def test_migrations_say_what_they_do(graph, app):
    names = [name for _, name in of(graph, app)]
    assert [name for name in names if not NAME.match(name) or NAMELESS.search(name)] == []


@pytest.mark.parametrize("app", OURS)
def test_migrations_of_an_app_form_one_line(graph, app):
    keys = of(graph, app)
    if not keys:
        return
    assert [key[1][:4] for key in keys] == [f"{number:04}" for number in range(1, len(keys) + 1)]
    assert len(graph.leaf_nodes(app)) == 1
    for before, after in pairwise(keys):
        parents = {parent.key for parent in graph.node_map[after].parents}
        assert {parent for parent in parents if parent[0] == app} == {before}


@pytest.mark.parametrize("app", OURS)
def test_data_and_schema_do_not_share_a_step_and_sql_has_a_way_back(graph, app):
    faults = []
    for key in of(graph, app):
        steps = graph.nodes[key].operations
        if any(isinstance(step, RunPython) for step in steps):
            others = [step for step in steps if not isinstance(step, (RunPython, RunSQL))]
            faults += [f"{key}: data beside {type(step).__name__}" for step in others]
        faults += [
            f"{key}: {type(step).__name__} cannot be undone"
            for step in steps
            if isinstance(step, (RunPython, RunSQL)) and not step.reversible
        ]
    assert faults == []


@pytest.mark.django_db
def test_every_table_of_ours_has_its_migration_applied():
    tables = set(connection.introspection.table_names())
    missing = [
        model._meta.label
        for model in apps.get_models()
        if app_of(model.__module__) and model._meta.managed and model._meta.db_table not in tables
    ]
    assert missing == []
    assert (ROOT / "members" / "migrations").is_dir()
