"""All settings. This module alone reads the environment; docs/configuration.md describes each name."""

import contextlib
import hashlib
import os
import secrets
import stat
import sys
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
import dj_email_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from environs import Env

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()


def text(name: str, default: str = "") -> str:
    """A setting from NAME, or from the file that NAME_FILE points at (for secrets)."""
    path = env.str(f"{name}_FILE", "")
    if not path:
        return env.str(name, default)
    try:
        return Path(path).read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE points at {path}, which cannot be read: {error}") from error


def kept_secret(name: str) -> str:
    """A random secret, made on first use and kept in the data folder, readable by its owner alone."""
    path = DATA_DIR / name
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return path.read_text().strip()


def keep_private(folder: Path) -> None:
    """Shut others out of a folder of ours, unless it is the root or one that is shared on purpose, like /tmp."""
    with contextlib.suppress(OSError):
        found = folder.stat()
        shared = folder == Path(folder.anchor) or found.st_mode & stat.S_ISVTX
        if found.st_uid == os.getuid() and found.st_mode & 0o077 and not shared:
            folder.chmod(0o700)


TESTING = "pytest" in sys.modules
# A test process never touches anybody's data: tests/conftest.py removes this folder at the end.
_data_dir = tempfile.mkdtemp(prefix="retake-test-") if TESTING else env.str("STUDIO_DATA_DIR", str(BASE_DIR / "data"))
DATA_DIR = Path(_data_dir).resolve()
# Database, media and secrets are this user's alone, whatever process makes them.
os.umask(0o077)
DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
keep_private(DATA_DIR)
DEBUG = env.bool("STUDIO_DEBUG", False)
HOST = env.str("STUDIO_HOST", "127.0.0.1")
PORT = env.int("PORT", 8000)
PUBLIC_URL = env.str("STUDIO_PUBLIC_URL", "").rstrip("/")
REDIS_URL = text("REDIS_URL")
# Web and workers run as separate containers or machines: refused without Redis and PostgreSQL.
SPLIT = env.bool("STUDIO_SPLIT", False)
# Redis pub/sub knows no database numbers: studios that share a server need names of their own.
REDIS_PREFIX = env.str("STUDIO_REDIS_PREFIX", "retake")
if TESTING and REDIS_URL:
    REDIS_PREFIX = DATA_DIR.name
    REDIS_URL = urlsplit(REDIS_URL)._replace(path=f"/{int(env.str('PYTEST_XDIST_WORKER', 'gw0')[2:]) % 16}").geturl()
SECRET_KEY = text("STUDIO_SECRET_KEY") or kept_secret("secret-key")

# Unix sockets live here: the path must stay well under 108 bytes, so it is not in the data folder.
RUNTIME_DIR = Path(
    env.str("STUDIO_RUNTIME_DIR", "")
    or Path(tempfile.gettempdir()) / f"retake-{os.getuid()}-{hashlib.sha256(str(DATA_DIR).encode()).hexdigest()[:10]}"
)
# Where the warm host of the local engine listens; whoever finds nobody there starts one of its own.
ENGINE_SOCKET = RUNTIME_DIR / "engine.sock"

_public_host = urlsplit(PUBLIC_URL).hostname or ""
FURTHER_HOSTS: list[str] = env.list("STUDIO_ALLOWED_HOSTS", [])
# This machine's own names always: the supervisor and the container's health check ask by them.
_hosts = ["localhost", "127.0.0.1", "[::1]", _public_host, HOST, *FURTHER_HOSTS]
ALLOWED_HOSTS = [host for host in _hosts if host and host not in ("0.0.0.0", "::")]  # noqa: S104
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PUBLIC_URL else []
TRUST_PROXY = env.bool("STUDIO_TRUST_PROXY", False)
if TRUST_PROXY:
    ALLAUTH_TRUSTED_PROXY_COUNT = 1
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin.apps.SimpleAdminConfig",  # studio.urls finds the admin modules: workers never need them
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "channels",
    "csp",
    "django_htmx",
    "django_q",
    "template_partials",
    "studio.live",
    "studio.providers",
    "studio.providers.local",
    "studio.audit",
    "studio.accounts",
    "studio.spending",
    "studio.media",
    "studio.screening",
    "studio.threads",
    "studio.review",
    "studio.moderation",
    "studio.operations",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "studio.audit.csp.StudioPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "studio.urls"
