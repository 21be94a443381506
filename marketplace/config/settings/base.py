"""Settings shared by every environment. Each value that may differ comes from a variable."""

from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF, UNSAFE_INLINE

from marketplace.config import admin_site, api_document, staff_roles
from marketplace.config.email import settings_from as email_settings_from
from marketplace.config.settings.accounts import *
from marketplace.config.settings.payout_policies import *
from marketplace.config.settings.providers import *
from marketplace.config.settings.second_factors import *
from marketplace.config.settings.trading_limits import *
from marketplace.config.settings.verification import *
from marketplace.config.social import settings_from as social_settings_from
from marketplace.core.logs import configure_structlog, logging_settings

env = environ.Env()
ROOT = Path(__file__).resolve().parents[3]
STATE = Path(env.str("FAIRHOLD_DATA_DIR", default=str(ROOT / ".fairhold")))

SECRET_KEY = env.str("SECRET_KEY", default="")
DEBUG = False
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
PUBLIC_URL = env.str("PUBLIC_URL", default="http://127.0.0.1:8000")
PLATFORM_NAME = env.str("PLATFORM_NAME", default="Fairhold")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.headless",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.facebook",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "corsheaders",
    "csp",
    "marketplace.core",
    "marketplace.users",
    "marketplace.users.verification",
    "marketplace.products",
    "marketplace.logistics",
    "marketplace.payments",
    "marketplace.orders",
    "marketplace.messaging",
    "marketplace.notifications",
    "marketplace.gateway",
]

MIDDLEWARE = [
    "marketplace.core.api.middleware.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "marketplace.core.api.middleware.TrailingSlashMiddleware",
    # Requests to the API leave here for the gate at the end of the list.
    "marketplace.core.api.middleware.ApiShortcut",
    "marketplace.core.api.middleware.PathCSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "marketplace.users.desk_access.middleware.DeskMiddleware",
    "marketplace.core.api.middleware.ApiGate",
]
BROWSER_PREFIXES = ("/api/v1/auth/", "/api/v1/docs/", "/api/v1/redoc/")
"""Below /api/ and still with sessions and the other middleware of pages."""

ROOT_URLCONF = "marketplace.config.urls"
WSGI_APPLICATION = "marketplace.config.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # Before the applications: the admin's start page is ours, not the theme's.
        "DIRS": [ROOT / "marketplace" / "gateway" / "admin_templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES = {
    "default": {
        **env.db_url("DATABASE_URL", default="postgres://fairhold@127.0.0.1:5432/fairhold"),
        "ENGINE": "marketplace.core.postgresql",
        # Connecting costs more than a request: each thread keeps its connection.
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }
}
DATABASES["default"]["OPTIONS"] = {
    "application_name": "fairhold",
    "connect_timeout": 5,
    # A connection whose peer vanished without a word is noticed within half a minute.
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
    **DATABASES["default"].get("OPTIONS", {}),
}
# A statement that a connection has sent so often is prepared: PostgreSQL then spends half the time
# on it (docs/performance.md). 0 for a pooler that shares connections between transactions and does
# not follow prepared statements.
PREPARE_AFTER = env.int("DATABASE_PREPARE_AFTER", default=3)
if PREPARE_AFTER:
    DATABASES["default"]["OPTIONS"] |= {
        "server_side_binding": True,
        "prepare_threshold": PREPARE_AFTER,
    }
MIGRATION_LOCK_TIMEOUT = env.str("MIGRATION_LOCK_TIMEOUT", default="5s")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="")
CACHES: dict[str, Any] = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "fairhold",
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    }
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}
RABBITMQ_URL = env.str("RABBITMQ_URL", default="")

