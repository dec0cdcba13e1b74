"""Settings, all from the environment (12-factor). `docs/operating/settings.md` lists them.

Two things are worth knowing before reading on. Without `DATABASE_URL` the database is the embedded
PostgreSQL of `loyalty/runtime`, reached over a unix socket. And the process that serves people connects
as the role `laurel_app`, which may not change history; only `migrate` connects as the owner.
"""

import os
import sys
from pathlib import Path

from csp.constants import NONCE, NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from environs import Env

from loyalty import branding
from loyalty.accounts.settings import signing_in
from loyalty.domain import colours
from loyalty.runtime import addresses

BASE_DIR = Path(__file__).resolve().parent.parent
addresses.join_running_installation()
env = Env()

DEBUG = env.bool("DEBUG", False)
DEMO = env.bool("LAUREL_DEMO", False)
# Whether the launcher that started us throws the demo away when it is asked to.
DEMO_RESETS = env.bool("LAUREL_RESETS", False) and DEMO
SECRET_KEY = env.str("SECRET_KEY", "") or addresses.stored_secret()
# Older secrets that still open what was sealed and signed with them, newest first.
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", [])
if not SECRET_KEY:
    raise ImproperlyConfigured("SECRET_KEY is missing. Set it to 50 or more random characters.")
if len(SECRET_KEY) < 50 or SECRET_KEY.startswith("django-insecure"):
    raise ImproperlyConfigured("SECRET_KEY is too weak. Set it to 50 or more random characters.")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])

#: Where the newest seals of the books are kept, out of the database's reach.
CHECKPOINTS = env.str("CHECKPOINTS", "") or str(addresses.var() / "checkpoints.jsonl")

#: The file with the keys that sign badges, newest first; made where nobody names one.
BADGE_KEYS = env.str("BADGE_KEYS", "") or str(addresses.var() / "badge_keys.pem")
if env.str("BADGE_KEYS", "") and not Path(BADGE_KEYS).is_file():
    raise ImproperlyConfigured("BADGE_KEYS names no file.")

PROGRAMME_NAME = env.str("PROGRAMME_NAME", "Laurel")
#: How the programme looks: one accent, and the file of its logo.
PROGRAMME_ACCENT = env.str("PROGRAMME_ACCENT", colours.LAUREL)
PROGRAMME_LOGO = env.str("PROGRAMME_LOGO", "")
if _fault := branding.fault_of(PROGRAMME_ACCENT, PROGRAMME_LOGO):
    raise ImproperlyConfigured(_fault)
PROGRAMME_TIME_ZONE = env.str("PROGRAMME_TIME_ZONE", "Europe/Berlin")
PROGRAMME_CURRENCY = env.str("PROGRAMME_CURRENCY", "EUR")
#: Where phone numbers without a country code are from.
PROGRAMME_REGION = env.str("PROGRAMME_REGION", "DE")
#: Whether webhooks may call addresses that are not public, and plain http; in a network of one's own.
WEBHOOKS_MAY_CALL_PRIVATE = env.bool("WEBHOOKS_MAY_CALL_PRIVATE", False)
#: Which customer key decides whose a purchase is, should they be different members'.
CUSTOMER_KEY_ORDER: list[str] = env.list("CUSTOMER_KEY_ORDER", ["card", "phone", "email"])
FORECAST_DAYS, FORECAST_SAMPLE = env.int("FORECAST_DAYS", 28), env.int("FORECAST_SAMPLE", 500)
FORECAST_MOST_UNITS = env.int("FORECAST_MOST_UNITS", 0)  # 0: no such limit
if sorted(CUSTOMER_KEY_ORDER) != ["card", "email", "phone"]:
    raise ImproperlyConfigured("CUSTOMER_KEY_ORDER names card, phone and email, each once.")

