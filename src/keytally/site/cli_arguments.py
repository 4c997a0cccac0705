"""Which words may stand behind `keytally`, and what is wrong with those that stand there?"""

import argparse
import re
from collections.abc import Sequence
from typing import NoReturn

from keytally import __version__
from keytally.site.cli_texts import say

_ARGPARSE_SAYS = (
    (re.compile(r"the following arguments are required: (?P<names>.+)"), "arguments_missing"),
    (re.compile(r"unrecognized arguments: (?P<names>.+)"), "arguments_unknown"),
    (re.compile(r"argument (?P<names>\S+): expected .*"), "value_missing"),
    (
        re.compile(r"argument (?P<names>\S+): invalid choice: '?(?P<value>.*?)'? \(choose from (?P<choices>.+)\)"),
        "choice_bad",
    ),
)


class BadArguments(Exception):
    """The words behind the command cannot be understood."""


class Parser(argparse.ArgumentParser):
    """A parser that speaks the reader's language and complains in one sentence."""

    def __init__(self, *, language: str, prog: str, about: str) -> None:
        self.language = language
        super().__init__(prog=prog, description=about, add_help=False, allow_abbrev=False)
        self._optionals.title = say("running", language)

    def format_help(self) -> str:
        """Write the help with a heading in the reader's language."""
        return super().format_help().replace("usage: ", say("usage", self.language), 1)

    def error(self, message: str) -> NoReturn:
        """Complain in one sentence."""
        for shape, code in _ARGPARSE_SAYS:
            if found := shape.fullmatch(message):
                message = say(code, self.language, **found.groupdict())
                break
        raise BadArguments(say("bad_arguments", self.language, problem=message))


def command_parser(language: str) -> Parser:
    """Make the parser of `keytally` itself: it only knows its commands."""
    parser = Parser(language=language, prog="keytally", about=say("about", language))
    _add_common(parser, language)
    commands = parser.add_argument_group(say("commands", language))
    commands.add_argument("command", nargs="?", choices=("reconcile", "manage"), help=argparse.SUPPRESS)
    parser.epilog = "\n".join(
        f"  keytally {name:<10} {say(about, language)}"
        for name, about in (("reconcile", "short_reconcile"), ("manage", "short_manage"))
    )
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    return parser


def reconcile_parser(language: str) -> Parser:
    """Make the parser of `keytally reconcile`."""
    parser = Parser(language=language, prog="keytally reconcile", about=say("about_reconcile", language))
    _add_common(parser, language)
    sides = parser.add_argument_group(say("inputs", language))
    sides.add_argument("ours", metavar="OURS", help=say("help_ours", language))
    sides.add_argument("theirs", metavar="THEIRS", help=say("help_theirs", language))
    matching = parser.add_argument_group(say("matching", language))
    for option, metavar in _MATCHING:
        name = option.strip("-").replace("-", "_")
        matching.add_argument(option, metavar=metavar, help=say(f"help_{name}", language))
    for option, metavar in _RUNNING:
        name = option.strip("-").replace("-", "_")
        parser.add_argument(option, metavar=metavar, help=say(f"help_{name}", language))
    for option in ("--propose", "--json", "--no-report"):
        name = option.strip("-").replace("-", "_")
        parser.add_argument(option, action="store_true", help=say(f"help_{name}", language))
    return parser


def parsed_options(words: Sequence[str], *, language: str) -> argparse.Namespace:
    """Read the words behind `keytally reconcile`."""
    parser = reconcile_parser(language)
    options = parser.parse_args(words)
    if options.propose and (options.json or options.profile):
        other = "--json" if options.json else "--profile"
        parser.error(say("not_together", language, names=f"--propose, {other}"))
    return options


_MATCHING = (
    ("--profile", "P.toml"),
    ("--store-map", "F"),
    ("--item-map", "F"),
    ("--measure", "amount|quantity|both"),
    ("--period", "2026-07"),
    ("--tolerance", "5|0.5%"),
    ("--window", "15"),
    ("--accept", "F"),
)
_RUNNING = (("--out", "DIR"), ("--memory", "4GB"), ("--threads", "N"))


def _add_common(parser: Parser, language: str) -> None:
    parser.add_argument("-h", "--help", action="help", help=say("help_help", language))
    parser.add_argument(
        "--version", action="version", version=f"keytally {__version__}", help=say("help_version", language)
    )
    parser.add_argument("--lang", choices=("zh", "en"), help=say("help_lang", language))


def split_command(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Split the words before the command's own from those behind it."""
    for place, argument in enumerate(arguments):
        if argument in ("reconcile", "manage"):
            return list(arguments[: place + 1]), list(arguments[place + 1 :])
    return list(arguments), []