AUTH_USER_MODEL = "users.User"
STAFF_ROLES = staff_roles.staff_roles
AUTHENTICATION_BACKENDS = ["marketplace.users.adapter.AccountBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
PASSWORD_RESET_TIMEOUT = 60 * 60
# Accounts (ADR 0011) and tokens (ADR 0012).
FRONTEND_URL = env.str("FRONTEND_URL", default=PUBLIC_URL)
# Whoever vouches for people besides ourselves (ADR 0073), and where they may be sent back to.
SOCIALACCOUNT_PROVIDERS = social_settings_from(env.str("SOCIAL_PROVIDERS", default=""))
SOCIALACCOUNT_ADAPTER = "marketplace.users.social_adapter.SocialAccountAdapter"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIAL_REDIRECT_URIS = env.list(
    "SOCIAL_REDIRECT_URIS", default=[f"{FRONTEND_URL}/sign-in/callback"]
)
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
HEADLESS_ONLY = True
HEADLESS_CLIENTS = ("app",)
HEADLESS_TOKEN_STRATEGY = "marketplace.users.token_strategy.TokenStrategy"
HEADLESS_ADAPTER = "marketplace.users.adapter.HeadlessAdapter"
HEADLESS_FRONTEND_URLS = {
    "account_confirm_email": f"{FRONTEND_URL}/verify-email?key={{key}}",
    "account_reset_password": f"{FRONTEND_URL}/forgotten-password",
    "account_reset_password_from_key": f"{FRONTEND_URL}/reset-password?key={{key}}",
    "account_signup": f"{FRONTEND_URL}/sign-up",
}
# Letters are queued in the caller's transaction and delivered by a job (ADR 0013).
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Fairhold <no-reply@fairhold.example>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_BACKEND = "marketplace.notifications.email.QueueBackend"
EMAIL_KEEP_BODIES = False
EMAIL_KEEP_DAYS = 30
DEV_OUTBOX = False
EMAIL_DELIVERY_BACKEND = ""
vars().update(email_settings_from(env.str("EMAIL_URL", default="")))
SMS_BACKEND = "marketplace.notifications.sms.queue_sms"
SMS_URL = env.str("SMS_URL", default="")
# Each costs money, and strangers can ask for them: the most that leave in one day (UTC).
SMS_PER_DAY = env.int("SMS_PER_DAY", default=1000)

# Where operators are written to when money needs a person; empty: the admin's desk alone tells.
OPERATIONS_EMAIL = env.str("OPERATIONS_EMAIL", default="")

JWT_ISSUER = env.str("JWT_ISSUER", default=PUBLIC_URL)
JWT_SIGNING_KEYS: list[str] = env.list("JWT_SIGNING_KEYS", default=[])
ACCESS_TOKEN_LIFE_SECONDS = 15 * 60
REFRESH_TOKEN_LIFE_SECONDS = 14 * 24 * 60 * 60
SIGN_IN_LIFE_SECONDS = 30 * 24 * 60 * 60
SIGN_IN_FLOW_LIFE_SECONDS = 10 * 60

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
FORMAT_MODULE_PATH = "marketplace.config.formats"
STATIC_URL = "/static/"
# Before the applications: files of the theme that are ours (ADR 0086).
STATICFILES_DIRS = [ROOT / "marketplace" / "gateway" / "theme_static"]
STATIC_ROOT: Path | None = ROOT / "staticfiles"
MEDIA_URL = "/media/"
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(STATE / "media")))
# Sealed files that no address leads to (ADR 80): beside the public ones, never below them.
PRIVATE_FILES_ROOT = Path(env.str("PRIVATE_FILES_ROOT", default=str(STATE / "private")))
STORAGES: dict[str, Any] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "private": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": PRIVATE_FILES_ROOT,
            "base_url": None,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
}

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
# Sessions are for operators in the admin (ADR 0085).
DESK_LIFE_SECONDS = 12 * 60 * 60
"""A working day, used or not."""
DESK_IDLE_SECONDS = env.int("DESK_IDLE_SECONDS", default=30 * 60)
DESK_PROOF_SECONDS = 15 * 60
"""How long a second factor is good for approving payouts and the like."""
ADMIN_SECOND_FACTOR = env.str("ADMIN_SECOND_FACTOR", default="required")
"""``required``, or ``offered`` on one's own machine; production takes nothing but the first."""
# Where the admin's sign-in leads that nobody was sent to: the only one with a session.
LOGIN_REDIRECT_URL = "/admin/"
SESSION_COOKIE_AGE = DESK_LIFE_SECONDS
CSRF_FAILURE_VIEW = "marketplace.core.api.problems.csrf_failure"
# Not "no-referrer": browsers then post forms with "Origin: null", which the CSRF check refuses.
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 4
FILE_UPLOAD_HANDLERS = ["marketplace.core.api.uploads.QuarantineUploadHandler"]

