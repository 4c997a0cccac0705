"""Which kinds of job are there, and what runs them?

A capability writes its handlers in `<capability>/tasks.py`:

    @task("reconcile", label=_("Reconciliation"), steps={"read": _("Reading the files")})
    def reconcile(context: JobContext) -> Mapping[str, object]: ...
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

from django.utils.functional import Promise
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

Label = Promise | str

# What can go wrong with any job, whatever its kind; a kind adds its own sentences.
COMMON_ERRORS: Mapping[str, Label] = {
    "WORKER_DIED": _(
        "The work was cut off %(attempts)s times; the machine may be short of memory: free some, then resume."
    ),
    "UNEXPECTED": _(
        "The work met a fault of the program (%(type)s); resume it, and if it fails again report job %(job_id)s."
    ),
    "UNKNOWN_KIND": _("No installed part of keytally can do work of kind %(kind)s; update the worker, then resume."),
    "DISK_FULL": _("The disk is full; free some space, then resume."),
    "OUT_OF_MEMORY": _("The machine ran out of memory; close other work or add memory, then resume."),
}


class JobContext(Protocol):
    """What a handler is given."""

    @property
    def job_id(self) -> int:
        """The job's number."""

    @property
    def parameters(self) -> Mapping[str, object]:
        """What was asked for."""

    @property
    def folder(self) -> Path:
        """A scratch folder of the job, kept over attempts."""

    def progress(
        self,
        *,
        step: str | None = None,
        number: int | None = None,
        of: int | None = None,
        done: int | None = None,
        total: int | None = None,
        part: int | None = None,
    ) -> None:
        """Say how far the work is, `part` per mille of the step; as often as one likes, written thrice a second."""

    def is_stopped(self) -> bool:
        """Tell whether someone asked to stop; the handler then returns soon."""


Handler = Callable[[JobContext], Mapping[str, object]]


class JobFailed(Exception):
    """A handler cannot go on: a code of its kind's `errors`, with the parameters of its sentence."""

    def __init__(self, code: str, **parameters: object) -> None:
        super().__init__(code, parameters)
        self.code = code
        self.parameters = parameters


class JobStopped(Exception):
    """A handler noticed a request to stop and ended early."""


class UnknownKind(Exception):
    """No capability has declared this kind of job."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of job: its handler, and its words for the reader."""

    code: str
    handler: Handler
    label: Label
    steps: Mapping[str, Label]
    errors: Mapping[str, Label]


_kinds: dict[str, Kind] = {}


def task(
    code: str,
    *,
    label: Label | None = None,
    steps: Mapping[str, Label] | None = None,
    errors: Mapping[str, Label] | None = None,
) -> Callable[[Handler], Handler]:
    """Register a handler for a kind of job."""

    def register(handler: Handler) -> Handler:
        _kinds[code] = Kind(code, handler, label or code, steps or {}, {**COMMON_ERRORS, **(errors or {})})
        return handler

    return register


def kind(code: str) -> Kind:
    """Find a kind of job, or raise `UnknownKind`."""
    found = known_kind(code)
    if found is None:
        raise UnknownKind(code)
    return found


def known_kind(code: str) -> Kind | None:
    """Find a kind of job if an installed capability declares it."""
    _load_tasks()
    return _kinds.get(code)


def load_tasks() -> None:
    """Read every capability's `tasks` module."""
    _load_tasks()


@cache
def _load_tasks() -> None:
    autodiscover_modules("tasks")
