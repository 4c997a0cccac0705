"""How is this installation set up? Read from the environment; without any, the embedded demo on SQLite."""

import os
import secrets
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from keytally.site import log_in_settings, logs

env = environ.Env()

PACKAGE = Path(__file__).resolve().parent.parent
_checkout = PACKAGE.parent.parent
BASE_DIR = _checkout if (_checkout / "pyproject.toml").is_file() else Path.cwd()
VAR = Path(env.str("KEYTALLY_VAR", default=str(BASE_DIR / "var"))).resolve()
VAR.mkdir(parents=True, exist_ok=True)

LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]", "testserver"})
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
IS_LOOPBACK = set(ALLOWED_HOSTS) <= LOOPBACK


def _kept_secret(path: Path) -> str:
    """Read the demo's secret, made at its first start."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48), encoding="ascii")
    return path.read_text(encoding="ascii").strip()


def _secret_key() -> str:
    given: str = env.str("SECRET_KEY", default="")
    if given:
        return given
    if IS_LOOPBACK:
        return _kept_secret(VAR / "secret_key")
    message = "SECRET_KEY is not set: with ALLOWED_HOSTS beyond this machine it must be given, 50 characters long."
    raise ImproperlyConfigured(message)


SECRET_KEY = _secret_key()

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.dingtalk",
    "allauth.socialaccount.providers.feishu",
    "allauth.socialaccount.providers.openid_connect",
    "keytally.core",
    "keytally.identity",
    "keytally.jobs",
    "keytally.imports",
    "keytally.worklist",
    "keytally.people",
    "keytally.approvals",
    "keytally.accounts",
    "keytally.playbook",
    "keytally.reconciliation",
    "keytally.funnel",
    "keytally.negotiation",
    "keytally.prospecting",
    "keytally.site",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "keytally.site.middleware.reads_once",
    "keytally.site.middleware.person_settings",
    "django_htmx.middleware.HtmxMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "keytally.identity.middleware.seen",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]
if env.bool("KEYTALLY_TIMINGS", default=False):
    MIDDLEWARE.insert(0, "keytally.site.middleware.timings")

ROOT_URLCONF = "keytally.site.urls"
WSGI_APPLICATION = "keytally.site.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "keytally.site.context.shell",
            ],
            "builtins": ["keytally.core.templatetags.keytally"],
        },
    }
]


def _database() -> dict[str, Any]:
    """Read DATABASE_URL; SQLite gets the settings under which several processes may write."""
    chosen: dict[str, Any] = env.db_url("DATABASE_URL", default=f"sqlite:///{VAR / 'keytally.sqlite3'}")
    if chosen["ENGINE"] == "django.db.backends.sqlite3":
        chosen["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-32000; "
            "PRAGMA mmap_size=268435456; PRAGMA temp_store=MEMORY;",
        }
        # A file, not memory: the tests start worker processes.
        chosen["TEST"] = {"NAME": str(VAR / "test.sqlite3")}
    else:
        chosen["CONN_HEALTH_CHECKS"] = True
        # Pages ask short questions: compiling one, or starting processes to share it, takes longer than answering it.
        short = "-c jit=off -c max_parallel_workers_per_gather=0"
        chosen["OPTIONS"] = {"options": short, **chosen.get("OPTIONS", {})}
    # A thread keeps its connection: a new one would read the schema again, table by table, before it answers.
    chosen["CONN_MAX_AGE"] = 3600
    return chosen


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "log_in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "log_in"

AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "keytally.site.views.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_SENSITIVE_PARAMETERS = ["code"]
AXES_CLIENT_IP_CALLABLE = "keytally.identity.addresses.client_address"
AXES_DISABLE_ACCESS_LOG = True

ACCOUNT_ADAPTER = "keytally.identity.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_TIMEOUT = 600
MFA_ADAPTER = "keytally.identity.adapters.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "keytally"
SOCIALACCOUNT_ADAPTER = "keytally.identity.social.IdentityAdapter"
SOCIALACCOUNT_PROVIDERS = log_in_settings.social_providers(env)
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_REQUESTS_TIMEOUT = 10
LOG_IN_FORM_ORIGINS = log_in_settings.form_origins(SOCIALACCOUNT_PROVIDERS)
PASSWORD_LINK_SALT = "keytally.password_link"  # noqa: S105 - keeps signatures of one use from another; no secret
INVITATION_DAYS = env.int("INVITATION_DAYS", default=7)
API_TOKEN_DAYS_AT_MOST = env.int("API_TOKEN_DAYS_AT_MOST", default=365)

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = not (DEBUG or IS_LOOPBACK)
CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=not (DEBUG or IS_LOOPBACK))
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=0 if DEBUG or IS_LOOPBACK else 31_536_000)
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
# How the company is called on what it prints and sends.
COMPANY_NAME_ZH = env.str("COMPANY_NAME_ZH", default="")
COMPANY_NAME_EN = env.str("COMPANY_NAME_EN", default="") or COMPANY_NAME_ZH
TIME_ZONE = env.str("COMPANY_TIME_ZONE", default="Asia/Shanghai")
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = VAR / "static"
_manifest = STATIC_ROOT / "staticfiles.json"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if _manifest.is_file() and not DEBUG
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not _manifest.is_file()
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
FILES_ROOT = VAR / "files"
JOBS_ROOT = VAR / "jobs"
RECONCILIATIONS_ROOT = VAR / "reconciliations"
MEDIA_ROOT = VAR / "media"
# Not in the system's folder: what a server that was killed left there would stay; a chore sweeps this one.
FILE_UPLOAD_TEMP_DIR = VAR / "uploads"
FILE_UPLOAD_TEMP_DIR.mkdir(parents=True, exist_ok=True)
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 2_000
ATTACHMENT_MAX_BYTES = env.int("ATTACHMENT_MAX_BYTES", default=2 * 1024**3)

# Where mails point their readers; the address under which people open keytally.
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")
EMAIL_HOST = ""
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
if env.str("EMAIL_URL", default=""):
    globals().update(env.email_url("EMAIL_URL"))
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("MAIL_FROM", default="keytally <keytally@localhost>")

# All runs together take no more processors than there are, whatever is asked for, and each no more memory than this.
JOBS_AT_ONCE = env.int("KEYTALLY_JOBS", default=1)
RUN_MEMORY = env.str("KEYTALLY_RUN_MEMORY", default="4GB")
RUN_THREADS = env.int("KEYTALLY_RUN_THREADS", default=max(1, (os.cpu_count() or 1) // JOBS_AT_ONCE))
# Of the runs of a reconciliation so many keep their files, and every signed one.
RUNS_KEPT = max(1, env.int("KEYTALLY_RUNS_KEPT", default=5))

LOGGING = logs.LOGGING
