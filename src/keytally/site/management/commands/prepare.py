"""`prepare`: compile the catalogues and collect the files for browsers."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.test.utils import override_settings

from keytally.site import serving, translations

_MANIFEST_STORAGE = "whitenoise.storage.CompressedManifestStaticFilesStorage"


class Command(BaseCommand):
    """Prepares what the server hands out; `serve` calls it when something changed."""

    help = "Compile the translations and collect the files for browsers, named by content and compressed."
    requires_system_checks: list[str] = []  # noqa: RUF012 - Django's own attribute

    def handle(self, *_args: Any, **_options: Any) -> None:  # noqa: ANN401 - Django's own signature
        """Prepare."""
        stamp = serving.fingerprint()
        translations.compile_catalogs()
        storages = {**settings.STORAGES, "staticfiles": {"BACKEND": _MANIFEST_STORAGE}}
        # Older files stay: a server that still runs, and pages that are still open, ask for them.
        with override_settings(STORAGES=storages):
            call_command("collectstatic", interactive=False, verbosity=0)
        (Path(settings.STATIC_ROOT) / ".prepared").write_text(stamp, encoding="ascii")
