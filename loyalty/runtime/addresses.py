"""Where this installation keeps its files and how its parts are reached.

Imported by settings, so it imports nothing of Django's. While `make run` is up, its environment lies
in `var/env`, so that a `manage.py` command in another terminal reaches the same database and broker,
under the same role and secret, without being told. What the shell sets wins.
"""

import os
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlsplit

ROOT = Path(__file__).resolve().parent.parent.parent
ENVIRONMENT = "env"


def var() -> Path:
    """The folder for everything made at run time (`LAUREL_VAR`, else `var/` in the clone)."""
    return Path(os.environ.get("LAUREL_VAR") or ROOT / "var").absolute()


def join_running_installation() -> None:
    """Take over the environment of the `make run` that is up, where the shell says nothing."""
    try:
        lines = (var() / ENVIRONMENT).read_text().splitlines()
    except OSError:
        return
    for line in lines:
        name, _, value = line.partition("=")
        os.environ.setdefault(name, value)


def _stored(name: str) -> str:
    try:
        return (var() / name).read_text().strip()
    except OSError:
        return ""


def stored_secret() -> str:
    """The secret that the one-command start generated for this clone, or ''."""
    return _stored("secret_key")


def demo_password() -> str:
    """The password of every demo sign-in here, made by the first start; '' before that."""
    return _stored("demo_password")


def sockets() -> Path:
    """The folder of the embedded services' unix sockets, unless the start had to choose another."""
    return var() / "run"


def database(url: str) -> dict:
    """Django's DATABASES entry for a `postgresql://` URL, or for the embedded server when empty."""
    common = {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
    if not url:
        return common | {"NAME": "laurel", "USER": "laurel", "HOST": str(sockets()), "PORT": "5432"}
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    return common | {
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": str(query.pop("port", parts.port or "")),
        "OPTIONS": query,
    }


def embedded_database_url(folder: Path) -> str:
    """The embedded PostgreSQL's URL when its socket lies in `folder`."""
    return f"postgresql://laurel@/laurel?host={quote(str(folder))}&port=5432"


def broker() -> str:
    """The embedded Valkey's URL for Celery."""
    return broker_at(sockets())


def broker_at(folder: Path) -> str:
    """The embedded Valkey's URL for Celery when its socket lies in `folder`."""
    return f"redis+socket://{folder / 'valkey.sock'}"


def cache(url: str) -> str:
    """The same server's URL as Django's cache spells it (unix sockets differ between the two)."""
    return url.replace("redis+socket://", "unix://", 1)
