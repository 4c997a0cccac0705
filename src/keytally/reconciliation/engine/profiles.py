"""By which profile are two sides read and compared: the one a person hands in, or the one their files propose?"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from keytally.exchange.profile import Profile
from keytally.exchange.profile_toml import dump_profile, load_profile
from keytally.exchange.propose import Proposal
from keytally.exchange.propose import propose as propose_profile
from keytally.exchange.sources import SourceFile
from keytally.reconciliation.engine.messages import Refusal, Translated, one_line
from keytally.reconciliation.engine.results import Side

Files = Mapping[Side, tuple[SourceFile, ...]]


@dataclass(frozen=True, slots=True)
class Proposed:
    """A proposed profile, the file it was written to, and the reasons for it."""

    profile: Profile
    file: Path
    proposal: Proposal


def profile_for(given: Profile | Path | None, files: Files) -> tuple[Profile, tuple[Translated, ...]]:
    """Take the profile given, else the proposed one with what it says of itself; a question left open is a refusal."""
    if isinstance(given, Profile):
        return given, ()
    if given is not None:
        return load_profile(given), ()
    proposal = proposal_for(files)
    if proposal.questions:
        raise Refusal("question_open", questions=OpenQuestions(proposal.questions))
    return proposal.profile, (proposal.measure_reason, *warnings_of(proposal))


def proposal_for(files: Files) -> Proposal:
    """Propose a profile from the files of both sides."""
    return propose_profile(files[Side.OURS], files[Side.THEIRS])


def warnings_of(proposal: Proposal) -> tuple[Translated, ...]:
    """List what a person should know of a proposal."""
    return (*proposal.ours.warnings, *proposal.theirs.warnings)


def write_profile(profile: Profile, *, file: Path) -> None:
    """Write a profile as people correct and keep it."""
    file.write_text(dump_profile(profile), encoding="utf-8")


class OpenQuestions:
    """Questions that become one clause late, in the reader's language."""

    def __init__(self, questions: tuple[Translated, ...]) -> None:
        self.questions = questions

    def text(self, language: str) -> str:
        """Ask them all, without their full stops."""
        return "; ".join(one_line(question.text(language)).rstrip(".。") for question in self.questions)
