"""The PDFs that a document holds: its level 1 body, and the copies beside a structured one."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Final

from banc_standards.cda.names import V3
from banc_standards.cda.read import Document

_COPIES: Final = f".//{V3}observationMedia/{V3}value[@mediaType='application/pdf']"


def pdfs(document: Document) -> Iterator[tuple[str, bytes]]:
    """Where each PDF stands, and its bytes; a body that begins as a PDF is one, whatever it is said to be."""
    body = document.embedded
    if body is not None and body.startswith(b"%PDF-"):
        yield "nonXMLBody", body
    for value in document.root.iterfind(_COPIES):
        try:
            yield "observationMedia", base64.b64decode("".join((value.text or "").split()), validate=True)
        except ValueError:  # binascii.Error is one; another says that the text is not ASCII
            continue