INSTALLED_APPS = [
    "members",
    "governance",
    "recognition",
    "events_directory",
    "loyalty.audiences",
    "loyalty.messaging",
    "loyalty.rewards",
    "loyalty.campaigns",
    "loyalty.connectors",
    "loyalty.measurement",
    "loyalty.runtime",
    "loyalty.accounts",
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.import_export",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",  # indexes by operator class
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "csp",
    "django_celery_beat",
    "django_cotton.apps.SimpleAppConfig",
    "django_filters",
    "django_htmx",
    "django_structlog",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "import_export",
    "pghistory",
    "pgtrigger",
    "rest_framework",
    "template_partials.apps.SimpleAppConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "loyalty.policies.PolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "loyalty.middleware.InvalidFormStatus",
    "loyalty.middleware.KeptCopies",
    "loyalty.accounts.middleware.SecondFactorFirst",
    "loyalty.accounts.middleware.SeenSessions",
    "loyalty.middleware.ViewingAs",
    "loyalty.middleware.KnownBy",
    "axes.middleware.AxesMiddleware",
    "loyalty.connectors.idempotency.IdempotencyMiddleware",
]

ROOT_URLCONF = "loyalty.urls"
WSGI_APPLICATION = "loyalty.wsgi.application"

_template_loaders = [
    "django_cotton.cotton_loader.Loader",
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    _template_loaders
                    if DEBUG
                    else [("django.template.loaders.cached.Loader", _template_loaders)],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "loyalty.context.programme",
            ],
            "builtins": [
                "django_cotton.templatetags.cotton",
                "template_partials.templatetags.partials",
            ],
        },
    }
]
COTTON_DIR = "components"

# --- Database, broker, cache -------------------------------------------------------------------
DATABASES = {"default": addresses.database(env.str("DATABASE_URL", ""))}
# Only `migrate` writes as the owner of the tables; everything else becomes the restricted role.
if env.str("LAUREL_DB_ROLE", "") and "migrate" not in sys.argv[1:2]:
    DATABASES["default"].setdefault("OPTIONS", {})["options"] = (
        f"-c role={env.str('LAUREL_DB_ROLE')}"
    )
# E-mail is unique without regard to case by a constraint that this check does not see.
# To have browsers preload HTTPS for a domain is its owner's decision, not ours.
SILENCED_SYSTEM_CHECKS = ["auth.W004", "security.W021"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MIGRATION_LINTER_OPTIONS = {"exclude_apps": ["django_celery_beat"]}

CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", "") or addresses.broker()
CACHE_URL = env.str("CACHE_URL", "") or (
    CELERY_BROKER_URL if CELERY_BROKER_URL.startswith(("redis", "unix")) else ""
)
CACHES = {
    "default": (
        {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": addresses.cache(CACHE_URL),
        }
        if CACHE_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    ),
    # Made pages, some kilobytes each, in the memory of each process (ADR 50).
    "pages": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "pages",
        "TIMEOUT": 300,
        "OPTIONS": {"MAX_ENTRIES": 1000},
    },
}

# --- Sign-in: `loyalty/accounts/settings.py` ---------------------------------------------------------
#: How long points stay after somebody's sign-in was changed.
COOLING_OFF_HOURS = env.int("COOLING_OFF_HOURS", 24)
#: Gifts of so many points and more are given only by who has just shown that it is them; 0: never asked.
GIFT_CONFIRMED_FROM = env.int("GIFT_CONFIRMED_FROM", 1000)
#: Whether staff and owners of partner organisations need a second factor.
REQUIRE_SECOND_FACTOR = env.bool("REQUIRE_SECOND_FACTOR", not (DEBUG or DEMO))
vars().update(
    signing_in(
        is_loose=DEBUG or DEMO,
        is_behind_proxy=env.bool("BEHIND_PROXY", False),
    )
)
# Named here as well, for tools that read this file without running it.
AUTH_USER_MODEL = "members.User"

