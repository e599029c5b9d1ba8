"""What a person wants to read of bytes that crossed the wire: indented XML, claims, parts, members, certificates.

Pure and bounded: a hostile message gives a view that says so. A view is plain data, shown as text only.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from lxml import etree

from banc_standards.errors import BancError, Lang, Sentence

LONGEST_TEXT = 200_000
"""Characters of one text of a view."""
LARGEST = 20 * 2**20
"""Bytes that are opened at all."""
DEEPEST = 6
MOST_VIEWS = 60
MOST_ROWS = 500

_JWT = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]*")
_BASE64 = re.compile(r"[0-9A-Za-z+/]{4}[0-9A-Za-z+/\s]{300,}={0,2}")
_CERTIFICATE = "{http://www.w3.org/2000/09/xmldsig#}X509Certificate"
_INLINE = ("{urn:ihe:iti:xds-b:2007}Document", "{urn:hl7-org:v3}text")


@dataclass(frozen=True, slots=True)
class View:
    """One thing to show: ``rows`` of names and values, then ``text``, then the ``parts`` within."""

    kind: str
    title: str
    size: int
    rows: tuple[tuple[str, str], ...] = ()
    text: str = ""
    cut: bool = False
    parts: tuple[View, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The view as JSON values."""
        return {
            "kind": self.kind,
            "title": self.title,
            "size": self.size,
            "rows": [list(row) for row in self.rows],
            "text": self.text,
            "cut": self.cut,
            "parts": [part.as_json() for part in self.parts],
        }


def decode(data: bytes, media_type: str, lang: Lang = "fr") -> View:
    """The view of a body announced as ``media_type`` (a whole Content-Type). Never raises for what the bytes are."""
    return _Reading(lang).view(data, media_type, "", 0)


