"""What can a reader say went wrong, or is worth knowing, in the language of whoever reads it?"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from keytally.exchange.texts import text_of


@dataclass(frozen=True, slots=True)
class Sentence:
    """A code with parameters that becomes one sentence late, in the reader's language."""

    code: str
    params: Mapping[str, object] = field(default_factory=dict)

    def text(self, language: str = "en") -> str:
        """Say the sentence in English (`en`) or Chinese (`zh`)."""
        return text_of(self.code, language=language).format_map(dict(self.params))

    def __str__(self) -> str:
        return self.text("en")


class Question(Sentence):
    """Something that only a person can decide."""

    __slots__ = ()


class Warning_(Sentence):  # noqa: N801 - the plain name would hide the builtin
    """Something a person should know although the reading went on."""

    __slots__ = ()


class UnableToRead(Exception):
    """A file, folder or profile cannot be read; the message is one sentence: what, where, what to do."""

    def __init__(self, code: str, /, **params: object) -> None:
        self.code = code
        self.params = params
        super().__init__(self.text("en"))

    def text(self, language: str = "en") -> str:
        """Say the sentence in English (`en`) or Chinese (`zh`)."""
        return text_of(self.code, language=language).format_map(self.params)

    def __reduce__(self) -> tuple[object, ...]:
        return _restore, (type(self), self.code, self.params)


class ReadingStopped(UnableToRead):
    """Somebody stopped the reading."""

    def __init__(self, code: str = "stopped", /, **params: object) -> None:
        super().__init__(code, **params)


def _restore(kind: type[UnableToRead], code: str, params: dict[str, object]) -> UnableToRead:
    return kind(code, **params)
