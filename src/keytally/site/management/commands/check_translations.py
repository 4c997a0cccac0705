"""`check_translations`: fails when a reader of Chinese would meet an English word."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from keytally.site import translations


class Command(BaseCommand):
    """Checks the catalogues against code and templates."""

    help = "Fail on words that are missing, untranslated, doubtful, broken or left over in the Chinese catalogues."

    def handle(self, *_args: Any, **_options: Any) -> None:  # noqa: ANN401 - Django's own signature
        """Check."""
        faults = translations.faults()
        for sentence in faults:
            self.stderr.write(sentence)
        if faults:
            raise CommandError(f"{len(faults)} faults; run update_translations and translate what is empty.")
        self.stdout.write("Every word is translated.")
