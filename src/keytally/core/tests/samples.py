"""What a capability lays out for the walk of every route: things of a stranger, and the secrets in them.

Each capability has `tests/walk_samples.py` with `samples(stranger, *, now) -> Samples`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

NOBODY = ""


@dataclass(frozen=True)
class Secret:
    """A word that stands in a stranger's thing, and who of the others may read it.

    Only who has the permission, or one that serves as well, over the whole company, and has every one of the further
    permissions; nobody with NOBODY.
    """

    text: str
    permission: str
    also: tuple[str, ...] = ()
    or_by: tuple[str, ...] = ()

    def __post_init__(self):
        assert self.text.isascii()
        assert self.text.isalnum()
        assert len(self.text) > 8


@dataclass(frozen=True)
class Samples:
    """What the parameters of routes stand for, the secrets laid out, and a subject of every kind.

    `values`: by "route name:parameter", or by "namespace:parameter" for all routes of a namespace, or by
    "api/things:parameter" for all operations under /api/v1/things; several values are all visited.
    `subjects`: a number for every kind of subject, with the permission that shows it over the whole company.
    `seen_by`: routes whose own permission does not guard their thing, with the one that does.
    `things_of_all`: routes whose parameters name nothing of anybody.
    """

    values: Mapping[str, object] = field(default_factory=dict)
    secrets: Sequence[Secret] = ()
    subjects: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    seen_by: Mapping[str, str] = field(default_factory=dict)
    things_of_all: frozenset[str] = frozenset()
