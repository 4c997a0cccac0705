"""Which type of file is this, by what is inside it?"""

from enum import StrEnum

HEAD_BYTES = 8192


class FileType(StrEnum):
    """The types of file that may be kept."""

    XLSX = "xlsx"
    XLS = "xls"
    DOCX = "docx"
    PARQUET = "parquet"
    TEXT = "text"
    XML = "xml"
    PDF = "pdf"
    PNG = "png"
    JPEG = "jpeg"


CONTENT_TYPES: dict[FileType, str] = {
    FileType.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileType.XLS: "application/vnd.ms-excel",
    FileType.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    FileType.PARQUET: "application/vnd.apache.parquet",
    FileType.TEXT: "text/plain; charset=utf-8",
    FileType.XML: "text/plain; charset=utf-8",
    FileType.PDF: "application/pdf",
    FileType.PNG: "image/png",
    FileType.JPEG: "image/jpeg",
}

_SIGNATURES: tuple[tuple[bytes, FileType], ...] = (
    (b"PAR1", FileType.PARQUET),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", FileType.XLS),
    (b"%PDF-", FileType.PDF),
    (b"\x89PNG\r\n\x1a\n", FileType.PNG),
    (b"\xff\xd8\xff", FileType.JPEG),
    (b"<?xml", FileType.XML),
    (b"\xef\xbb\xbf<?xml", FileType.XML),
)
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")
_OFFICE_PARTS = (b"[Content_Types].xml", b"xl/", b"word/", b"_rels/", b"docProps/", b"customXml/")


def file_type(head: bytes) -> FileType | None:
    """Tell the type of a file from its first bytes; its name is not asked.

    >>> file_type(b"PAR1...")
    <FileType.PARQUET: 'parquet'>
    >>> file_type(bytes([77, 90, 144, 0])) is None
    True
    """
    for signature, found in _SIGNATURES:
        if head.startswith(signature):
            return found
    if head.startswith(b"PK\x03\x04"):
        return _office_type(head)
    return FileType.TEXT if _is_text(head) else None


def _office_type(head: bytes) -> FileType | None:
    """Tell a workbook from a text document among zips that begin with a part of either."""
    length = int.from_bytes(head[26:28], "little")
    if not head[30 : 30 + length].startswith(_OFFICE_PARTS):
        return None
    return FileType.DOCX if b"word/" in head and b"xl/" not in head else FileType.XLSX


def _is_text(head: bytes) -> bool:
    """Tell whether bytes can be text of one of the encodings that people exchange."""
    if not head:
        return False
    if head.startswith(_WIDE_MARKS):
        return True
    printable = head.translate(None, delete=b"\t\n\r\f\x1a\x1b")
    return not any(byte < 0x20 for byte in printable)
