"""Where this installation keeps its data and how its parts are reached.

Imported by settings, so it imports nothing of Django's.
"""

import os
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

ROOT = Path(__file__).resolve().parent.parent.parent


def var() -> Path:
    """The folder for everything that is made at run time (`LAUREL_VAR`, else `var/` in the clone)."""
    return Path(os.environ.get("LAUREL_VAR") or ROOT / "var")


def stored_secret() -> str:
    """The secret that the one-command start generated for this clone, or ''."""
    file = var() / "secret_key"
    try:
        return file.read_text().strip()
    except OSError:
        return ""


def sockets() -> Path:
    """The folder of the embedded services' unix sockets."""
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
        "PORT": str(parts.port or query.pop("port", "")),
        "OPTIONS": query,
    }


def broker() -> str:
    """The embedded Valkey's URL for Celery."""
    return f"redis+socket://{sockets() / 'valkey.sock'}"


def cache(url: str) -> str:
    """The same server's URL as Django's cache spells it (unix sockets differ between the two)."""
    return url.replace("redis+socket://", "unix://", 1)