ASGI_APPLICATION = "studio.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "studio.accounts.context.shell",
            ],
        },
    },
]

DATABASES = {"default": dj_database_url.parse(text("DATABASE_URL") or f"sqlite:///{DATA_DIR / 'studio.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Three writers and 300 writing tasks: default transactions failed 262 times, IMMEDIATE none.
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA cache_size=-8000;",
    }
    # In a file, as in use: a database in memory locks differently between threads.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

# Login throttling must hold across processes, so without Redis the cache lives in the database. With Django's usual 300
# entries whoever tries many names would push the counts of others out.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": REDIS_PREFIX,
    }
    if REDIS_URL
    else {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        # Without these an idle consumer dies after 5 s (upstream issue 422) and the pool is capped at 100.
        "CONFIG": {
            "hosts": [{"address": REDIS_URL, "socket_timeout": None, "max_connections": 1000}],
            "prefix": REDIS_PREFIX,
        },
    }
    if REDIS_URL
    else {"BACKEND": "channels.layers.InMemoryChannelLayer"}
}

_queue: dict[str, Any] = {
    "orm": "default",
    "broker_class": "studio.queue.ListeningBroker",
    "poll": 0.2,
    "bulk": 1,
    "save_limit": 20,
    "max_attempts": 1,
    "ack_failures": True,
    "catch_up": False,
    "scheduler": False,
    "daemonize_workers": False,
    "recycle": 1_000_000_000,
    "has_replica": False,
}
Q_CLUSTER: dict[str, Any] = {
    **_queue,
    "name": "default",
    "workers": 2,
    "queue_limit": 2,
    "timeout": 300,
    "retry": 1200,
    "ALT_CLUSTERS": {
        "render": {
            **_queue,
            "workers": env.int("STUDIO_RENDER_WORKERS", 1),
            "queue_limit": env.int("STUDIO_RENDER_WORKERS", 1),
            "timeout": 1800,
            "retry": 7200,
        }
    },
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = reverse_lazy("threads:library")
ACCOUNT_LOGIN_METHODS, ACCOUNT_SIGNUP_FIELDS = {"email"}, ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_LOGOUT_REDIRECT_URL = reverse_lazy("account_login")
ACCOUNT_ADAPTER = "studio.accounts.adapter.AccountAdapter"
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "reset_password": "20/m/ip,5/m/key",
    "first_code": "10/10m/key",
    "invitation": "20/m/ip",
    "share_password": "10/m/ip,30/10m/key",
    "share_name": "20/m/ip,200/10m/key",
    "share_note": "30/10m/key",
    "share_link_note": "200/10m/key",
    "share_report": "10/10m/ip,30/10m/key",
}
ACCOUNT_FORMS = {
    "login": "studio.accounts.forms.SignInForm",
    "change_password": "studio.accounts.forms.ChangePasswordForm",
    "reset_password": "studio.accounts.forms.AskResetForm",
    "reset_password_from_key": "studio.accounts.forms.NewPasswordForm",
}
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
PASSWORD_RESET_TIMEOUT = 60 * 60 * 24

EMAIL_URL = text("STUDIO_EMAIL_URL")
vars().update(dj_email_url.parse(EMAIL_URL or "consolemail://"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("STUDIO_EMAIL_FROM", "Retake <retake@localhost>")

LANGUAGE_CODE = "en"
# A language is offered once its catalogue is here, or its readers would get half a page of Django's words.
LANGUAGES = [("en", _("English"))]
TIME_ZONE = env.str("STUDIO_TIME_ZONE", "UTC")
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = DATA_DIR / "media"

BUCKET = env.str("STUDIO_S3_BUCKET", "")
STORAGES: dict[str, Any] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    if not BUCKET
    else {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": BUCKET,
            "endpoint_url": env.str("STUDIO_S3_ENDPOINT", "") or None,
            "region_name": env.str("STUDIO_S3_REGION", "") or None,
            "access_key": text("STUDIO_S3_ACCESS_KEY") or None,
            "secret_key": text("STUDIO_S3_SECRET_KEY") or None,
            "file_overwrite": False,
            "default_acl": None,
        },
    },
    "staticfiles": {"BACKEND": "studio.operations.statics.StudioStaticFilesStorage"},
}
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_USE_FINDERS = DEBUG or TESTING

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "media-src": [SELF, "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    },
}

