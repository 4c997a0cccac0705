"""`update_translations`: bring the catalogues up to what code and templates ask for."""

from typing import Any

from django.core.management.base import BaseCommand

from keytally.site import translations


class Command(BaseCommand):
    """Adds new words to the catalogues and drops those that are gone."""

    help = "Add new words to the Chinese catalogues (of the apps named, or all) and drop those that are gone."

    def add_arguments(self, parser: Any) -> None:  # noqa: ANN401 - argparse's parser
        """Take the apps."""
        parser.add_argument("apps", nargs="*", help="app names, such as jobs")

    def handle(self, *_args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's own signature
        """Update."""
        for folder in translations.app_folders():
            if not options["apps"] or folder.name in options["apps"]:
                waiting = translations.update_catalog(folder)
                self.stdout.write(f"{folder.name}: {waiting} words wait for a translation")
