"""Cutting a mail into its parts (RFC 5322, 2045 to 2047, 2183, 2231), bounded, and noting what is not as it should be.

The standard library's parser rewrites line ends, recurses and forgives; a document that is hashed needs its bytes as
they came, and a judge needs the faults. So the message is cut here, in one pass without recursion.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import quopri
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.header import decode_header
from functools import cached_property
from typing import Final, Literal
from urllib.parse import unquote_to_bytes

from banc_standards.errors import BancError, Sentence


@dataclass(frozen=True, slots=True)
class Limits:
    """What one message may cost: octets as received, parts, depth of nesting, octets of a header block, headers."""

    max_bytes: int = 50_000_000
    max_parts: int = 200
    max_depth: int = 10
    max_header_bytes: int = 64 * 1024
    max_headers: int = 300


DEFAULT_LIMITS: Final = Limits()
_MAX_FAULTS: Final = 100

Defect = Literal[
    "no-header",
    "bad-header-line",
    "raw-octets",
    "bare-line-end",
    "long-line",
    "no-boundary",
    "cut-short",
    "bad-base64",
    "unknown-encoding",
]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in the message that breaks MIME: what, in which part (``""`` for the message itself), and the text."""

    defect: Defect
    part: str
    found: str = ""


class MimeRefused(BancError):
    """The message costs more than it may: ``rule_id`` MAIL-MIME-001 too large, 002 too many parts or headers, too deep.

    ``detail`` says which bound was passed.
    """

    def __init__(self, rule_id: str, detail: str) -> None:
        super().__init__(
            rule_id,
            Sentence(f"Le message dépasse ce que le banc lit ({detail}).", f"The message is beyond bounds ({detail})."),
            Sentence("Envoyer un message plus simple.", "Send a simpler message."),
        )
        self.rule_id = rule_id
        self.detail = detail