# Limits of what comes in. The composer shows them, the browser checks them, the server decides.
UPLOAD_MAX_BYTES = env.int("STUDIO_UPLOAD_MAX_MB", 512) * 1024 * 1024
UPLOAD_MAX_SECONDS = env.int("STUDIO_UPLOAD_MAX_SECONDS", 60)
MIN_FREE_BYTES = env.int("STUDIO_MIN_FREE_MB", 1024) * 1024 * 1024
TRASH_DAYS = env.int("STUDIO_TRASH_DAYS", 30)
# Networks that pasted links may lead into although they are private, e.g. "10.1.0.0/16" of a file server.
LINK_ALLOWED_NETWORKS: list[str] = env.list("STUDIO_LINK_ALLOWED_NETWORKS", [])

# Providers: their addresses, so that a stand-in can be used, and keys that are not entered in the admin.
PROVIDER_URLS = {
    "runware": env.str("STUDIO_RUNWARE_URL", "https://api.runware.ai/v1").rstrip("/"),
    "evolink": env.str("STUDIO_EVOLINK_URL", "https://api.evolink.ai").rstrip("/"),
    "evolink_files": env.str("STUDIO_EVOLINK_FILES_URL", "https://files-api.evolink.ai").rstrip("/"),
    "google": env.str("STUDIO_GOOGLE_URL", "https://generativelanguage.googleapis.com").rstrip("/"),
}
PROVIDER_KEYS = {
    "runware": text("STUDIO_RUNWARE_KEY"),
    "evolink": text("STUDIO_EVOLINK_KEY"),
    "google": text("STUDIO_GOOGLE_KEY"),
}
# Offers a provider that spends nothing and fails on request, for training.
REHEARSAL = env.bool("STUDIO_REHEARSAL", False)
# Encrypts the keys that are entered in the admin. All nodes need the same one.
ENCRYPTION_KEY = text("STUDIO_ENCRYPTION_KEY") or kept_secret("encryption-key")
# (scheme, host:port) that may be plain http or private: the providers' own addresses and ours, nothing else.
PRIVATE_ORIGINS: set[tuple[str, str]] = set()
if env.bool("STUDIO_ALLOW_PRIVATE_PROVIDERS", False):
    PRIVATE_ORIGINS = {urlsplit(each)[:2] for each in (*PROVIDER_URLS.values(), PUBLIC_URL) if each}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_TEMP_DIR = DATA_DIR / "incoming"
FILE_UPLOAD_TEMP_DIR.mkdir(exist_ok=True)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("STUDIO_LOG_LEVEL", "INFO")},
    "loggers": {
        "httpx": {"level": "WARNING"},
        "uvicorn": {"level": "WARNING"},
        "django-q": {"level": "WARNING"},
        "django.channels.server": {"level": "WARNING"},
    },
}

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Retake", "SITE_HEADER": "Retake", "SITE_URL": "/", "THEME": "dark", "BORDER_RADIUS": "6px",
    "SITE_SUBHEADER": _("Administration"),
    "SITE_ICON": {"light": "studio.audit.backstage.brand", "dark": "studio.audit.backstage.brand"},
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "studio.audit.backstage.brand"}],
    "ENVIRONMENT": "studio.audit.backstage.environment",
    "STYLES": ["studio.audit.backstage.stylesheet"],
    "DASHBOARD_CALLBACK": "studio.threads.admin.dashboard.fill",
    "SIDEBAR": {"show_search": True, "navigation": "studio.audit.backstage.navigation"},
    # The studio's own greys and accent (static/css/tokens.css), so that both look like one house.
    "COLORS": {
        "base": {
            "50": "#f2f4f7", "100": "#e4e7ec", "200": "#c4cad4", "300": "#c4cad4", "400": "#949caa", "500": "#6e7786",
            "600": "#444b57", "700": "#343a45", "800": "#1b1e24", "900": "#0f1114", "950": "#0b0c0e",
        },
        "primary": {
            "50": "#eef3ff", "100": "#dce7ff", "200": "#bed1ff", "300": "#9dbaff", "400": "#8bafff", "500": "#7aa2ff",
            "600": "#3f6fe0", "700": "#2456d6", "800": "#1d46ae", "900": "#1a3b8a", "950": "#122655",
        },
    },
}  # fmt: skip
