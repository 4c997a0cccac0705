"""How does a result read in a terminal? Aligned, in the reader's language, with the bridge exact to the minor unit."""

from collections.abc import Iterator

from keytally.exchange.propose import SideProposal
from keytally.kernel.money import Money
from keytally.reconciliation.engine.contract import Bridge, Progress
from keytally.reconciliation.engine.profiles import Proposed, warnings_of
from keytally.reconciliation.engine.reading import READING
from keytally.reconciliation.engine.reconcile import WRITING_REPORT
from keytally.reconciliation.engine.results import Side
from keytally.reconciliation.engine.typed import Reconciliation, Summary
from keytally.reconciliation.engine.words import class_name, said, word
from keytally.site.cli_table import aligned
from keytally.site.cli_texts import say


def result_lines(done: Reconciliation, *, language: str) -> list[str]:
    """Write the summary, the classes and a bridge per currency."""
    summary = done.summary
    lines = [*_sides(summary, language), "", *_classes(summary, language)]
    for bridge in summary.bridges:
        lines += ["", *_bridge(bridge, language)]
    lines += ["", _conclusion(summary, language)]
    names = ", ".join(done.files)
    return [*lines, say("result_in", language, folder=done.folder, names=names)]


def notes(done: Reconciliation, *, language: str) -> Iterator[str]:
    """Say what a person should know although the run went through."""
    yield from (note.text(language) for note in done.notes)
    if done.decisions_unused:
        yield said("decisions_unused", language=language, count=done.decisions_unused)


def progress_text(progress: Progress, *, language: str) -> str:
    """Say on one line how far the run is."""
    for side, step in READING.items():
        if progress.step == step:
            place = {"number": f"{progress.number:,}", "files": f"{progress.steps:,}"}
            return say("reading", language, side=word(side, language=language), rows=f"{progress.lines:,}", **place)
    if progress.step == WRITING_REPORT:
        return say("writing", language, name="report.xlsx")
    return say(
        "step",
        language,
        number=progress.number,
        steps=progress.steps,
        step=progress.step,
        matched=f"{progress.matched_lines:,}",
        lines=f"{progress.lines:,}",
    )


def proposal_lines(proposed: Proposed, *, ours: str, theirs: str, language: str) -> list[str]:
    """Explain a proposed profile: every column, how sure it is and why, and what only a person can answer."""
    proposal = proposed.proposal
    lines = []
    for side, found in ((Side.OURS, proposal.ours), (Side.THEIRS, proposal.theirs)):
        lines += [*_columns(side, found, language), ""]
    lines.append(
        f"{word('measure', language=language)} {proposed.profile.match.measure}: "
        + proposal.measure_reason.text(language)
    )
    lines += [say("note", language, text=note.text(language)) for note in warnings_of(proposal)]
    lines += [say("question", language, text=question.text(language)) for question in proposal.questions]
    lines.append(say("profile_in", language, file=proposed.file))
    return [*lines, say("next", language, ours=ours, theirs=theirs, file=proposed.file)]


def _columns(side: Side, found: SideProposal, language: str) -> list[str]:
    place = f"{found.file} [{found.sheet}]" if found.sheet else found.file
    head = [word(code, language=language) for code in (side, "header", "confidence", "why")]
    rows = [[one.column, one.header, f"{one.confidence} %", one.text(language)] for one in found.columns]
    unused = word("unused", language=language)
    rest = [f"{unused}: {', '.join(found.unused_headers)}"] if found.unused_headers else []
    row = word("header_row", language=language)
    return [f"{place}, {row} {found.header_row}", *aligned([head, *rows], left=4), *rest]


def _sides(summary: Summary, language: str) -> list[str]:
    head = ["", *(word(code, language=language) for code in ("files", "read", "accepted", "rejected", "totals"))]
    rows = [
        [
            word(side, language=language),
            *(
                f"{count:,}"
                for count in (figures.files, figures.read, figures.accepted, figures.rejected, figures.totals)
            ),
        ]
        for side, figures in summary.sides.items()
    ]
    return [*aligned([head, *rows], left=1), f"{word('links', language=language)}: {summary.links:,}"]


def _classes(summary: Summary, language: str) -> list[str]:
    head = [word("class", language=language), "", *(word(code, language=language) for code in ("ours", "theirs"))]
    rows = [
        [kind.value, class_name(kind, language=language), f"{total.ours_lines:,}", f"{total.theirs_lines:,}"]
        for kind, total in summary.classes.items()
    ]
    return aligned([head, *rows], left=2)


def _bridge(bridge: Bridge, language: str) -> list[str]:
    def amount(minor: int) -> str:
        return f"{Money(minor, bridge.currency).major:,f}"

    rows = [[f"{word('bridge', language=language)} {bridge.currency}", "", ""]]
    rows.append(["", word("ours_balance", language=language), amount(bridge.opening_minor + bridge.ours_minor)])
    less = word("less", language=language)
    for bar in bridge.bars:
        rows.append([f"{less} {bar.cause}", class_name(bar.cause, language=language), amount(bar.amount_minor)])
    rows.append(["", word("theirs_balance", language=language), amount(bridge.opening_minor + bridge.theirs_minor)])
    if bridge.opening_minor:
        rows.append(["", word("opening", language=language), amount(bridge.opening_minor)])
    return aligned(rows, left=2)


def _conclusion(summary: Summary, language: str) -> str:
    if summary.exit == 0:
        return said("explained", language=language)
    return said("unexplained", language=language, lines=f"{summary.open_lines:,}", rejected=f"{summary.rejected:,}")
