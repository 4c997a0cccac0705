"""`compile_translations`: binary catalogues from their sources, without the gettext programs."""

from typing import Any

from django.core.management.base import BaseCommand

from keytally.site import translations


class Command(BaseCommand):
    """Compiles the catalogues that changed."""

    help = "Write the binary catalogues that Django reads, where the source is newer."
    requires_system_checks: list[str] = []  # noqa: RUF012 - Django's own attribute

    def handle(self, *_args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's own signature
        """Compile."""
        written = translations.compile_catalogs()
        if options["verbosity"]:
            self.stdout.write(f"Catalogues compiled: {written}")
