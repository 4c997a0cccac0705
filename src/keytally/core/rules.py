"""Which type of file is this, by what is inside it?"""

from enum import StrEnum

HEAD_BYTES = 8192


class FileType(StrEnum):
    """The types of file that may be kept."""

    XLSX = "xlsx"
    XLS = "xls"
    PARQUET = "parquet"
    TEXT = "text"
    XML = "xml"
    PDF = "pdf"
    PNG = "png"
    JPEG = "jpeg"


CONTENT_TYPES: dict[FileType, str] = {
    FileType.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileType.XLS: "application/vnd.ms-excel",
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
_WORKBOOK_PARTS = (b"[Content_Types].xml", b"xl/", b"_rels/", b"docProps/", b"customXml/")


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
        return FileType.XLSX if _is_workbook(head) else None
    return FileType.TEXT if _is_text(head) else None


def _is_workbook(head: bytes) -> bool:
    """Tell whether a zip begins with a part that workbooks begin with."""
    length = int.from_bytes(head[26:28], "little")
    return head[30 : 30 + length].startswith(_WORKBOOK_PARTS)


def _is_text(head: bytes) -> bool:
    """Tell whether bytes can be text of one of the encodings that people exchange."""
    if not head:
        return False
    if head.startswith(_WIDE_MARKS):
        return True
    printable = head.translate(None, delete=b"\t\n\r\f\x1a\x1b")
    return not any(byte < 0x20 for byte in printable)
