"""Which tables are in a file, whatever its name says it is?"""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from keytally.exchange.errors import UnableToRead, Warning_
from keytally.exchange.limits import Limits
from keytally.exchange.parquet_files import parquet_table
from keytally.exchange.profile import SideProfile
from keytally.exchange.sources import SourceFile
from keytally.exchange.tables import Table
from keytally.exchange.text_files import text_table
from keytally.exchange.workbooks import workbook_tables

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_MARKUP = ((b"<!doctype html", "html_inside"), (b"<html", "html_inside"), (b"<table", "html_inside"))
_BINARY = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"ARROW1")
_UNREAD_PARTS = ("mimetype", "word/document.xml", "ppt/presentation.xml")
_KEPT_BYTES = 256 * 2**20
_Opened = tuple[list[Table], list[Warning_]]
_Kept = dict[tuple[Path, int, int], _Opened]
_KEPT: ContextVar[_Kept | None] = ContextVar("kept_workbooks", default=None)


@contextmanager
def keeping_workbooks() -> Iterator[None]:
    """Keep the workbooks that a proposal opens until they are read by its profile, so that none is unpacked twice."""
    token = _KEPT.set({})
    try:
        yield
    finally:
        _KEPT.reset(token)


def tables_in(source: SourceFile, profile: SideProfile | None, *, limits: Limits) -> tuple[list[Table], list[Warning_]]:
    """Open the tables of a file by what is in it, none of an empty one; refuse what cannot be read."""
    head, size = _looked(source, limits=limits)
    if not size:
        return [], []
    if head.startswith(b"PAR1"):
        return [parquet_table(source, limits=limits)], []
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", _OLE)):
        return _workbook(source, head, size=size, is_read=profile is not None, limits=limits)
    _refuse_others(source, head)
    encoding, delimiter = (profile.encoding, profile.delimiter) if profile else (None, None)
    text = text_table(source, encoding=encoding, delimiter=delimiter, limits=limits)
    return [] if text is None else [text], []


def _workbook(source: SourceFile, head: bytes, *, size: int, is_read: bool, limits: Limits) -> _Opened:
    kept = _KEPT.get()
    key = (source.path.resolve(), size, source.path.stat().st_mtime_ns)
    if kept is not None and is_read and (found := kept.pop(key, None)) is not None:
        return found
    if head.startswith(_OLE):
        _check_old_workbook(source, size=size, limits=limits)
    else:
        _check_package(source, limits=limits)
    opened = workbook_tables(source, limits=limits)
    if kept is not None and not is_read and size + sum(bytes_ for _, bytes_, _ in kept) <= _KEPT_BYTES:
        kept[key] = opened
    return opened


def _looked(source: SourceFile, *, limits: Limits) -> tuple[bytes, int]:
    try:
        size = source.path.stat().st_size
        with source.path.open("rb") as file:
            head = file.read(4096)
    except OSError as error:
        raise UnableToRead("not_readable", path=source.name, why=error.strerror or "") from error
    if size > limits.max_bytes:
        raise UnableToRead("too_many_bytes", file=source.name, count=size, limit=limits.max_bytes)
    return head, size


def _check_package(source: SourceFile, *, limits: Limits) -> None:
    """Look at a workbook's directory before anything is unpacked: is it one, and how large does it become?"""
    try:
        with zipfile.ZipFile(source.path) as package:
            entries = package.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise UnableToRead("damaged", file=source.name) from error
    names = {entry.filename.replace("\\", "/").lower() for entry in entries}
    if not any(name.startswith("xl/") for name in names):
        raise UnableToRead("unsupported", file=source.name)
    if any(entry.flag_bits & 1 for entry in entries):
        raise UnableToRead("encrypted", file=source.name)
    _check_expansion(source, entries, limits=limits)


def _check_expansion(source: SourceFile, entries: list[zipfile.ZipInfo], *, limits: Limits) -> None:
    """Refuse what unpacks to too much; sizes that lie are found by unpacking with a bound."""
    packed = source.path.stat().st_size
    allowed = min(limits.max_expanded_bytes, max(packed * limits.max_expansion_ratio, 64 * 2**20))
    stated = sum(entry.file_size for entry in entries)
    if stated > allowed or packed > limits.max_workbook_bytes:
        raise UnableToRead("expands_too_much", file=source.name, count=max(stated, packed), limit=allowed)
    if sum(entry.compress_size for entry in entries) > packed:
        raise UnableToRead("damaged", file=source.name)
    _unpack_bounded(source, entries, allowed=allowed)


def _unpack_bounded(source: SourceFile, entries: list[zipfile.ZipInfo], *, allowed: int) -> None:
    left = allowed
    try:
        with zipfile.ZipFile(source.path) as package:
            for entry in entries:
                with package.open(entry) as stream:
                    while block := stream.read(2**20):
                        left -= len(block)
                        if left < 0:
                            raise UnableToRead(
                                "expands_too_much", file=source.name, count=allowed - left, limit=allowed
                            )
    except (
        zipfile.BadZipFile,
        zlib.error,
        OSError,
        EOFError,
        ValueError,
        NotImplementedError,
        RuntimeError,
    ) as error:
        raise UnableToRead("damaged", file=source.name) from error


def _check_old_workbook(source: SourceFile, *, size: int, limits: Limits) -> None:
    if size > limits.max_workbook_bytes:
        raise UnableToRead("too_many_bytes", file=source.name, count=size, limit=limits.max_workbook_bytes)
    if _contains(source.path, _ENCRYPTED):
        raise UnableToRead("encrypted", file=source.name)


def _contains(path: Path, needle: bytes) -> bool:
    tail = b""
    with path.open("rb") as file:
        while block := file.read(2**20):
            if needle in tail + block:
                return True
            tail = block[-len(needle) :]
    return False


def _refuse_others(source: SourceFile, head: bytes) -> None:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for mark, code in _MARKUP:
        if start.startswith(mark) or (start.startswith(b"<") and mark in start):
            raise UnableToRead(code, file=source.name)
    if start.startswith((b"<?xml", b"<!", b"<")):
        raise UnableToRead("xml_inside", file=source.name)
    if head.startswith(_BINARY) or source.path.suffix.lower() == ".parquet":
        raise UnableToRead("damaged" if source.path.suffix.lower() == ".parquet" else "unsupported", file=source.name)
