"""Fixtures that every test may ask for: the real data, a browser, and the database that DATABASE_URL names."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

ROOT = Path(__file__).parent
DATABASE_FIXTURES = {"db", "transactional_db", "django_db_setup", "django_db_reset_sequences", "live_server"}
BROWSER_FIXTURES = {"browser", "context", "page"}
BROWSER_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WHOLE = os.environ.get("CI") == "true"


def pytest_configure() -> None:
    """Spare the tests the slowness that passwords need in use, and what was collected for a server."""
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    settings.WHITENOISE_USE_FINDERS = True


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        asked = set(getattr(item, "fixturenames", ()))
        if asked & DATABASE_FIXTURES or item.get_closest_marker("django_db"):
            item.add_marker(pytest.mark.database)
        if asked & BROWSER_FIXTURES:
            item.add_marker(pytest.mark.browser)
        if "real_data" in asked:
            item.add_marker(pytest.mark.real_data)


def leave_out(reason: str) -> None:
    """Skip with the reason, except in CI, where everything has to run."""
    if WHOLE:
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def real_data() -> Path:
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the real data is not here: ../shared/data beside the project is absent")
    return folder


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """Give SQLite a file, as it has in use: servers and workers of other threads then see what was committed."""
    from django.conf import settings

    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        folder = tmp_path_factory.mktemp("database")
        database.setdefault("TEST", {})["NAME"] = str(folder / "test.sqlite3")
    yield


@pytest.fixture(scope="session")
def django_test_environment(django_test_environment: None) -> Iterator[None]:
    """Fill test databases from what was migrated before."""
    from keytally.site.tests.template import kept_migrations

    with kept_migrations():
        yield


@pytest.fixture(scope="session", autouse=True)
def compiled_translations() -> None:
    """Read what the catalogues say now, whatever was compiled before."""
    from keytally.site.translations import compile_catalogs

    compile_catalogs()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> None:
    """Let transactional tests empty the tables between them, although some rows refuse to be deleted."""
    from importlib import import_module

    from django.db.backends.base.operations import BaseDatabaseOperations

    names = ("core.migrations.0002_audit_is_append_only", "reconciliation.migrations.0003_signed_is_frozen")
    guards = [import_module(f"keytally.{name}") for name in names]
    execute = BaseDatabaseOperations.execute_sql_flush

    def flush_unguarded(self: BaseDatabaseOperations, statements: list[str]) -> None:
        with self.connection.schema_editor() as editor:
            for one in guards:
                one.unguard(None, editor)
        execute(self, statements)
        with self.connection.schema_editor() as editor:
            for one in guards:
                one.guard(None, editor)

    BaseDatabaseOperations.execute_sql_flush = flush_unguarded


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if executable is None:
        leave_out("no browser: install the Debian package chromium")
    from playwright._impl._driver import compute_driver_executable
    from playwright.sync_api import sync_playwright

    if subprocess.run([compute_driver_executable()[0], "--version"], capture_output=True, check=False).returncode:
        leave_out("the browser's driver does not start: install the Debian package libatomic1")
    # Playwright keeps an event loop in this thread, which Django would take for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=BROWSER_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def context(browser: "Browser") -> Iterator["BrowserContext"]:
    # Whoever asks for no motion gets none: nothing is waited for that only slides or scrolls smoothly.
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-US", reduced_motion="reduce")
    context.set_default_timeout(30_000)
    yield context
    context.close()


@pytest.fixture
def page(context: "BrowserContext") -> "Page":
    return context.new_page()
