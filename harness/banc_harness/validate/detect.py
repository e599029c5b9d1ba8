"""What kind of artefact some bytes are, from their beginning and their name; nothing is parsed yet."""

from __future__ import annotations

import codecs
import re
from typing import Final

from banc_harness.validate.verdict import KindName

HEAD: Final = 65_536
"""Bytes that are enough to recognise anything."""

EXTENSIONS: Final[dict[str, KindName]] = {
    ".xml": "cda",
    ".cda": "cda",
    ".zip": "xdm",
    ".eml": "mail",
    ".hl7": "hl7v2",
    ".er7": "hl7v2",
    ".jwt": "psc",
}
"""What a name claims when the bytes say nothing."""

_PASSED_OVER: Final = (
    ".bmp .class .css .csv .docx .dtd .gif .gz .htm .html .ico .jar .java .jpeg .jpg .js .log .md .odt .pdf .png .ps1"
    " .py .rtf .sch .sh .svg .tar .tif .tiff .toml .ts .webp .wsdl .xlsx .xsd .xsl .xslt .yaml .yml"
)
_NEVER: Final = frozenset(_PASSED_OVER.split())
"""Extensions that no artefact has: such files are passed over in a folder or an archive, unless they are named."""

_PROLOG: Final = re.compile(r"(?:\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\])?\s*>)*", re.DOTALL)
_ROOT: Final = re.compile(r"<(?:([\w.-]+):)?([\w.-]+)([^<>]*)", re.DOTALL)
_BY_NAMESPACE: Final[tuple[tuple[str, KindName], ...]] = (
    ("urn:ihe:iti:xds-b:2007", "xds"),
    ("urn:oasis:names:tc:ebxml-regrep:xsd:", "xds"),
    ("urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:", "xds"),
    ("http://www.cnamts.fr/INSi", "insi"),
    ("urn:siram", "insi"),
    ("urn:oasis:names:tc:SAML:2.0:assertion", "vihf"),
)
_BY_ROOT: Final[dict[str, KindName]] = {
    "ClinicalDocument": "cda",
    "SubmitObjectsRequest": "xds",
    "ProvideAndRegisterDocumentSetRequest": "xds",
    "RetrieveDocumentSetRequest": "xds",
    "RetrieveDocumentSetResponse": "xds",
    "AdhocQueryRequest": "xds",
    "AdhocQueryResponse": "xds",
    "RegistryResponse": "xds",
    "Assertion": "vihf",
}
_STYLE_SHEETS: Final = frozenset({"stylesheet", "transform"})
_WRAPPED: Final = re.compile(rb"<(?:[\w.-]+:)?ClinicalDocument[\s>]")
_MAIL: Final = re.compile(
    rb"(?:[!-9;-~]+:.*(?:\r?\n[ \t].*)*\r?\n){0,40}?"
    rb"(?:From|Received|Return-Path|Message-ID|MIME-Version|DKIM-Signature):",
    re.IGNORECASE,
)
_JWT: Final = re.compile(rb"(?:Bearer )?eyJ[\w-]{4,}(?:\.[\w-]*){0,4}\s*\Z")
_DUMP: Final = re.compile(
    rb"(?:[A-Z]{3,10} \S{1,4096} HTTP/\d(?:\.\d)?|HTTP/\d(?:\.\d)? \d{3}[^\r\n]*|--[^\r\n]{1,200})\r?\n[\w-]+:",
)
_PSC_MEMBERS: Final = tuple(
    f'"{name}"'.encode()
    for name in (
        *("SubjectNameID", "SubjectRefPro", "authorization_endpoint", "jwks_uri", "access_token", "id_token"),
        *("preferred_username", "http://schemas.openid.net/event/backchannel-logout"),
    )
)
_WIDE: Final = (
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)


def detect(data: bytes, name: str = "") -> KindName | None:
    """The kind of ``data``: by its first bytes, then by what its name claims; None when neither says anything.

    XML that is well begun but of a foreign root is of no kind, whatever its name.
    """
    found = by_bytes(data)
    if found is not None or is_foreign_xml(data):
        return found
    return EXTENSIONS.get(extension(name))


def by_bytes(data: bytes) -> KindName | None:
    """The kind that the first bytes say, None when they say nothing."""
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return "xdm"
    start = data[:HEAD].removeprefix(codecs.BOM_UTF8).removeprefix(codecs.BOM_UTF16_LE).lstrip()
    if start.removeprefix(b"\x0b").startswith((b"MSH|", b"FHS|", b"BHS|")):
        return "hl7v2"
    root = _root(data)
    if root is not None:
        return _of_xml(root, data)
    if start.startswith((b"{", b"[")) and b'"resourceType"' in start.replace(b"\0", b""):
        return "fhir"
    if start.startswith(b"{") and any(name in start for name in _PSC_MEMBERS):
        return "psc"
    if _DUMP.match(start):
        return _by_namespace(start.decode("latin-1"))
    if _JWT.match(start):
        return "psc"
    return "mail" if _MAIL.match(start) else None


def is_foreign_xml(data: bytes) -> bool:
    """Whether the bytes begin as XML with a whole root tag that is none of ours."""
    root = _root(data)
    return root is not None and _of_xml(root, data) is None


def is_candidate(name: str) -> bool:
    """Whether a file found in a folder or an archive may be an artefact, by its name."""
    return extension(name) not in _NEVER


def extension(name: str) -> str:
    """The extension of a file name, lower case, with its dot; empty when it has none."""
    base = re.split(r"[/\\]", name)[-1]
    stem, dot, last = base.rpartition(".")
    return dot + last.lower() if stem else ""


def _root(data: bytes) -> re.Match[str] | None:
    text = _narrow(data[:HEAD])
    prolog = _PROLOG.match(text)
    found = _ROOT.match(text, prolog.end() if prolog else 0)
    return found if found is not None and found.end() < len(text) else None


def _narrow(head: bytes) -> str:
    for mark, encoding in _WIDE:
        if head.startswith(mark):
            return head.decode(encoding, "replace").lstrip("\ufeff")
    return head.removeprefix(codecs.BOM_UTF8).decode("latin-1").lstrip()


def _of_xml(root: re.Match[str], data: bytes) -> KindName | None:
    name, attributes = root[2], root[3]
    if name in _BY_ROOT:
        return _BY_ROOT[name]
    if name in _STYLE_SHEETS:
        return "cda" if _WRAPPED.search(data) else None
    if "http://hl7.org/fhir" in attributes:
        return "fhir"
    if name == "Envelope":
        return _by_namespace(_narrow(data[:HEAD]))
    return None


def _by_namespace(head: str) -> KindName | None:
    return next((kind for mark, kind in _BY_NAMESPACE if mark in head), None)
