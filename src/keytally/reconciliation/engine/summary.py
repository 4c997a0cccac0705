"""What does summary.json say? The published figures of a reconciliation, version 1."""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from keytally.reconciliation.engine.contract import ClassTotal, LineClass, Outcome
from keytally.reconciliation.engine.results import Side
from keytally.reconciliation.engine.typed import SideSummary, Summary

EXPLAINED = 0
UNEXPLAINED = 1


def summarize(outcome: Outcome, *, sides: Mapping[Side, SideSummary], seconds: float) -> Summary:
    """Put the figures of a run together; only classes that occur are named, in the order of the closed list."""
    classes = {kind: outcome.classes[kind] for kind in LineClass if kind in outcome.classes}
    occurring = {kind: total for kind, total in classes.items() if _occurs(total)}
    summary = Summary(
        sides=sides,
        links=outcome.links,
        classes=occurring,
        bridges=outcome.bridges,
        seconds=round(seconds, 3),
        exit=EXPLAINED,
    )
    return replace(summary, exit=UNEXPLAINED) if summary.open_lines or summary.rejected else summary


def as_json(summary: Summary) -> dict[str, Any]:
    """Write a summary as the object of summary.json."""
    return {
        "version": summary.version,
        "sides": {side.value: asdict(figures) for side, figures in summary.sides.items()},
        "links": summary.links,
        "classes": {kind.value: asdict(total) for kind, total in summary.classes.items()},
        "bridges": [{**asdict(bridge), "bars": [asdict(bar) for bar in bridge.bars]} for bridge in summary.bridges],
        "seconds": summary.seconds,
        "exit": summary.exit,
    }


def as_text(summary: Summary) -> str:
    """Write a summary as the text of summary.json."""
    return json.dumps(as_json(summary), ensure_ascii=False, indent=2) + "\n"


def write_summary(summary: Summary, *, file: Path) -> None:
    """Write summary.json."""
    file.write_text(as_text(summary), encoding="utf-8")


def _occurs(total: ClassTotal) -> bool:
    return bool(total.ours_lines or total.theirs_lines)
