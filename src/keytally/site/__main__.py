"""`python -m keytally.site COMMAND`: Django's management with keytally's settings."""

import os
import sys


def main() -> None:
    """Run a management command; `serve` without waiting for Django in this process."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "keytally.site.settings")
    if sys.argv[1:2] == ["serve"]:
        from keytally.site.serving import main as serve

        sys.exit(serve(sys.argv[2:]))
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
