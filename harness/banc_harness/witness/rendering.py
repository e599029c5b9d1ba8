"""What the user sees of a document of the DMP: its header and its text as a page, or the PDF that it holds."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from html import escape

from lxml import etree

from banc_harness.witness.feeding import PARIS_IN_WINTER

_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


def rendered(document: bytes) -> tuple[str, bytes]:
    """The media type and the bytes of what is shown of a CDA document; what is no XML is shown as it is."""
    try:
        root = etree.fromstring(document, _PARSER)
    except etree.XMLSyntaxError:
        return "text/plain", document
    body = root.find(".//{*}nonXMLBody/{*}text")
    if body is not None and body.get("mediaType") == "application/pdf":
        return "application/pdf", base64.b64decode(body.text or "")
    lines = [f"<h1>{escape(root.findtext('{*}title') or '')}</h1>", f"<p>{escape(_header(root))}</p>"]
    for section in root.iter("{*}section"):
        text = section.find("{*}text")
        lines.append(f"<h2>{escape(section.findtext('{*}title') or '')}</h2>")
        lines.append(f"<p>{escape(_words(text))}</p>")
    page = "<!doctype html><html lang='fr'><meta charset='utf-8'><body>" + "\n".join(lines) + "</body></html>"
    return "text/html", page.encode()


def when(creation_time: str | None) -> str:
    """A time of the registry (UTC) as the user reads it, in local time (EX_3.1-1070)."""
    text = (creation_time or "").ljust(14, "0")[:14]
    try:
        moment = datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return creation_time or ""
    return moment.astimezone(PARIS_IN_WINTER).strftime("%d/%m/%Y %H:%M")


def _header(root: etree._Element) -> str:
    patient = root.find("{*}recordTarget/{*}patientRole")
    author = root.find("{*}author/{*}assignedAuthor/{*}assignedPerson/{*}name")
    name = None if patient is None else patient.find("{*}patient/{*}name")
    moment = root.find("{*}effectiveTime")
    date = "" if moment is None else moment.get("value", "")
    return " · ".join(part for part in (_words(name), _words(author), date) if part)


def _words(element: etree._Element | None) -> str:
    return "" if element is None else " ".join(" ".join(str(part) for part in element.itertext()).split())
