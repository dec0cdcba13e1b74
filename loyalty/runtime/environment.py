"""What the parts of an installation are told: secrets made once, addresses, the database role."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

import psycopg

from loyalty.runtime import addresses, faults
from loyalty.runtime.faults import Fault
from loyalty.runtime.places import Places
from recognition import signing

ROLE = "laurel_app"
OLDEST_POSTGRES = 150000
# What a `manage.py` command of another terminal must know to work on the same installation.
SHARED = (
    "DATABASE_URL",
    "CELERY_BROKER_URL",
    "CACHE_URL",
    "SECRET_KEY",
    "BADGE_KEYS",
    "LAUREL_DB_ROLE",
    "LAUREL_DEMO",
    "PROGRAMME_NAME",
    "PROGRAMME_TIME_ZONE",
    "PROGRAMME_CURRENCY",
)


def port() -> int:
    """The web's port: `PORT`, else 8000."""
    text = os.environ.get("PORT") or "8000"
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise Fault(f"PORT must be a number from 1 to 65535, not {text!r}.")
    return int(text)


def is_demo() -> bool:
    """Whether this is the demo programme: yes, unless `DEMO=0` (or no, false, off) says otherwise."""
    return (os.environ.get("DEMO") or "1").lower() not in ("0", "no", "false", "off")


def write_private(file: Path, text: str) -> None:
    """Write a file that only we may read, whole or not at all."""
    draft = file.with_name(f".{file.name}.new")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as opened:
            opened.write(text)
        draft.replace(file)
    except OSError as error:
        raise faults.from_os_error(error, f"writing {file}") from error


def keep_secret(file: Path, length: int) -> str:
    """The secret in `file`, made at the first call."""
    if not file.exists():
        write_private(file, secrets.token_urlsafe(length) + "\n")
    return file.read_text().strip()


def keep_badge_key(file: Path) -> None:
    """The key that signs badges, made at the first start."""
    try:
        if not file.exists():
            signing.keep_first(file)
    except OSError as error:
        raise faults.from_os_error(error, f"writing {file}") from error


def compose(places: Places) -> dict[str, str]:
    """The environment of every part, before the database's role is known."""
    environment = dict(os.environ) | {
        "PYTHONUNBUFFERED": "1",
        "DJANGO_SETTINGS_MODULE": "loyalty.settings",
        "LAUREL_VAR": str(places.var),
        "LAUREL_DEMO": "1" if is_demo() else "0",
    }
    stored = keep_secret(places.var / "secret_key", 48)
    environment["SECRET_KEY"] = environment.get("SECRET_KEY") or stored
    if not environment.get("BADGE_KEYS"):
        keep_badge_key(places.var / "badge_keys.pem")
    if is_demo():
        keep_secret(places.var / "demo_password", 9)
        environment.setdefault("PUBLIC_URL", f"http://127.0.0.1:{port()}")
    if not environment.get("DATABASE_URL"):
        environment["DATABASE_URL"] = addresses.embedded_database_url(places.sockets)
    if not environment.get("CELERY_BROKER_URL"):
        environment["CELERY_BROKER_URL"] = addresses.broker_at(places.sockets)
    elif needs_cache(environment):
        environment["CACHE_URL"] = addresses.cache(addresses.broker_at(places.sockets))
    environment.pop("LAUREL_DB_ROLE", None)
    return environment


def needs_cache(environment: Mapping[str, str]) -> bool:
    """Whether the given broker cannot serve as the cache and no cache was given."""
    is_redis = environment["CELERY_BROKER_URL"].startswith(("redis", "unix"))
    return not is_redis and not environment.get("CACHE_URL")


def publish(places: Places, environment: Mapping[str, str]) -> None:
    """Leave the environment where `manage.py` finds it while we are up."""
    lines = [f"{name}={environment[name]}\n" for name in SHARED if environment.get(name)]
    write_private(places.var / addresses.ENVIRONMENT, "".join(lines))


def withdraw(places: Places) -> None:
    """We are no longer up."""
    (places.var / addresses.ENVIRONMENT).unlink(missing_ok=True)


def connect(environment: Mapping[str, str]) -> psycopg.Connection:
    """An autocommit connection to the installation's database, as its owner."""
    entry = addresses.database(environment["DATABASE_URL"])
    return psycopg.connect(
        host=entry["HOST"] or None,
        port=entry["PORT"] or None,
        user=entry["USER"] or None,
        password=entry.get("PASSWORD") or None,
        dbname=entry["NAME"],
        autocommit=True,
        connect_timeout=10,
        **entry.get("OPTIONS", {}),
    )


def check_given_database(environment: Mapping[str, str]) -> str:
    """The version of the server that `DATABASE_URL` names; raises Fault when it will not do."""
    try:
        with connect(environment) as connection:
            number = connection.info.server_version
    except psycopg.OperationalError as error:
        reason = " ".join(str(error).split())
        raise Fault(f"The database that DATABASE_URL names does not answer: {reason}") from error
    if number < OLDEST_POSTGRES:
        raise Fault(f"DATABASE_URL names PostgreSQL {number // 10000}; 15 or newer is needed.")
    return f"PostgreSQL {number // 10000}"


def check_given_broker(environment: Mapping[str, str]) -> None:
    """Raises Fault when the broker that `CELERY_BROKER_URL` names does not answer."""
    from kombu import Connection

    url = environment["CELERY_BROKER_URL"]
    try:
        with Connection(url, connect_timeout=5) as connection:
            connection.ensure_connection(max_retries=1, timeout=5)
    except Exception as error:  # each transport has exceptions of its own
        shown = Connection(url).as_uri()
        raise Fault(
            f"The broker that CELERY_BROKER_URL names ({shown}) does not answer."
        ) from error


def take_role(environment: dict[str, str]) -> None:
    """Have every part become the restricted role, when it exists and may be taken."""
    with connect(environment) as connection:
        try:
            connection.execute(f"SET ROLE {ROLE}")
        except psycopg.Error:
            return
    environment["LAUREL_DB_ROLE"] = ROLE