# --- Security headers --------------------------------------------------------------------------
SECURE = env.bool("SECURE", not (DEBUG or DEMO))
SECURE_SSL_REDIRECT = SECURE
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # asked by machines on the inside
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", False) else None
)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
#: How others reach us, for links in what we send: scheme and host, no slash at the end.
_first_host = f"http{'s' if SECURE else ''}://{next(iter(ALLOWED_HOSTS), 'localhost')}"
PUBLIC_URL = env.str("PUBLIC_URL", _first_host).rstrip("/")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}
# Unfold's Alpine build evaluates expressions, so the staff console alone gets a looser policy.
STAFF_CONTENT_SECURITY_POLICY = CONTENT_SECURITY_POLICY["DIRECTIVES"] | {
    "script-src": [SELF, UNSAFE_EVAL, UNSAFE_INLINE],
    "style-src": [SELF, UNSAFE_INLINE],
}
# The API's browsable pages style themselves; their scripts are files of our own.
DOCS_CONTENT_SECURITY_POLICY = CONTENT_SECURITY_POLICY["DIRECTIVES"] | {
    "script-src": [SELF],
    "style-src": [SELF, UNSAFE_INLINE],
}

# --- Language and time -------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("de", _("German"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["loyalty.formats"]
TIME_ZONE = PROGRAMME_TIME_ZONE

# --- Static files ------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = addresses.var() / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or env.bool("LAUREL_TEST", False)
        else "loyalty.runtime.static.StaticStorage"
    },
}
# A batch of 1,000 orders with many lines; anything larger belongs into `import_activities`.
DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000_000
MEDIA_ROOT = addresses.var() / "media"

# --- Mail --------------------------------------------------------------------------------------
if env.str("EMAIL_URL", ""):
    vars().update(env.dj_email_url("EMAIL_URL"))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = addresses.var() / "mail"
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "loyalty@localhost")

# --- Celery: a doorbell and an alarm clock, never the truth ----------------------------------------
CELERY_TASK_SERIALIZER = CELERY_RESULT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_SOFT_TIME_LIMIT = 90
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 30
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {
        "visibility_timeout": 900,
        "socket_timeout": 5,
        "socket_connect_timeout": 1,
        "max_retries": 0,
        "interval_start": 0,
        "interval_step": 0,
    }
    if CELERY_BROKER_URL.startswith(("redis", "unix"))
    else {}
)
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_TIMEZONE = "UTC"

# --- API ---------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "loyalty.connectors.api.authentication.ApiKeyAuthentication"
    ],
    "DEFAULT_PERMISSION_CLASSES": ["loyalty.connectors.api.permissions.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["loyalty.connectors.api.cloudevents.PlainParser"],
    "DEFAULT_PAGINATION_CLASS": "loyalty.connectors.api.pagination.Cursor",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "loyalty.connectors.api.problems.problem_handler",
    "PAGE_SIZE": 50,
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Laurel API",
    "DESCRIPTION": "Send what members do, read what they own, redeem, book and recognise.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "RedemptionStateEnum": "loyalty.rewards.models.Redemption.State",
        "CouponStateEnum": "loyalty.rewards.models.Coupon.State",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# --- Logs: one JSON object a line, without personal data ---------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": "structlog.stdlib.ProcessorFormatter",
            "processor": "structlog.processors.JSONRenderer",
            "foreign_pre_chain": "loyalty.logs.foreign_chain",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO")},
    "loggers": {"django.db.backends": {"level": "WARNING"}, "axes": {"level": "WARNING"}},
}
LOGGING_CONFIG = "loyalty.logs.configure"
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False

# --- Staff console -----------------------------------------------------------------------------
UNFOLD = branding.console_settings(PROGRAMME_NAME, PROGRAMME_ACCENT) | {
    "SITE_SUBHEADER": _("Staff console"),
    "SHOW_VIEW_ON_SITE": False,
    "DASHBOARD_CALLBACK": "loyalty.measurement.desk.todays_work",
    "ACCOUNT": {"navigation": []},
    "SIDEBAR": {
        "show_search": True,
        "command_search": True,
        "show_all_applications": False,
        "navigation": "loyalty.measurement.sidebar.navigation",
    },
}

TESTING = "pytest" in sys.modules or os.environ.get("LAUREL_TEST") == "1"