@dataclass(frozen=True)
class Headers:
    """A header block: names and values in order, values unfolded and as written."""

    fields: tuple[tuple[str, str], ...]

    @cached_property
    def _by_name(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for name, value in self.fields:
            known = name.lower()
            found[known] = (*found.get(known, ()), value)
        return found

    def all(self, name: str) -> tuple[str, ...]:
        """The values of a header, names without case."""
        return self._by_name.get(name.lower(), ())

    def first(self, name: str) -> str | None:
        """The first value of a header, None when absent."""
        return next(iter(self.all(name)), None)

    def text(self, name: str) -> str | None:
        """The first value with its encoded words decoded (RFC 2047)."""
        value = self.first(name)
        return None if value is None else decoded(value)


@dataclass(frozen=True, slots=True)
class Part:
    """One part that holds content. ``path`` is its place (``"1"``, ``"2.1"``; the whole message is ``"1"``).

    ``content`` is decoded; ``encoding`` is the Content-Transfer-Encoding in lower case; ``raw_size`` counts the octets
    of the part as transferred. An embedded message is a part of type ``message/rfc822`` that is not opened.
    """

    path: str
    headers: Headers
    media_type: str
    parameters: Mapping[str, str]
    filename: str
    disposition: str
    encoding: str
    content: bytes
    alternative: bool = False

    @property
    def charset(self) -> str:
        """The charset announced, lower case; empty when there is none."""
        return self.parameters.get("charset", "").lower()

    @property
    def attached(self) -> bool:
        """Whether the part is a file rather than the text to read."""
        return bool(self.filename) or self.disposition == "attachment"


@dataclass(frozen=True, slots=True)
class Mime:
    """A message that was cut: headers, leaves in order, what was wrong."""

    headers: Headers
    media_type: str
    parameters: Mapping[str, str]
    parts: tuple[Part, ...]
    faults: tuple[Fault, ...] = ()


@dataclass(slots=True)
class _Work:
    limits: Limits
    faults: list[Fault] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    seen: int = 0

    def fault(self, defect: Defect, part: str, found: str = "") -> None:
        """Notes a fault; the first hundred tell enough."""
        if len(self.faults) < _MAX_FAULTS:
            self.faults.append(Fault(defect, part, found))


@dataclass(frozen=True, slots=True)
class _Piece:
    raw: bytes
    path: str
    depth: int
    default_type: str = "text/plain"
    alternative: bool = False


def cut(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Mime:
    """The parts of a message. Raises :class:`MimeRefused`; anything less is told in ``faults``."""
    if len(data) > limits.max_bytes:
        raise MimeRefused("MAIL-MIME-001", f"{len(data)} > {limits.max_bytes} octets")
    work = _Work(limits)
    _lines(data, work)
    headers, media_type, parameters, body = _opened(_Piece(data, "", 0), work)
    waiting = [_Piece(data, "1", 0)] if not media_type.startswith("multipart/") else []
    if not waiting:
        waiting = _pieces(body, parameters, _Piece(data, "", 0), media_type, work)
    waiting.reverse()
    while waiting:
        piece = waiting.pop()
        work.seen += 1
        if work.seen > limits.max_parts:
            raise MimeRefused("MAIL-MIME-002", f"> {limits.max_parts} parties")
        inner, kind, options, content = _opened(piece, work) if piece.depth else (headers, media_type, parameters, body)
        if kind.startswith("multipart/"):
            waiting += reversed(_pieces(content, options, piece, kind, work))
        else:
            work.parts.append(_leaf(piece, inner, kind, options, content, work))
    return Mime(headers, media_type, parameters, tuple(work.parts), tuple(work.faults))


_MARK = re.compile(r";\s*([A-Za-z0-9!#$&^_.+\-*%']+)\s*=\s*(\"(?:[^\"\\]|\\.)*\"|[^;\s\"]*)")


def parameterised(header: str) -> tuple[str, dict[str, str]]:
    """The value of a structured header in lower case, and its parameters (RFC 2045 §5.1), RFC 2231 forms joined."""
    value, separator, tail = uncommented(header).partition(";")
    found: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    for match in _MARK.finditer(separator + tail):
        name, text = match.group(1).lower(), match.group(2)
        if text.startswith('"'):
            text = re.sub(r"\\(.)", r"\1", text[1:-1])
        base, star, rank = name.partition("*")
        if not star:
            found.setdefault(name, text)
        else:
            number = rank.removesuffix("*")
            order = int(number) if number.isascii() and number.isdigit() and len(number) < 4 else 0
            pieces.setdefault(base, {})[order] = (text, name.endswith("*"))
    for base, parts in pieces.items():
        found[base] = _joined([parts[order] for order in sorted(parts)])
    return value.strip().lower(), found


def uncommented(header: str) -> str:
    """A structured header without the comments after a space or a semicolon (RFC 5322 §3.2.2), but in quoted text."""
    if "(" not in header:
        return header
    kept: list[str] = []
    depth = 0
    quoted = escaped = False
    for sign in header:
        if escaped or sign == "\\":
            escaped = not escaped
        elif depth:
            depth += (sign == "(") - (sign == ")")
            continue
        elif sign == '"':
            quoted = not quoted
        elif sign == "(" and not quoted and (not kept or kept[-1] in " \t;"):
            depth = 1
        if not depth:
            kept.append(sign)
    return "".join(kept)


def decoded(value: str) -> str:
    """A header value with its encoded words decoded; what cannot be decoded stays as it is."""
    end = value.rfind("?=") + 2  # the library looks for the end of each word, again and again when there is none
    if "=?" not in value or end < 2:
        return value
    try:
        pieces = decode_header(value[:end])
    except (HeaderParseError, ValueError, binascii.Error):
        return value
    out = []
    for text, charset in pieces:
        if isinstance(text, str):
            out.append(text)
            continue
        out.append(in_charset(text, charset or "ascii", instead="latin-1"))
    return "".join(out) + value[end:]


_NO_CHARSETS: Final = frozenset({"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"})
"""Codecs of the library that are no charset of a mail; some are slow on hostile octets."""


def in_charset(octets: bytes, charset: str, *, instead: str = "utf-8") -> str:
    """The text that octets are in a charset, or in another one when there is no such charset.

    What is outside the charset is replaced, lone surrogates too: UTF-7 can spell them and UTF-8 cannot.
    """
    try:
        known = codecs.lookup(charset).name not in _NO_CHARSETS
        text = octets.decode(charset if known else instead, "replace")
    except (LookupError, ValueError):
        text = octets.decode(instead, "replace")
    return text.encode("utf-8", "replace").decode("utf-8")


def _joined(parts: Sequence[tuple[str, bool]]) -> str:
    charset = "utf-8"
    octets = b""
    for rank, (text, encoded) in enumerate(parts):
        if encoded and rank == 0 and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        octets += unquote_to_bytes(text) if encoded else text.encode("utf-8", "surrogateescape")
    return in_charset(octets, charset or "utf-8")


def _lines(data: bytes, work: _Work) -> None:
    """Line ends are CRLF and lines hold at most 998 octets (RFC 5322 §2.1.1, §2.3)."""
    pairs = data.count(b"\r\n")
    if data.count(b"\n") != pairs or data.count(b"\r") != pairs:
        work.fault("bare-line-end", "")
    if len(data) > 998:
        start = 0
        while start + 998 < len(data):
            end = data.rfind(b"\n", start, start + 1000)
            if end < 0:
                work.fault("long-line", "", f"> 998 @ {start}")
                return
            start = end + 1


_BLANK = re.compile(rb"\r?\n\r?\n")


def _opened(piece: _Piece, work: _Work) -> tuple[Headers, str, dict[str, str], bytes]:
    """Headers, media type, parameters and body of a piece."""
    raw, bound = piece.raw, work.limits.max_header_bytes
    if raw.startswith((b"\r\n", b"\n")):
        block, body = b"", raw.partition(b"\n")[2]
        if not piece.depth:
            work.fault("no-header", piece.path)
    else:
        blank = _BLANK.search(raw, 0, bound + 4)
        if blank is None and len(raw) > bound:
            raise MimeRefused("MAIL-MIME-002", f"> {bound} octets d'en-têtes")
        block, body = (raw[: blank.start()], raw[blank.end() :]) if blank else (raw, b"")
    headers = _headers(block, piece.path, work)
    written = headers.first("Content-Type")
    if written is None:
        return headers, piece.default_type, {}, body
    media_type, parameters = parameterised(written)
    return headers, media_type if "/" in media_type else "text/plain", parameters, body


def _headers(block: bytes, path: str, work: _Work) -> Headers:
    if not block.isascii():
        work.fault("raw-octets", path, _sample(block))
    fields: list[tuple[str, str]] = []
    for line in block.replace(b"\r\n", b"\n").decode("utf-8", "replace").split("\n"):
        if line[:1] in (" ", "\t") and fields:
            name, value = fields[-1]
            fields[-1] = (name, f"{value} {line.strip()}" if value else line.strip())
            continue
        name, colon, value = line.partition(":")
        if not colon or not name or not name.isascii() or any(c <= " " or c == "\x7f" for c in name.rstrip()):
            if line.strip():
                work.fault("bad-header-line", path, line[:80])
            continue
        fields.append((name.rstrip(), value.strip()))
        if len(fields) > work.limits.max_headers:
            raise MimeRefused("MAIL-MIME-002", f"> {work.limits.max_headers} en-têtes")
    return Headers(tuple(fields))


def _sample(block: bytes) -> str:
    line = next((line for line in block.splitlines() if not line.isascii()), b"")
    return line.decode("utf-8", "replace")[:80]


def _pieces(body: bytes, parameters: Mapping[str, str], outer: _Piece, kind: str, work: _Work) -> list[_Piece]:
    depth = outer.depth + 1
    if depth > work.limits.max_depth:
        raise MimeRefused("MAIL-MIME-002", f"> {work.limits.max_depth} niveaux")
    boundary = parameters.get("boundary", "")
    if not 0 < len(boundary) <= 70 or not boundary.isascii():
        work.fault("no-boundary", outer.path, boundary[:80])
        return []
    found: list[_Piece] = []
    default = "message/rfc822" if kind == "multipart/digest" else "text/plain"
    base = f"{outer.path}." if outer.path else ""
    for number, raw in enumerate(_between(body, f"--{boundary}".encode(), outer.path, work), 1):
        if work.seen + len(found) > work.limits.max_parts:
            raise MimeRefused("MAIL-MIME-002", f"> {work.limits.max_parts} parties")
        found.append(
            _Piece(raw, f"{base}{number}", depth, default, outer.alternative or kind == "multipart/alternative")
        )
    return found


def _between(body: bytes, delimiter: bytes, path: str, work: _Work) -> Iterator[bytes]:
    """The parts between delimiter lines (RFC 2046 §5.1.1); the line end before a delimiter belongs to it."""
    begin: int | None = None
    position = body.find(delimiter)
    while position >= 0:
        after = position + len(delimiter)
        if position == 0 or body[position - 1 : position] == b"\n":
            closing = body[after : after + 2] == b"--"
            rest = after + 2 if closing else after
            end_of_line = body.find(b"\n", rest)
            line_end = len(body) if end_of_line < 0 else end_of_line + 1
            if not body[rest:line_end].strip():
                if begin is not None:
                    end = max(begin, position - 1)
                    yield body[begin : end - 1 if end > begin and body[end - 1 : end] == b"\r" else end]
                if closing:
                    return
                begin = line_end
        position = body.find(delimiter, after)
    work.fault("cut-short", path)
    if begin is not None:
        yield body[begin:]


def _leaf(piece: _Piece, headers: Headers, kind: str, parameters: Mapping[str, str], body: bytes, work: _Work) -> Part:
    encoding = uncommented(headers.first("Content-Transfer-Encoding") or "7bit").strip().lower()
    disposition, options = parameterised(headers.first("Content-Disposition") or "")
    filename = decoded(options.get("filename") or parameters.get("name") or "")
    return Part(
        path=piece.path,
        headers=headers,
        media_type=kind,
        parameters=parameters,
        filename=filename,
        disposition=disposition,
        encoding=encoding,
        content=_content(body, encoding, piece.path, work),
        alternative=piece.alternative,
    )


def _content(body: bytes, encoding: str, path: str, work: _Work) -> bytes:
    if encoding == "base64":
        squeezed = body.translate(None, b" \t\r\n")
        try:
            return base64.b64decode(squeezed, validate=True)
        except binascii.Error:
            work.fault("bad-base64", path)
            kept = re.sub(rb"[^A-Za-z0-9+/]", b"", squeezed)
            return base64.b64decode(kept[: len(kept) // 4 * 4])
    if encoding == "quoted-printable":
        return quopri.decodestring(body)
    if encoding not in ("7bit", "8bit", "binary"):
        work.fault("unknown-encoding", path, encoding[:40])
    return body