@dataclass(slots=True)
class _Reading:
    lang: Lang
    left: int = MOST_VIEWS
    certificates: set[str] = field(default_factory=set)

    def view(self, data: bytes, media_type: str, title: str, depth: int) -> View:
        self.left -= 1
        if depth > DEEPEST or self.left <= 0 or len(data) > LARGEST:
            return View(
                "opaque",
                title,
                len(data),
                text=self._say("non ouvert : trop grand ou trop profond", "not opened: too large or too deep"),
            )
        for matches, open_ in self._forms():
            if matches(data, media_type.lower()):
                try:
                    return open_(data, media_type, title, depth)
                except (BancError, ValueError, LookupError, RecursionError) as error:
                    said = error.text.of(self.lang) if isinstance(error, BancError) else str(error)
                    raw = self._text(data, title)
                    return View("broken", title, len(data), (("!", said),), raw.text, raw.cut)
        return self._text(data, title)

    def _forms(self) -> tuple[tuple[Callable[[bytes, str], bool], Callable[[bytes, str, str, int], View]], ...]:
        return (
            (lambda data, kind: kind.startswith("multipart/related"), self._mtom),
            (lambda data, kind: kind.startswith(("message/rfc822", "multipart/")), self._mail),
            (lambda data, kind: data[:4] == b"PK\x03\x04", self._archive),
            (lambda data, kind: data[:5] == b"%PDF-", self._pdf),
            (lambda data, kind: "x-www-form-urlencoded" in kind, self._form),
            (lambda data, kind: "json" in kind or "jwt" in kind, self._json),
            (lambda data, kind: data[:27] == b"-----BEGIN CERTIFICATE-----", self._pem),
            (lambda data, kind: _looks_xml(data), self._xml),
        )

    def _say(self, fr: str, en: str) -> str:
        return Sentence(fr, en).of(self.lang)

    # packages

    def _mtom(self, data: bytes, media_type: str, title: str, depth: int) -> View:
        from banc_standards.soap import mtom

        package = mtom.unpack(media_type, data)
        parts = [self.view(package.root, package.media_type, "SOAP", depth + 1)]
        parts += [self.view(part, "", f"cid:{name}", depth + 1) for name, part in package.parts.items()]
        return View("mime", title or "MTOM", len(data), parts=tuple(parts))

    def _mail(self, data: bytes, media_type: str, title: str, depth: int) -> View:
        from banc_standards.mail.mime import cut, decoded

        if not media_type.lower().startswith("message/rfc822"):
            data = f"Content-Type: {media_type}\r\n\r\n".encode() + data
        mime = cut(data)
        rows = [(name, decoded(value)) for name, value in mime.headers.fields]
        rows += [("!", f"{fault.defect} {fault.part} {fault.found}".strip()) for fault in mime.faults]
        parts = (
            self.view(
                part.content, part.media_type, " ".join((part.path, part.media_type, part.filename)).strip(), depth + 1
            )
            for part in mime.parts
        )
        return View("mime", title or "MIME", len(data), tuple(rows[:MOST_ROWS]), parts=tuple(parts))

    def _archive(self, data: bytes, _media_type: str, title: str, depth: int) -> View:
        from banc_standards.xdm.read import unzipped

        members = unzipped(data)
        rows = tuple((name, f"{len(content)}") for name, content in members.items())[:MOST_ROWS]
        read = ((name, content) for name, content in members.items() if name.upper().endswith((".XML", ".PDF")))
        parts = tuple(self.view(content, "", name, depth + 1) for name, content in read)
        return View("zip", title or "XDM", len(data), rows, parts=parts)

    # documents

    def _xml(self, data: bytes, _media_type: str, title: str, depth: int) -> View:
        from banc_standards.xml import parse

        root = parse(data)
        certificates = [self._der(der) for der in self._new_certificates(root)]
        inline = [self.view(content, "", name, depth + 1) for name, content in _inline(root)]
        etree.indent(root)
        text = _BASE64.sub(_shortened, etree.tostring(root, encoding="unicode"))
        name = etree.QName(root).localname
        return View("xml", title or name, len(data), (), *_bounded(text), (*certificates, *inline))

    def _new_certificates(self, root: etree._Element) -> Iterator[bytes]:
        for element in root.iter(_CERTIFICATE):
            text = "".join((element.text or "").split())
            if text and text not in self.certificates and len(self.certificates) < 10:
                self.certificates.add(text)
                yield base64.b64decode(text)

    def _pdf(self, data: bytes, _media_type: str, title: str, _depth: int) -> View:
        return View("pdf", title or "PDF", len(data), text=data[:8].decode("latin-1"))

    def _form(self, data: bytes, _media_type: str, title: str, _depth: int) -> View:
        pairs = parse_qsl(data.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_ROWS)
        tokens = tuple(view for name, value in pairs for view in self._tokens(value, name))
        return View("form", title, len(data), tuple(pairs), parts=tokens)

    def _json(self, data: bytes, _media_type: str, title: str, _depth: int) -> View:
        text = data.decode("utf-8", "replace")
        tokens = tuple(self._tokens(text, ""))
        if not text.lstrip().startswith(("{", "[", '"')):
            return View("text", title, len(data), (), *_bounded(text), tokens)
        indented = json.dumps(json.loads(text), ensure_ascii=False, indent=2)
        return View("json", title, len(data), (), *_bounded(indented), tokens)

    def _text(self, data: bytes, title: str) -> View:
        if b"\x00" in data[:4096]:
            lines = (data[at : at + 16].hex(" ") for at in range(0, min(len(data), 1024), 16))
            return View("binary", title, len(data), text="\n".join(lines), cut=len(data) > 1024)
        text = data.decode("utf-8", "replace")
        return View("text", title, len(data), (), *_bounded(text), tuple(self._tokens(text, "")))

    # tokens and certificates

    def token(self, text: str, title: str) -> View:
        header, claims = (json.loads(_base64url(part)) for part in text.split(".")[:2])
        told = json.dumps({"header": header, "claims": claims}, ensure_ascii=False, indent=2)
        return View("jwt", title or "JWT", len(text), (), *_bounded(told))

    def _tokens(self, text: str, title: str) -> Iterator[View]:
        for found in list(_JWT.finditer(text[:LONGEST_TEXT]))[:10]:
            try:
                yield self.token(found[0], title or "JWT")
            except (ValueError, RecursionError):
                continue

    def _pem(self, data: bytes, _media_type: str, title: str, _depth: int) -> View:
        body = re.findall(rb"-----BEGIN CERTIFICATE-----([^-]*)-----END CERTIFICATE-----", data)
        parts = tuple(self._der(base64.b64decode(b"".join(one.split()))) for one in body[:10])
        return View("pem", title or "PEM", len(data), parts=parts)

    def _der(self, der: bytes) -> View:
        from cryptography import x509
        from cryptography.hazmat.primitives.hashes import SHA256

        certificate = x509.load_der_x509_certificate(der)
        rows = (
            (self._say("sujet", "subject"), certificate.subject.rfc4514_string()),
            (self._say("émetteur", "issuer"), certificate.issuer.rfc4514_string()),
            (self._say("du", "from"), certificate.not_valid_before_utc.isoformat()),
            (self._say("au", "until"), certificate.not_valid_after_utc.isoformat()),
            (self._say("numéro", "serial"), f"{certificate.serial_number:x}"),
            ("SHA-256", certificate.fingerprint(SHA256()).hex()),
        )
        return View("certificate", self._say("certificat", "certificate"), len(der), rows)


def tokens(text: str, lang: Lang = "fr") -> list[View]:
    """The views of the tokens that a header or an address carries."""
    return list(_Reading(lang)._tokens(text, ""))


def _looks_xml(data: bytes) -> bool:
    return data[:200].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<"


def _inline(root: etree._Element) -> Iterator[tuple[str, bytes]]:
    """Documents that an XML document carries in base 64."""
    for element in root.iter(*_INLINE):
        if element.tag == _INLINE[1] and element.get("representation") != "B64":
            continue
        try:
            content = base64.b64decode("".join((element.text or "").split()), validate=True)
        except (binascii.Error, ValueError):
            continue
        if content:
            yield element.get("id") or str(element.get("mediaType") or ""), content


def _bounded(text: str) -> tuple[str, bool]:
    return text[:LONGEST_TEXT], len(text) > LONGEST_TEXT


def _shortened(run: re.Match[str]) -> str:
    return f"{run[0][:60]}… ({len(run[0])})"


def _base64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
