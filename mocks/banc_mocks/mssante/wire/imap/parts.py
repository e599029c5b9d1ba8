"""A message as IMAP looks at it: its octets cut into parts, ENVELOPE, BODYSTRUCTURE, sections (RFC 3501 §7.4.2)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from banc_mocks.mssante.wire.imap import writing
from banc_standards.mail.addresses import listed

HEAVY: Final = 262_144
"""Octets beyond which a message is read on another thread, so that the loop breathes."""
MAX_DEPTH: Final = 10
MAX_PARTS: Final = 200
MAX_HEADER: Final = 262_144
"""Octets of a header block in which fields are looked for."""
MAX_PARAMETERS: Final = 100
_MAX_ADDRESSES: Final = 16 * 1024
_BLANK: Final = re.compile(rb"\r?\n\r?\n|\A\r?\n")
_FIELD: Final = re.compile(rb"(?m)^([!-9;-~]{1,200})[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*\n?)")
_PARAMETER: Final = re.compile(rb";\s*([!#$&'*+\-.^_`{|}~0-9A-Za-z]+)\s*=\s*(\"(?:[^\"\\]|\\.)*\"|[^;\s\"]*)")


@dataclass(frozen=True)
class Node:
    """A part, or the whole message: ``header`` with the blank line that ends it, ``body`` as transferred."""

    header: bytes
    body: bytes
    kind: bytes
    subtype: bytes
    children: tuple[Node, ...] = ()
    message: Node | None = None

    @property
    def raw(self) -> bytes:
        """Header and body."""
        return self.header + self.body

    @cached_property
    def fields(self) -> dict[bytes, bytes]:
        """The first value of each header, unfolded, by its name in lower case."""
        found: dict[bytes, bytes] = {}
        for match in _FIELD.finditer(self.header, 0, MAX_HEADER):
            found.setdefault(match[1].lower(), re.sub(rb"\r?\n", b"", match[2]).strip())
        return found

    def named(self, names: Sequence[bytes], *, others: bool = False) -> bytes:
        """The header lines of these names, or those of every other name, and the blank line."""
        wanted = {name.lower() for name in names}
        kept = [
            match[0]
            for match in _FIELD.finditer(self.header, 0, MAX_HEADER)
            if (match[1].lower() in wanted) is not others
        ]
        return b"".join(kept) + b"\r\n"

    def find(self, path: Sequence[int]) -> Node | None:
        """The part at a path; the only part of a message without parts is 1."""
        node: Node = self
        for depth, number in enumerate(path):
            inside = node.message or node
            if inside.children:
                if not 0 < number <= len(inside.children):
                    return None
                node = inside.children[number - 1]
            elif number == 1 and (node.message is not None or depth == 0):
                node = inside
            else:
                return None
        return node


def cut(data: bytes) -> Node:
    """Cuts a message; what is nested beyond bounds stays whole."""
    return _Cutter().node(data, 0, (b"TEXT", b"PLAIN"))


class _Cutter:
    def __init__(self) -> None:
        self.seen = 0

    def node(self, data: bytes, depth: int, default: tuple[bytes, bytes]) -> Node:
        self.seen += 1
        blank = _BLANK.search(data)
        end = blank.end() if blank else len(data)
        header, body = data[:end], data[end:]
        kind, subtype = default
        given = _first(header, b"content-type")
        main = re.match(rb"\s*([!#$&'*+\-.^_`{|}~0-9A-Za-z]+)\s*/\s*([!#$&'*+\-.^_`{|}~0-9A-Za-z]+)", given)
        if main is not None:
            kind, subtype = main[1].upper(), main[2].upper()
        children: tuple[Node, ...] = ()
        message = None
        if depth < MAX_DEPTH and kind == b"MULTIPART":
            inner = (b"MESSAGE", b"RFC822") if subtype == b"DIGEST" else (b"TEXT", b"PLAIN")
            boundary = dict(parameters(given)).get(b"BOUNDARY", b"")
            children = tuple(self.node(piece, depth + 1, inner) for piece in self._pieces(body, boundary))
        elif depth < MAX_DEPTH and (kind, subtype) == (b"MESSAGE", b"RFC822"):
            message = self.node(body, depth + 1, (b"TEXT", b"PLAIN"))
        return Node(header, body, kind, subtype, children, message)

    def _pieces(self, body: bytes, boundary: bytes) -> Iterator[bytes]:
        if not 0 < len(boundary) <= 70:
            return
        begin: int | None = None
        for mark in re.finditer(rb"(?:\A|\r?\n)--" + re.escape(boundary) + rb"(--)?[ \t]*(?=\r?\n|\Z)", body):
            if begin is not None and self.seen < MAX_PARTS:
                yield body[begin : max(begin, mark.start())]
            if mark[1] or self.seen >= MAX_PARTS:
                return
            begin = body.find(b"\n", mark.end()) + 1 or len(body)  # that line end may begin the next delimiter
        if begin is not None and self.seen < MAX_PARTS:
            yield body[begin:]


def _first(header: bytes, name: bytes) -> bytes:
    for match in _FIELD.finditer(header, 0, MAX_HEADER):
        if match[1].lower() == name:
            return re.sub(rb"\r?\n", b"", match[2]).strip()
    return b""


def parameters(value: bytes) -> list[tuple[bytes, bytes]]:
    """The parameters of a structured header as written, names in capitals."""
    found = []
    for match in _PARAMETER.finditer(value):
        text = match[2]
        if text.startswith(b'"'):
            text = re.sub(rb"\\(.)", rb"\1", text[1:-1])
        found.append((match[1].upper(), text))
        if len(found) == MAX_PARAMETERS:
            break
    return found


# -- ENVELOPE ----------------------------------------------------------------------------------------------------------


def envelope(node: Node) -> bytes:
    """The ENVELOPE of a message."""
    fields = node.fields
    senders = _addresses(fields.get(b"from"))
    return writing.many(
        (
            writing.string(fields.get(b"date")),
            writing.string(fields.get(b"subject")),
            senders,
            _addresses(fields.get(b"sender")) if b"sender" in fields else senders,
            _addresses(fields.get(b"reply-to")) if b"reply-to" in fields else senders,
            _addresses(fields.get(b"to")),
            _addresses(fields.get(b"cc")),
            _addresses(fields.get(b"bcc")),
            writing.string(fields.get(b"in-reply-to")),
            writing.string(fields.get(b"message-id")),
        )
    )


def _addresses(value: bytes | None) -> bytes:
    if not value:
        return writing.NIL
    found = []
    for label, address in listed([value[:_MAX_ADDRESSES].decode("utf-8", "replace")]):
        local, _, domain = address.rpartition("@")
        parts = (label or None, None, local or address or None, domain or None)
        found.append(writing.many(writing.string(part.encode() if part else None) for part in parts))
    return b"(%b)" % b"".join(found) if found else writing.NIL


# -- BODYSTRUCTURE -----------------------------------------------------------------------------------------------------


def structure(node: Node, *, extended: bool) -> bytes:
    """BODYSTRUCTURE, or BODY without the ``extended`` data."""
    fields = node.fields
    given = parameters(fields.get(b"content-type", b""))
    if node.children:
        parts = [b"".join(structure(child, extended=extended) for child in node.children), writing.string(node.subtype)]
        if extended:
            parts += [_parameters(given), _disposition(fields.get(b"content-disposition")), writing.NIL, writing.NIL]
        return writing.many(parts)
    kind, subtype = (b"TEXT", b"PLAIN") if node.kind == b"MULTIPART" else (node.kind, node.subtype)
    if not given and kind == b"TEXT":
        given = [(b"CHARSET", b"us-ascii")]
    parts = [
        writing.string(kind),
        writing.string(subtype),
        _parameters(given),
        writing.string(fields.get(b"content-id")),
        writing.string(fields.get(b"content-description")),
        writing.string(fields.get(b"content-transfer-encoding", b"7bit").upper()),
        b"%d" % len(node.body),
    ]
    if node.message is not None:
        parts += [envelope(node.message), structure(node.message, extended=extended)]
    if kind == b"TEXT" or node.message is not None:
        parts.append(b"%d" % node.body.count(b"\n"))
    if extended:
        parts += [writing.NIL, _disposition(fields.get(b"content-disposition")), writing.NIL, writing.NIL]
    return writing.many(parts)


def _parameters(given: list[tuple[bytes, bytes]]) -> bytes:
    if not given:
        return writing.NIL
    return writing.many(writing.string(text) for pair in given for text in pair)


def _disposition(value: bytes | None) -> bytes:
    if not value:
        return writing.NIL
    name = value.partition(b";")[0].strip()
    return writing.many((writing.string(name), _parameters(parameters(value))))


# -- sections ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Section:
    """What BODY[…] names: a part, and of it the whole, its HEADER, some headers, its TEXT, or its MIME headers."""

    path: tuple[int, ...] = ()
    kind: str = ""
    names: tuple[bytes, ...] = ()

    @property
    def label(self) -> str:
        """The section as an answer names it, one character an octet."""
        words = [".".join(map(str, self.path)), self.kind]
        names = b" ".join(writing.astring(name.upper()) for name in self.names).decode("latin-1")
        return ".".join(word for word in words if word) + (f" ({names})" if names else "")

    def of(self, root: Node) -> bytes | None:
        """The octets of the section, None when the message has no such part."""
        if not self.path:
            return self._of_message(root) if self.kind else root.raw
        found = root.find(self.path)
        if found is None:
            return None
        if not self.kind:
            return found.body
        if self.kind == "MIME":
            return found.header
        return None if found.message is None else self._of_message(found.message)

    def _of_message(self, message: Node) -> bytes:
        if self.kind == "HEADER":
            return message.header
        if self.kind == "TEXT":
            return message.body
        return message.named(self.names, others=self.kind == "HEADER.FIELDS.NOT")
