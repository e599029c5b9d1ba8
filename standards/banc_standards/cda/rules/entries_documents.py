"""Entry rules 052 and 053: documents attached to a document."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Final

from banc_standards.cda.names import SIMPLE_OBSERVATION, V3
from banc_standards.cda.node import Node, roots
from banc_standards.cda.read import Document
from banc_standards.cda.rules.book import ClinicalBook
from banc_standards.cda.rules.expect import hit
from banc_standards.cda.rules.roots import ATTACHMENT
from banc_standards.cda.rules.shapes import acting, least, one, status
from banc_standards.rules import Hit

_BOOK = ClinicalBook("CI-SIS, volet Modèles de contenus CDA, entrées")
_BEGINNING: Final = 1024
_END: Final = re.compile(r"(?:^|[A-Za-z0-9+/\s])={0,2}\s*\Z")


@_BOOK.on(
    ATTACHMENT,
    "CDA-ENT-052",
    (
        "Un document attaché est un organizer avec un seul id, un code, son type et son contenu en base 64.",
        "An attached document is an organizer with exactly one id, a code, its type and its content in base 64.",
    ),
    (
        "Écrire organizer CLUSTER EVN, id, code, statusCode completed, component/observation et "
        "component/observationMedia OBS EVN avec value mediaType et representation B64.",
        "Write organizer CLUSTER EVN, id, code, statusCode completed, component/observation and "
        "component/observationMedia OBS EVN with a value of mediaType and representation B64.",
    ),
    at="FR-Document-attache",
)
def _attachment(node: Node) -> Iterator[Hit]:
    yield from acting(node, "organizer", classCode="CLUSTER", moodCode="EVN")
    yield from one(node, "id")
    yield from least(node, "code")
    yield from status(node, "completed")
    if not any(SIMPLE_OBSERVATION in roots(item) for item in node.at("component/observation")):
        yield hit(node.element, "0", "1..*", f"component/observation[{SIMPLE_OBSERVATION}]")
    for media in node.at("component/observationMedia"):
        if media.get("classCode") == "OBS" and media.get("moodCode") == "EVN":
            for value in media.iterfind(f"{V3}value"):
                if value.get("nullFlavor") is not None or (
                    value.get("mediaType") is not None and value.get("representation") == "B64"
                ):
                    return
    yield hit(node.element, "0", "1..*", "component/observationMedia/value[@mediaType][@representation='B64']")


@_BOOK.rule(
    "CDA-ENT-053",
    (
        "Une pièce jointe est appelée par le texte (renderMultiMedia) et se décode comme annoncé.",
        "An attached file is shown by the text (renderMultiMedia) and decodes as announced.",
    ),
    (
        "Écrire renderMultiMedia/@referencedObject de même nom que observationMedia/@ID, et un contenu en base 64.",
        "Write renderMultiMedia/@referencedObject with the name of observationMedia/@ID, and a content in base 64.",
    ),
    at="observationMedia",
    severity="info",
    certainty="deduced",
)
def _shown(document: Document) -> Iterator[Hit]:
    media = document.tagged.get("observationMedia")
    if not media:
        return
    shown = {
        name
        for item in document.tagged.get("renderMultiMedia", ())
        for name in item.get("referencedObject", "").split()
    }
    for item in media:
        if item.get("ID", "") not in shown:
            yield hit(item, item.get("ID", ""), "renderMultiMedia", "@ID")
        for value in item.iterfind(f"{V3}value"):
            media_type = value.get("mediaType", "")
            if value.get("representation") == "B64" and not _decodes(value.text or "", media_type):
                yield hit(item, "", f"base 64, {media_type}", "value")


def _decodes(text: str, media: str) -> bool:
    """Whether the beginning and the end of a text are base 64, and a PDF begins as one.

    The middle is not read: an attached file may weigh a hundred times the document that carries it.
    """
    try:
        found = base64.b64decode(_whole("".join(text[:_BEGINNING].split())), validate=True)
    except binascii.Error:
        return False
    begun = media != "application/pdf" or found.startswith(b"%PDF-")
    return bool(found) and begun and _END.search(text[-_BEGINNING:]) is not None


def _whole(text: str) -> str:
    return text[: len(text) // 4 * 4]


RULES = _BOOK.rules
