"""What a person drops on the page of a new reconciliation."""

import json
from collections.abc import Mapping, Sequence

from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from keytally.imports.services import Upload
from keytally.reconciliation.services import NewReconciliation


class NewForm:
    """The files of both sides, as plain inputs or a drop zone sent them."""

    def __init__(self, data: Mapping[str, str], files: "MultiValueDict[str, UploadedFile[bytes]]") -> None:
        self._data = data
        self._files = files

    def is_valid(self) -> bool:
        """Tell whether both sides have a file."""
        return not self.sentences()

    def sentences(self) -> list[str]:
        """Say what is missing."""
        wanted = {
            "ours": _("Our side has no file yet; choose at least one."),
            "theirs": _("Their side has no file yet; choose at least one."),
        }
        return [sentence for side, sentence in wanted.items() if not self._files.getlist(side)]

    def wanted(self) -> NewReconciliation:
        """Give what is to be opened."""
        return NewReconciliation(
            name=self._data.get("name", "").strip()[:120].replace("\x00", ""),
            ours=self._uploads("ours"),
            theirs=self._uploads("theirs"),
            store_map=self._uploads("store_map")[:1],
            item_map=self._uploads("item_map")[:1],
        )

    def _uploads(self, field: str) -> list[Upload]:
        files = self._files.getlist(field)
        names = [file.name or "file" for file in files]
        paths = self._paths(field)
        return [
            Upload(path, file.chunks())
            for file, path in zip(files, paths if _same_names(paths, names) else names, strict=True)
        ]

    def _paths(self, field: str) -> list[str]:
        """Read the paths that the drop zone noted, as browsers send names without folders."""
        try:
            paths = json.loads(self._data.get(f"{field}_paths", "") or "[]")
        except ValueError:
            return []
        return [path for path in paths if isinstance(path, str)] if isinstance(paths, list) else []


def _same_names(paths: Sequence[str], names: Sequence[str]) -> bool:
    return len(paths) == len(names) and all(
        path.rpartition("/")[2] == name for path, name in zip(paths, names, strict=True)
    )
