"""Are the files for browsers collected, named by their content, and compressed?"""

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.test.utils import override_settings

_MANIFEST_STORAGE = "whitenoise.storage.CompressedManifestStaticFilesStorage"


def collect() -> bool:
    """Collect the files anew if any of them changed; answers whether it did."""
    sum_now = _checksum()
    kept = Path(settings.STATIC_ROOT) / ".checksum"
    if kept.is_file() and kept.read_text(encoding="ascii") == sum_now:
        return False
    storages = {**settings.STORAGES, "staticfiles": {"BACKEND": _MANIFEST_STORAGE}}
    with override_settings(STORAGES=storages):
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    kept.write_text(sum_now, encoding="ascii")
    return True


def _checksum() -> str:
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in sorted(finder.list([]), key=lambda found: found[0]):
            digest.update(path.encode())
            with storage.open(path) as file:
                digest.update(file.read())
    return digest.hexdigest()
