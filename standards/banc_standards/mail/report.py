"""What DSN and MDN share: a ``multipart/report`` (RFC 6522) with field groups, written and read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from email.header import Header
from email.utils import format_datetime
from typing import Final

from banc_standards.mail.build import boundary
from banc_standards.mail.mime import Headers, Mime, Part

Group = Sequence[tuple[str, str]]
MAX_FIELDS: Final = 65_536
"""Octets of a machine-readable part that are read."""
_FOLD: Final = "\r\n "
_MAX_LINE: Final = 900
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f]+")


def written(
    *,
    kind: str,
    headers: Group,
    date: datetime,
    message_id: str,
    text: str,
    groups: Sequence[Group],
    original: bytes,
    original_type: str = "message/rfc822",
) -> bytes:
    """A report: human text, machine fields, original; ``kind`` is ``disposition-notification`` or ``delivery-status``.

    Header values must be ASCII: :func:`encoded` makes them so.
    """
    mark = boundary(message_id, 1)
    head = [("Date", format_datetime(date)), *headers, ("Message-ID", message_id), ("MIME-Version", "1.0")]
    fields = b"\r\n".join(b"".join(_line(name, value) for name, value in group) for group in groups)
    eight = not original.isascii()
    parts = (
        (b"text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit", _crlf(text.encode())),
        (f"message/{kind}".encode(), fields),
        (original_type.encode() + (b"\r\nContent-Transfer-Encoding: 8bit" if eight else b""), original),
    )
    out = b"".join(_line(name, value) for name, value in head)
    out += f'Content-Type: multipart/report; report-type={kind};\r\n boundary="{mark}"\r\n\r\n'.encode()
    for media_type, content in parts:
        out += f"--{mark}\r\n".encode() + b"Content-Type: " + media_type + b"\r\n\r\n" + content + b"\r\n"
    return out + f"--{mark}--\r\n".encode()


def groups(part: Part) -> tuple[Headers, ...]:
    """The field groups of a machine-readable part, parted by blank lines."""
    text = part.content[:MAX_FIELDS].decode("utf-8", "replace").replace("\r\n", "\n")
    return tuple(headers for block in re.split(r"\n[ \t]*\n", text) if (headers := fields(block)).fields)


def fields(block: str) -> Headers:
    """The fields of one group, continuation lines joined."""
    found: list[tuple[str, list[str]]] = []
    for line in block.splitlines():
        name, colon, value = line.partition(":")
        if line[:1] in (" ", "\t") and found:
            found[-1][1].append(line.strip())
        elif colon and name and not name.strip().count(" "):
            found.append((name.strip(), [value.strip()]))
    return Headers(tuple((name, " ".join(lines)) for name, lines in found))


def of_type(message: Mime, media_type: str) -> Part | None:
    """The first part of a media type."""
    return next((part for part in message.parts if part.media_type == media_type), None)


def address(value: str | None) -> str:
    """The address of a typed field, ``rfc822; x@y`` (RFC 3464 §2.1.2)."""
    kind, separator, rest = (value or "").partition(";")
    return (rest if separator else kind).strip().strip("<>")


def encoded(text: str) -> str:
    """A text that people read as the value of a header, on one line, folded into encoded words when it needs them."""
    line = " ".join(_CONTROLS.sub(" ", text).split())[:_MAX_LINE]
    return line if line.isascii() else Header(line, "utf-8", header_name="Subject").encode(linesep="\r\n")


def _line(name: str, value: str) -> bytes:
    """A field; whatever the value, it ends no line but by a fold and holds no other field."""
    lines = [_CONTROLS.sub(" ", line).encode("utf-8", "replace")[:_MAX_LINE] for line in value.split(_FOLD)]
    return b"%b: %b\r\n" % (name.encode(), _FOLD.encode().join(lines))


def _crlf(text: bytes) -> bytes:
    return b"\r\n".join(text.replace(b"\r\n", b"\n").split(b"\n"))
