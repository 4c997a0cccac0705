"""What does `keytally` do? `reconcile` tallies two files with no server; `manage` runs the server's commands.

Nothing heavy is imported before the first words stand on the screen.
"""

import os
import sys
from collections.abc import Sequence

from keytally.site.cli_arguments import BadArguments, command_parser, split_command
from keytally.site.cli_texts import language_of, say

UNABLE = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    language = language_of(words)
    _let_every_character_through()
    before, behind = split_command(words)
    try:
        chosen = command_parser(language).parse_args(before)
        if chosen.command == "reconcile":
            from keytally.site.cli_reconcile import reconcile_command

            return reconcile_command(behind, language=language)
        if chosen.command == "manage":
            return _manage(behind)
    except BadArguments as error:
        sys.stderr.write(say("failed", language, why=error) + "\n")
        return UNABLE
    command_parser(language).print_help()
    return 0


def _manage(words: list[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "keytally.site.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(["keytally manage", *words])
    return 0


def _let_every_character_through() -> None:
    # A file name or code that the terminal cannot show must not end a run.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


if __name__ == "__main__":
    sys.exit(main())
