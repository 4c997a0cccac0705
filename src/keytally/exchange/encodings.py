"""In which encoding is a text file written?"""

import codecs
from pathlib import Path

from keytally.exchange.errors import UnableToRead
from keytally.exchange.sources import SourceFile

SAMPLE_BYTES = 2**20
REPLACEMENT = "\ufffd"
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def encoding_of(source: SourceFile, *, stated: str | None) -> str:
    """Find the encoding of a text file: what the profile says, its mark, or what its first bytes can be."""
    with source.path.open("rb") as file:
        head = file.read(SAMPLE_BYTES)
    is_cut = source.path.stat().st_size > len(head)
    if stated is not None:
        return _stated(stated, head=head, source=source)
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return encoding
    if b"\0" in head:
        return _wide(head, source=source)
    return _narrow(head, is_cut=is_cut, source=source)


def _stated(stated: str, *, head: bytes, source: SourceFile) -> str:
    try:
        name = codecs.lookup(stated).name
        head.decode(name, "replace")
    except (LookupError, UnicodeError, AttributeError) as error:
        raise UnableToRead("unknown_encoding", encoding=stated) from error
    if b"\0" in head and not name.startswith(("utf-16", "utf-32")):
        raise UnableToRead("nul_bytes", file=source.name, offset=head.index(b"\0"))
    return "utf-8-sig" if name == "utf-8" else name


def _wide(head: bytes, *, source: SourceFile) -> str:
    """Text in UTF-16 without a mark has its zero bytes on one side only."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    for encoding, this, other in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if this * 5 > len(head) // 2 and not other and _decodes(head[: len(head) // 2 * 2], encoding):
            return encoding
    raise UnableToRead("nul_bytes", file=source.name, offset=head.index(b"\0"))


def _narrow(head: bytes, *, is_cut: bool, source: SourceFile) -> str:
    for encoding in ("utf-8", "gb18030"):
        if _decodes(head, encoding, is_cut=is_cut):
            return encoding
    text = head.decode("utf-8", "replace")
    multibyte = sum(character > "\x7f" for character in text) - text.count(REPLACEMENT)
    if text.count(REPLACEMENT) * 10 < multibyte:
        return "utf-8"
    raise UnableToRead("wrong_encoding", file=source.name, encoding="UTF-8 / GB18030", offset=_first_fault(head))


def _decodes(head: bytes, encoding: str, *, is_cut: bool = True) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        decoder.decode(head, final=not is_cut)
    except UnicodeError:
        return False
    return True


def _first_fault(head: bytes) -> int:
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    return 0


def whole_encoding(path: Path) -> str:
    """Decide by every byte between UTF-8 and GB18030 for a file whose first part was in plain ASCII."""
    decoders = {name: codecs.getincrementaldecoder(name)() for name in ("utf-8", "gb18030")}
    with path.open("rb") as file:
        while block := file.read(8 * SAMPLE_BYTES):
            for name in list(decoders):
                try:
                    decoders[name].decode(block)
                except UnicodeError:
                    del decoders[name]
            if not decoders:
                break
    return next(iter(decoders), "utf-8")


def transcode(path: Path, *, encoding: str, to: Path) -> None:
    """Write the text again in UTF-8; what cannot be decoded becomes U+FFFD, so that its row is rejected."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    with path.open("rb") as file, to.open("wb") as out:
        while block := file.read(8 * SAMPLE_BYTES):
            out.write(decoder.decode(block).encode("utf-8", "replace"))
        out.write(decoder.decode(b"", final=True).encode("utf-8", "replace"))
