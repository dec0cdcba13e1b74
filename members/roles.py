"""The application's database role: it may add to history, never change it."""

from django.db import connections

ROLE = "laurel_app"

_GRANT = """
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
        CREATE ROLE {role} NOLOGIN;
    END IF;
    EXECUTE format('GRANT {role} TO %I', current_user);
EXCEPTION WHEN insufficient_privilege THEN
    RAISE NOTICE 'the role {role} could not be created; the triggers alone protect history';
END $$;
"""

_RIGHTS = """
DO $$
DECLARE t regclass;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
        RETURN;
    END IF;
    GRANT USAGE ON SCHEMA public TO {role};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};
    GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO {role};
    IF EXISTS (SELECT FROM pg_namespace WHERE nspname = 'audit') THEN
        GRANT USAGE ON SCHEMA audit TO {role};
        GRANT SELECT ON ALL TABLES IN SCHEMA audit TO {role};
    END IF;
    FOR t IN
        SELECT DISTINCT g.tgrelid::regclass FROM pg_trigger g JOIN pg_proc p ON p.oid = g.tgfoid
        WHERE p.proname = 'refuse_change' AND g.tgrelid::regclass::text <> 'members_activity'
    LOOP
        EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %s FROM {role}', t);
    END LOOP;
    REVOKE DELETE, TRUNCATE ON members_activity FROM {role};
END $$;
"""


def install(using: str = "default", **_: object) -> None:
    """Create the role if we may, and give it exactly its rights. Runs after every migration."""
    with connections[using].cursor() as cursor:
        for statement in (_GRANT, _RIGHTS):
            cursor.execute(statement.format(role=ROLE))
