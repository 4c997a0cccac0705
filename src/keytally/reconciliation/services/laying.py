"""Lay the files of a reconciliation out for a run, with the cells that people mended and the decisions they made."""

import csv
from pathlib import Path
from typing import Any

from keytally.imports import queries as imports_queries
from keytally.imports import services as imports
from keytally.reconciliation import mending, queries, understanding
from keytally.reconciliation.models import Decision, Reconciliation

SIDES = ("ours", "theirs", "store_map", "item_map")


def lay_out(found: Reconciliation) -> dict[str, Path]:
    """Lay the files out in folders, each under the path it came with; answers the folder of each side and map."""
    batches = {side: getattr(found, side) for side in SIDES}
    places = {}
    for side, batch in batches.items():
        if batch is not None:
            places[side] = queries.side_folder(found.pk, side=side)
            imports.lay_out(batch, folder=places[side])
    stated = _encodings(found)
    for (side, file), mends in queries.mends_by_file(found.pk).items():
        mending.mend_file(places[side], file=file, mends=mends, encoding=stated.get(side))
    return places


def _encodings(found: Reconciliation) -> dict[str, str | None]:
    """Read which encodings the profile states, for the sides that have one."""
    if not found.profile_text:
        return {}
    profile = understanding.from_text(found.profile_text)
    return {"ours": profile.ours.encoding, "theirs": profile.theirs.encoding}


def inputs_of(found: Reconciliation) -> dict[str, Any]:
    """Say what goes into a run: the paths and checksums of the files, and the mended cells."""
    batches = [getattr(found, side) for side in SIDES]
    files = {
        side: [{"path": file.path, "sha256": file.attachment.sha256} for file in batch]
        for side, batch in zip(SIDES, imports_queries.files_of(*batches), strict=True)
    }
    mended = queries.mends_of(found.pk).values("side", "file", "sheet", "row", "column", "value")
    return {**files, "mended": list(mended)}


def write_decisions(number: int, *, file: Path) -> int:
    """Write what people decided as the decisions file of the published formats; answers how many decisions it has."""
    decisions = list(queries.standing_decisions(number).order_by("pk"))
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(["ours_id", "theirs_id", "decision", "reason"])
        words = {Decision.Choice.ACCEPT: "accept", Decision.Choice.REFUSE: "refuse"}
        for one in decisions:
            writer.writerow([one.ours_id, one.theirs_id, words[Decision.Choice(one.choice)], one.reason])
    return len(decisions)
