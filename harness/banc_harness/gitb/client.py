"""Somebody else's validator, called as a GITB validation service."""

from __future__ import annotations

import base64
import ssl
import urllib.error
import urllib.request
from typing import Final

from lxml import etree

from banc_harness.gitb import report
from banc_harness.gitb.names import CORE, SOAP11, TR, VS
from banc_standards.errors import EnvironmentFailed, Sentence
from banc_standards.rules import Finding
from banc_standards.xml import XmlRefused, parse

TIMEOUT_S: Final = 120.0
_MOST_BYTES: Final = 50 * 2**20


def validate(url: str, document: bytes, source: str) -> list[Finding]:
    """What the service at ``url`` says of a document; its input is named ``content``, in base64.

    Raises ``EnvironmentFailed`` (PACK-007) when it cannot be reached or answers something else than a report.
    """
    request = urllib.request.Request(  # noqa: S310 - the scheme is checked by who calls
        url, data=_asked(document), headers={"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'}
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S, context=_trust(url)) as answer:  # noqa: S310
            data = answer.read(_MOST_BYTES + 1)
    except urllib.error.HTTPError as error:
        with error:
            raise _failed(url, _fault(error.read(2**20)) or f"{error.code} {error.reason}") from None
    except (OSError, ValueError) as error:
        raise _failed(url, str(error)) from None
    try:
        root = parse(data)
    except XmlRefused as refused:
        raise _failed(url, refused.text.en) from None
    if next(root.iter(f"{{{TR}}}result"), None) is None:
        raise _failed(url, "no report in the answer")
    return report.read(root, source)


def _asked(document: bytes) -> bytes:
    root = etree.Element(f"{{{SOAP11}}}Envelope", nsmap={"soap": SOAP11, "vs": VS, "core": CORE})
    asked = etree.SubElement(etree.SubElement(root, f"{{{SOAP11}}}Body"), f"{{{VS}}}ValidateRequest")
    item = etree.SubElement(asked, "input", {"name": "content", "embeddingMethod": "BASE64"})
    etree.SubElement(item, f"{{{CORE}}}value").text = base64.b64encode(document).decode("ascii")
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _trust(url: str) -> ssl.SSLContext | None:
    return ssl.create_default_context() if url.startswith("https:") else None


def _fault(data: bytes) -> str:
    try:
        return " ".join((parse(data).findtext(".//faultstring") or "").split())[:300]
    except XmlRefused:
        return ""


def _failed(url: str, why: str) -> EnvironmentFailed:
    return EnvironmentFailed(
        "PACK-007",
        Sentence(f"le service de validation {url} ne répond pas : {why}", f"validation service {url} fails: {why}"),
        Sentence("vérifiez l'adresse, puis relancez", "check the address, then run again"),
    )
