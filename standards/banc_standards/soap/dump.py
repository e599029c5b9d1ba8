"""Opening what a tool wrote to disk: a bare message, a multipart body, or a whole HTTP request or answer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from banc_standards.soap.mtom import ContentType, Package, content_type, unpack

_START: Final = re.compile(rb"(?:[A-Z]{3,10} \S{1,4096} HTTP/\d(?:\.\d)?|HTTP/\d(?:\.\d)? \d{3}[^\r\n]{0,200})\r?\n")
_FIELD: Final = re.compile(rb"[!-9;-~]{1,100}:[^\r\n]*\r?\n")
_DELIMITER: Final = re.compile(rb"--([^\r\n]{1,200}?)[ \t]*\r?\n(?=[Cc]ontent-)")
_BLANK: Final = re.compile(rb"\r?\n\r?\n")
MOST_HEADER_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Dump:
    """A message as a file keeps it. ``headers`` are those of HTTP, names in lower case, empty when none were kept."""

    package: Package
    content_type: ContentType
    headers: dict[str, str]

    @property
    def by_http(self) -> bool:
        """Whether the file says how the message travelled."""
        return bool(self.headers)


def is_dump(data: bytes) -> bool:
    """Whether the first bytes are those of an HTTP message or of a multipart body, not of the message itself."""
    start = data[:MOST_HEADER_BYTES].lstrip()
    return _START.match(start) is not None or _DELIMITER.match(start) is not None


def opened(data: bytes) -> Dump:
    """The message in a file, its parts cut out.

    Raises :class:`~banc_standards.soap.read.SoapRefused` (MTOM-001 to MTOM-005) for a package that cannot be cut.
    """
    body, headers = _headers(data)
    kind = headers.get("content-type", "")
    if not kind and (found := _DELIMITER.match(body.lstrip())) is not None:
        body = body.lstrip()
        kind = f'multipart/related; boundary="{found[1].decode("latin-1")}"'
    return Dump(unpack(kind, body), content_type(kind), headers)


def _headers(data: bytes) -> tuple[bytes, dict[str, str]]:
    stripped = data.lstrip() if data[:1].isspace() else data
    start = _START.match(stripped)
    if start is None:
        return data, {}
    blank = _BLANK.search(stripped, start.end() - 2, start.end() + MOST_HEADER_BYTES)
    if blank is None:
        return b"", {}
    fields: dict[str, str] = {}
    block = re.sub(rb"\r?\n[ \t]+", b" ", stripped[start.end() : blank.start()] + b"\n")
    for line in _FIELD.findall(block):
        name, _, value = line.decode("utf-8", "replace").partition(":")
        fields.setdefault(name.strip().lower(), value.strip())
    body = stripped[blank.end() :]
    if "chunked" in fields.get("transfer-encoding", "").lower():
        body = _joined(body)
    return body, fields


def _joined(body: bytes) -> bytes:
    """The body of a chunked message (RFC 9112 §7.1), as far as its chunks can be read."""
    found, position = bytearray(), 0
    while (size := re.compile(rb"\s*([0-9A-Fa-f]{1,8})[^\r\n]{0,200}\r?\n").match(body, position)) is not None:
        length = int(size[1], 16)
        if length == 0:
            break
        found += body[size.end() : size.end() + length]
        position = size.end() + length
    return bytes(found) or body
