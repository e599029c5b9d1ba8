"""MTOM packages (W3C MTOM, XOP; MIME multipart/related, RFC 2387), both ways, safe for binary parts and bounded.

The standard library's MIME parser reads text: it rewrites line ends and guesses at what is missing. A document that is
hashed and signed needs its bytes as they came, so the package is cut here.
"""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from lxml import etree

from banc_standards.errors import Sentence
from banc_standards.soap.names import SOAP12_MEDIA_TYPE, XOP
from banc_standards.soap.read import SoapRefused

MAX_PART_HEADERS = 16 * 1024
_ENCODINGS = frozenset({"7bit", "8bit", "binary", "base64", "quoted-printable"})


@dataclass(frozen=True, slots=True)
class ContentType:
    """A Content-Type header: media type in lower case, parameters with their names in lower case."""

    media_type: str
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Package:
    """What a SOAP request body holds: the envelope's bytes, the other parts by Content-ID, the announced action."""

    root: bytes
    parts: Mapping[str, bytes]
    action: str | None
    multipart: bool = False
    media_type: str = ""
    """Media type of the envelope itself: the root part's ``type`` under MTOM, else that of the whole body."""


_PARAMETER = re.compile(r';\s*([A-Za-z0-9!#$&^_.+\-*]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;\s"]*)')


def content_type(header: str) -> ContentType:
    """The parts of a Content-Type header (RFC 2045 §5.1); what cannot be read of it is left out."""
    media_type, separator, tail = header.partition(";")
    parameters: dict[str, str] = {}
    for found in _PARAMETER.finditer(separator + tail):
        value = found.group(2)
        if value.startswith('"'):
            value = re.sub(r"\\(.)", r"\1", value[1:-1])
        parameters.setdefault(found.group(1).lower(), value)
    return ContentType(media_type.strip().lower(), parameters)


def include(content_id: str) -> etree._Element:
    """The ``xop:Include`` that stands for a part; the Content-ID is URL-encoded in it (RFC 2392)."""
    element = etree.Element(f"{{{XOP}}}Include", nsmap={"xop": XOP})
    element.set("href", "cid:" + quote(content_id, safe="@"))
    return element


def pack(root: bytes, parts: Mapping[str, bytes], *, action: str, boundary: str, root_id: str) -> tuple[str, bytes]:
    """The Content-Type header and the body of an MTOM message whose envelope is ``root``.

    Raises ``ValueError`` when ``boundary`` occurs in a part: take another one.
    """
    delimiter = f"--{boundary}".encode("ascii")
    pieces = [(root_id, f'application/xop+xml; charset=UTF-8; type="{SOAP12_MEDIA_TYPE}"; action="{action}"', root)]
    pieces += [(content_id, "application/octet-stream", data) for content_id, data in parts.items()]
    body = bytearray()
    for content_id, media_type, data in pieces:
        if delimiter in data:
            raise ValueError(f"the boundary {boundary} occurs in the part {content_id}")
        body += delimiter + b"\r\n"
        body += f"Content-Type: {media_type}\r\nContent-Transfer-Encoding: binary\r\n".encode()
        body += f"Content-ID: <{content_id}>\r\n\r\n".encode()
        body += data + b"\r\n"
    body += delimiter + b"--\r\n"
    header = (
        f'multipart/related; type="application/xop+xml"; boundary="{boundary}"; start="<{root_id}>"; '
        f'start-info="{SOAP12_MEDIA_TYPE}"; action="{action}"'
    )
    return header, bytes(body)


def unpack(header: str, body: bytes, *, max_parts: int = 50) -> Package:
    """The package that a request or an answer carries; a body that is not multipart is its own root.

    Raises :class:`SoapRefused`: MTOM-001 cut short or malformed, MTOM-002 no boundary, MTOM-003 no root part,
    MTOM-004 two parts of one Content-ID, MTOM-005 too many parts.
    """
    outer = content_type(header)
    if not outer.media_type.startswith("multipart/"):
        return Package(body, {}, outer.parameters.get("action"), media_type=outer.media_type)
    boundary = outer.parameters.get("boundary", "")
    if not 0 < len(boundary) <= 200 or not boundary.isascii():
        raise _refused("MTOM-002", "boundary absent")
    start = _identifier(outer.parameters.get("start", ""))
    parts: dict[str, bytes] = {}
    root: tuple[bytes, ContentType] | None = None
    for index, raw in enumerate(_cut(body, f"--{boundary}".encode())):
        if index >= max_parts:
            raise _refused("MTOM-005", f"> {max_parts}")
        content_id, inner, data = _part(raw, index)
        if root is None and (content_id == start or not start):
            root = data, inner
        elif content_id in parts or (root is not None and start and content_id == start):
            raise _refused("MTOM-004", content_id)
        elif content_id:
            parts[content_id] = data
    if root is None:
        raise _refused("MTOM-003", start)
    action = outer.parameters.get("action") or root[1].parameters.get("action")
    media_type = content_type(root[1].parameters.get("type", "")).media_type or root[1].media_type
    return Package(root[0], parts, action, multipart=True, media_type=media_type)