CORS_ALLOWED_ORIGINS = env.list("CORS_ALLOWED_ORIGINS", default=[])
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_HEADERS = [
    "accept",
    "authorization",
    "content-type",
    "idempotency-key",
    "if-match",
    "step-up",
    "x-request-id",
]
CORS_EXPOSE_HEADERS = ["ETag", "Idempotent-Replayed", "Location", "Retry-After", "X-Request-ID"]

CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}
CSP_BY_PREFIX: dict[str, dict[str, list[str]]] = {
    # Unfold writes styles into its pages; its scripts need nothing (ADR 0086).
    "/admin/": {"style-src": [UNSAFE_INLINE]},
    # Swagger UI and Redoc write style elements; Redoc searches in a worker made from a blob.
    "/api/v1/docs/": {"style-src": [UNSAFE_INLINE]},
    "/api/v1/redoc/": {"style-src": [UNSAFE_INLINE], "worker-src": [SELF, "blob:"]},
}

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Fairhold",
    "SITE_HEADER": "Fairhold",
    "SITE_SUBHEADER": "Operators' desk",
    "SITE_ICON": "/static/gateway/mark.svg",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": "/static/gateway/mark.svg"},
    ],
    "SHOW_VIEW_ON_SITE": False,
    "STYLES": ["/static/gateway/desk.css"],
    "SCRIPTS": ["/static/gateway/desk.js"],
    "LOGIN": {"form": "marketplace.users.desk_access.forms.PasswordForm"},
    "DASHBOARD_CALLBACK": "marketplace.gateway.dashboard.fill",
    "COLORS": {"primary": admin_site.GREEN},
    "SIDEBAR": {"show_search": True, "navigation": admin_site.NAVIGATION},
}

LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOG_FORMAT = env.str("LOG_FORMAT", default="json")
configure_structlog()
LOGGING = logging_settings(level=LOG_LEVEL, as_json=LOG_FORMAT == "json")

REST_FRAMEWORK: dict[str, Any] = {
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "EXCEPTION_HANDLER": "marketplace.core.api.problems.handle_exception",
    "DEFAULT_RENDERER_CLASSES": ["marketplace.core.api.rendering.OrjsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["marketplace.core.api.parsing.OrjsonParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "marketplace.core.api.rendering.JsonNegotiation",
    # What an address takes is said by the document; OPTIONS of its own would be a second word.
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_PAGINATION_CLASS": "marketplace.core.api.pagination.CursorPage",
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_SCHEMA_CLASS": "marketplace.core.api.schema.ProblemAwareSchema",
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "marketplace.users.api.authentication.JWTAuthentication",
    ],
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = api_document.SETTINGS

SETTLEMENT_BANK = env.str("SETTLEMENT_BANK", default="main")
"""The name, in our books, of the bank account that providers settle to."""
RECONCILIATION_GRACE_SECONDS = env.float("RECONCILIATION_GRACE_SECONDS", default=3600.0)
"""How long a report and our books may differ by what is under way, before payouts freeze."""
RECONCILIATION_TWO_PEOPLE_ABOVE = env.str("RECONCILIATION_TWO_PEOPLE_ABOVE", default="100")
"""In major units of any currency: a larger difference is written off by two people."""
SANDBOX_CARRIER_SECRETS = env.list("SANDBOX_CARRIER_SECRETS", default=[])
# ISO 3166 country of our accounts with the providers: some limit by it for how long money may wait.
PLATFORM_COUNTRY = env.str("PLATFORM_COUNTRY", default="")
FIELD_ENCRYPTION_KEYS: list[str] = env.list("FIELD_ENCRYPTION_KEYS", default=[])
FIELD_FINGERPRINT_KEY: int | None = env.int("FIELD_FINGERPRINT_KEY", default=None)
SEAL_KEYS: list[str] = env.list("SEAL_KEYS", default=[])
SEAL_PUBLIC_KEYS: list[str] = env.list("SEAL_PUBLIC_KEYS", default=[])

# How many first listings of a seller who is not verified an operator looks at; 0 looks at none.
REVIEW_FIRST_LISTINGS = env.int("REVIEW_FIRST_LISTINGS", default=0)
