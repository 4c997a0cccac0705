"""What exactly is it that people decide? A hash of the content, so that a changed text is found out.

A capability whose things need approval says how their content is summed up:

    register_content("agreement", agreement_hash)
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from keytally.approvals.models import SUBJECT_KIND, Request
from keytally.core.queries import attachments_of
from keytally.core.subjects import Subject

Find = Callable[[int], str]

_finders: dict[str, Find] = {}


def register_content(subject_kind: str, find: Find) -> None:
    """Say how the content of a kind of subject is summed up now."""
    _finders[subject_kind] = find


def forget_content(subject_kind: str) -> None:
    """Forget a kind, as a test does afterwards."""
    _finders.pop(subject_kind, None)


def current_hash(request: Request) -> str:
    """Sum up what a request is about as it stands now; of a kind nobody registered, what was submitted stands."""
    if request.subject_kind == SUBJECT_KIND:
        return typed_hash(request, files=file_hashes(request.pk))
    find = _finders.get(request.subject_kind)
    return find(request.subject_id) if find else request.content_hash


def typed_hash(request: Request, *, files: Sequence[str]) -> str:
    """Sum up a request that a person typed, with its files."""
    return digest(
        {
            "kind": request.kind,
            "title": request.title,
            "account": request.account_name,
            "text": request.text,
            "amount_minor": request.amount_minor,
            "currency": request.currency,
            "facts": request.facts,
            "files": sorted(files),
        }
    )


def file_hashes(request_id: int) -> list[str]:
    """List the checksums of a request's files."""
    return list(attachments_of(Subject(SUBJECT_KIND, request_id)).values_list("sha256", flat=True))


def digest(content: Mapping[str, Any]) -> str:
    """Sum up plain data, the same however its keys are ordered.

    >>> digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    True
    """
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
