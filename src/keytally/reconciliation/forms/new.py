"""What a person drops on the page of a new reconciliation."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from keytally.imports.services import Upload
from keytally.reconciliation.services import NewReconciliation

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from keytally.accounts.models import AccountNode

_MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")


class NewForm:
    """The files of both sides, as plain inputs or a drop zone sent them."""

    def __init__(
        self,
        data: Mapping[str, str],
        files: "MultiValueDict[str, UploadedFile[bytes]]",
        *,
        accounts: "QuerySet[AccountNode] | None" = None,
    ) -> None:
        self._data = data
        self._files = files
        self._accounts = accounts

    def is_valid(self) -> bool:
        """Tell whether both sides have a file."""
        return not self.sentences()

    def sentences(self) -> list[str]:
        """Say what is missing."""
        wanted = {
            "ours": _("Our side has no file yet; choose at least one."),
            "theirs": _("Their side has no file yet; choose at least one."),
        }
        missing = [sentence for side, sentence in wanted.items() if not self._files.getlist(side)]
        return [*missing, *self._wrong()]

    def _wrong(self) -> list[str]:
        account, month, deadline = (self._typed(name) for name in ("account", "month", "deadline"))
        checks = (
            (bool(account) and self._account() is None, _("Choose an account from the list.")),
            (bool(month) and not _MONTH.fullmatch(month), _("The month is written like 2026-07.")),
            (bool(deadline) and _day(deadline) is None, _("The deadline is a day like 2026-08-10.")),
        )
        return [sentence for is_wrong, sentence in checks if is_wrong]

    def _typed(self, name: str) -> str:
        return self._data.get(name, "").strip()[:200]

    def _account(self) -> int | None:
        """Find the account by the code that its choice ends with."""
        code = self._typed("account").rpartition("(")[2].rstrip(")").strip()
        if self._accounts is None or not code:
            return None
        return self._accounts.filter(code=code).values_list("pk", flat=True).first()

    def wanted(self) -> NewReconciliation:
        """Give what is to be opened."""
        return NewReconciliation(
            name=self._data.get("name", "").strip()[:120].replace("\x00", ""),
            ours=self._uploads("ours"),
            theirs=self._uploads("theirs"),
            store_map=self._uploads("store_map")[:1],
            item_map=self._uploads("item_map")[:1],
            account_id=self._account(),
            month=self._typed("month"),
            deadline=_day(self._typed("deadline")),
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


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _same_names(paths: Sequence[str], names: Sequence[str]) -> bool:
    return len(paths) == len(names) and all(
        path.rpartition("/")[2] == name for path, name in zip(paths, names, strict=True)
    )
