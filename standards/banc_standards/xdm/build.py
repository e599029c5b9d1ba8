"""Writing an XDM archive: the same lot gives the same octets."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Any, Final

from lxml import etree

from banc_standards.xdm.names import INDEX, METADATA, README, ROOT, Action
from banc_standards.xds.build import registry_objects, submission
from banc_standards.xds.model import DocumentEntry, Submission, SubmissionSet
from banc_standards.xds.names import LCM, LCM_NS, RIM_NS

_MOMENT: Final = (2000, 1, 1, 0, 0, 0)
"""Every member carries the same date, so that writing is repeatable."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Who made the archive, for the two pages that people read: structure, software, and how to reach them."""

    institution: str
    software: str
    contact: str = ""


def archive(
    lot: SubmissionSet,
    documents: Sequence[tuple[DocumentEntry, bytes]],
    *,
    origin: Origin,
    action: Action | None = None,
) -> bytes:
    """``IHE_XDM.zip`` with one submission set: INDEX.HTM, README.TXT, METADATA.XML and the documents.

    Each entry must describe its bytes (``xds.build.entry_from_cda`` does). ``action`` is written on every entry: C for
    a replacement, D for a deletion, None for a first sending.
    """
    entries = located([entry for entry, _ in documents], action=action)
    contents = {entry.uri or "": data for entry, (_, data) in zip(entries, documents, strict=True)}
    return packed(submission(lot, entries), contents, origin=origin)


def located(entries: Sequence[DocumentEntry], *, action: Action | None = None) -> list[DocumentEntry]:
    """The entries with the file name of each (``DOC0001.XML``…), and the action of the sending."""
    return [replace(entry, uri=f"DOC{rank:04d}.XML", action=action) for rank, entry in enumerate(entries, 1)]


def packed(content: Submission, contents: Mapping[str, bytes], *, origin: Origin, folder: str = "SUBSET01") -> bytes:
    """The archive of a lot whose metadata are taken as they are; ``contents`` maps file names to bytes."""
    base = f"{ROOT}/{folder}"
    members = {
        INDEX: _index(content, base, origin),
        README: _readme(content, folder, origin),
        f"{base}/{METADATA}": metadata(content),
        **{f"{base}/{name}": data for name, data in contents.items()},
    }
    return zipped(members)


def metadata(content: Submission) -> bytes:
    """METADATA.XML: one ebRIM ``SubmitObjectsRequest``."""
    nsmap: dict[Any, str] = {"lcm": LCM_NS, "rim": RIM_NS}
    root = etree.Element(f"{LCM}SubmitObjectsRequest", nsmap=nsmap)
    root.append(registry_objects(content))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def zipped(members: Mapping[str, bytes]) -> bytes:
    """A zip of ``members`` in their order, deflated, without anything of this machine or of this moment."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as written:
        for name, data in members.items():
            info = zipfile.ZipInfo(name, date_time=_MOMENT)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 0
            written.writestr(info, data)
    return buffer.getvalue()


def _index(content: Submission, base: str, origin: Origin) -> bytes:
    links = "".join(
        f'<li><a href="{escape(base)}/{escape(entry.uri or "")}">{escape(entry.title or entry.uri or "")}</a></li>'
        for entry in content.entries
    )
    page = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML Basic 1.0//EN"'
        ' "http://www.w3.org/TR/xhtml-basic/xhtml-basic10.dtd">\n'
        '<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="fr"><head><title>IHE XDM</title></head>'
        f'<body><h1>{escape(origin.institution)}</h1><ul>{links}</ul><p><a href="{README}">{README}</a></p>'
        "</body></html>"
    )
    return page.encode()


def _readme(content: Submission, folder: str, origin: Origin) -> bytes:
    lines = [
        f"Emetteur : {origin.institution}",
        f"Logiciel : {origin.software}",
        *([f"Contact : {origin.contact}"] if origin.contact else []),
        f"Contenu : 1 lot de soumission ({folder}), {len(content.entries)} document(s) CDA R2 :",
        *(f"- {ROOT}/{folder}/{entry.uri} : {entry.title or ''}".rstrip() for entry in content.entries),
    ]
    return ("\r\n".join(lines) + "\r\n").encode()
