"""Has the database note every change of a table (`members.models.Change`), whoever makes it."""

from collections.abc import Sequence

from django.db.migrations import RunSQL


def noted(table: str, label: str, *, quiet: Sequence[str] = (), names_only: bool = False) -> RunSQL:
    """The migration operation that has `table` watched. Needs members' migration `0032_changes`.

    `quiet` columns are not looked at. Of people (`names_only`) it is kept which columns changed and not
    what they held; that somebody joined is told elsewhere.
    """
    arguments = f"'{label}', '{','.join(quiet)}', '{'names' if names_only else 'values'}'"
    name, moments = (
        f"{table}_noted",
        "UPDATE OR DELETE" if names_only else "INSERT OR UPDATE OR DELETE",
    )
    return RunSQL(
        f"CREATE TRIGGER {name} AFTER {moments} ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION note_change({arguments});",
        f"DROP TRIGGER {name} ON {table};",
    )
