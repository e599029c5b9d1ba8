"""The documents that a resource carries in base 64, in Binary resources and in attachments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from banc_standards.fhir.place import Path
from banc_standards.fhir.primitives import decoded
from banc_standards.fhir.subject import Subject, text


@dataclass(frozen=True, slots=True)
class Embedded:
    """Some bytes, the media type that they are said to be of, and the place of the element that holds them."""

    content: bytes
    media_type: str
    path: Path

    @property
    def is_placeholder(self) -> bool:
        """Whether it is a ``ClinicalDocument`` without any content, as drafts put it where the document will be."""
        return _EMPTY.fullmatch(self.content) is not None


_EMPTY: Final = re.compile(rb"\s*(?:<\?xml[^>]*\?>)?\s*<ClinicalDocument(?:\s[^<>]*)?(?:/>|>\s*</ClinicalDocument>)\s*")


def embedded(subject: Subject) -> Iterator[Embedded]:
    """Every document carried, in order; what is not base 64 is left out."""
    for resource in subject.of("Binary"):
        content = decoded(text(resource.data, "data"))
        if content:
            yield Embedded(content, text(resource.data, "contentType"), resource.path)
    for value in subject.typed.get("Attachment", ()):
        content = decoded(text(value.data, "data"))
        if content:
            yield Embedded(content, text(value.data, "contentType"), value.path)
