"""The text of a file, whatever a cooperative's Excel made of it: UTF-8 with or without a mark, GBK, UTF-16."""

from __future__ import annotations

import codecs

from pinfold.outside.folder.problems import Problem, error, warning

MARKS = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
ZIP_MARK = b"PK\x03\x04"
BLOCK_BYTES = 1 << 24


def as_utf8(data: bytes, file: str) -> tuple[bytes, list[Problem]]:
    """The same text in UTF-8 without a byte order mark and with \\n at line ends, and what there was to say about it.

    GBK (read as GB18030, which contains it) is accepted with a warning that shows the first non-ASCII text, so that a reader sees
    whether it came out right. What is neither is an error, and no bytes come back.
    """
    if data.startswith(ZIP_MARK):
        return b"", [error(file, "is an Excel workbook, not a CSV", "in Excel choose Save As, CSV UTF-8")]
    data = data.removeprefix(codecs.BOM_UTF8)
    notes: list[Problem] = []
    bad = None if data.isascii() else _first_bad_byte(data)
    mark = next((mark for mark in MARKS if data.startswith(mark[0])), None)
    if mark or bad is not None:
        try:
            text = data.removeprefix(mark[0]).decode(mark[1]) if mark else data.decode("gb18030")
        except UnicodeDecodeError:
            line, value = data.count(b"\n", 0, bad) + 1, f"byte 0x{data[bad or 0]:02x} at offset {bad or 0:,}"
            return b"", [error(file, "is neither UTF-8 nor GBK", "save it as CSV UTF-8", row=line, value=value)]
        codec = "UTF-16" if mark else "GBK"
        notes.append(
            warning(
                file,
                f"is written in {codec} and was read as such",
                "check that the value reads right; save as CSV UTF-8",
                value=_sample(text),
            )
        )
        data = text.encode()
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return data, notes


def _first_bad_byte(data: bytes) -> int | None:
    """Offset of the first byte that is not UTF-8, or None; in blocks, so that a large file is not held twice."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    for start in range(0, len(data), BLOCK_BYTES):
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(data[start : start + BLOCK_BYTES], final=start + BLOCK_BYTES >= len(data))
        except UnicodeDecodeError as broken:
            return start - pending + broken.start
    return None


def _sample(text: str) -> str:
    """The first run of characters outside ASCII."""
    first = next(place for place, letter in enumerate(text) if not letter.isascii())
    last = next((place for place in range(first, len(text)) if text[place].isascii()), len(text))
    return text[first:last]