def resolve(element: etree._Element, package: Package) -> bytes:
    """The bytes that ``element`` stands for: its ``xop:Include`` resolved, or its base64 text decoded.

    Raises :class:`SoapRefused`: MTOM-006 a reference to no part, MTOM-007 text that is not base64, MTOM-009 a reference
    that does not stand alone.
    """
    held = [child for child in element if isinstance(child.tag, str)]
    reference = next((child for child in held if child.tag == f"{{{XOP}}}Include"), None)
    if reference is None:
        if held:
            raise _refused("MTOM-007", str(held[0].tag))
        try:
            return base64.b64decode("".join((element.text or "").split()), validate=True)
        except (binascii.Error, ValueError):
            raise _refused("MTOM-007", str(element.tag)) from None
    around = "".join((element.text or "", *(child.tail or "" for child in element))).strip()
    if around or len(held) > 1:
        raise _refused("MTOM-009", around[:40] or str(len(held)))
    href = (reference.get("href") or "").strip()
    scheme, _, name = href.partition(":")
    content_id = unquote(name)
    if scheme.lower() != "cid" or content_id not in package.parts:
        raise _refused("MTOM-006", href)
    return package.parts[content_id]


_TEXTS = {
    "MTOM-001": Sentence("Le message MTOM est tronqué ou malformé", "The MTOM message is cut short or malformed"),
    "MTOM-002": Sentence("Le message MTOM n'annonce pas de frontière", "The MTOM message announces no boundary"),
    "MTOM-003": Sentence("La partie racine du message MTOM est absente", "The MTOM message has no root part"),
    "MTOM-004": Sentence("Deux parties MTOM ont le même Content-ID", "Two MTOM parts have the same Content-ID"),
    "MTOM-005": Sentence("Le message MTOM a trop de parties", "The MTOM message has too many parts"),
    "MTOM-006": Sentence("Un xop:Include ne désigne aucune partie", "An xop:Include points to no part"),
    "MTOM-007": Sentence("Le contenu en ligne n'est pas en base64", "The inline content is not base64"),
    "MTOM-009": Sentence("Un xop:Include n'est pas seul", "An xop:Include does not stand alone"),
}


def _refused(rule_id: str, detail: str) -> SoapRefused:
    text = _TEXTS[rule_id]
    return SoapRefused(rule_id, Sentence(f"{text.fr} ({detail}).", f"{text.en} ({detail})."), detail)


def _cut(body: bytes, delimiter: bytes) -> Iterator[memoryview]:
    """The parts between delimiter lines (RFC 2046 §5.1.1); the line end before a delimiter belongs to it."""
    view = memoryview(body)
    begin: int | None = None
    position = body.find(delimiter)
    while position >= 0:
        after = position + len(delimiter)
        if position == 0 or body[position - 1 : position] == b"\n":
            closing = body[after : after + 2] == b"--"
            line_end = _blank_to_line_end(body, after + 2 if closing else after)
            if line_end is not None:
                if begin is not None:
                    end = position - 1
                    yield view[begin : end - 1 if body[end - 1 : end] == b"\r" else end]
                if closing:
                    return
                begin = line_end
        position = body.find(delimiter, after)
    raise _refused("MTOM-001", "frontière finale absente")


def _blank_to_line_end(body: bytes, start: int) -> int | None:
    """Where the next line begins when only blanks stand before it; None when other characters do."""
    end = body.find(b"\n", start, start + 256)
    if end < 0:
        return len(body) if not body[start : start + 256].strip(b" \t\r") and start + 256 > len(body) else None
    return end + 1 if not body[start:end].strip(b" \t\r") else None


def _part(raw: memoryview, index: int) -> tuple[str, ContentType, bytes]:
    head = bytes(raw[: MAX_PART_HEADERS + 4])
    blank = re.search(rb"\r?\n\r?\n", head) if not head.startswith((b"\r\n", b"\n")) else re.match(rb"\r?\n", head)
    if blank is None:
        raise _refused("MTOM-001", f"en-têtes de la partie {index + 1}")
    fields: dict[str, str] = {}
    unfolded = re.sub(rb"\r?\n[ \t]+", b" ", head[: blank.start()]).decode("utf-8", "replace")
    for line in unfolded.splitlines():
        name, colon, value = line.partition(":")
        if colon:
            fields.setdefault(name.strip().lower(), value.strip())
    data = bytes(raw[blank.end() :])
    encoding = fields.get("content-transfer-encoding", "binary").lower().partition("(")[0].strip()
    if encoding not in _ENCODINGS:
        raise _refused("MTOM-001", f"Content-Transfer-Encoding: {encoding}")
    if encoding == "base64":
        try:
            data = base64.b64decode(b"".join(data.split()), validate=True)
        except binascii.Error:
            raise _refused("MTOM-001", f"base64 de la partie {index + 1}") from None
    elif encoding == "quoted-printable":
        data = quopri.decodestring(data)
    return _identifier(fields.get("content-id", "")), content_type(fields.get("content-type", "")), data


def _identifier(value: str) -> str:
    return value.strip().removeprefix("<").removesuffix(">")
