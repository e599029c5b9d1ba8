"""A mail with documents, as the practice's software reads it: the archive opened, the documents, what they say."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from banc_standards.cda.names import V3
from banc_standards.cda.read import CdaRefused, Document
from banc_standards.cda.read import read as read_cda
from banc_standards.ins import fold
from banc_standards.mail.mime import MimeRefused
from banc_standards.mail.read import Received
from banc_standards.mail.read import read as read_mail
from banc_standards.xdm import read as xdm
from banc_standards.xds.model import DocumentEntry

RESULT = "1.3.6.1.4.1.19376.1.3.1.6"
"""The templateId of one result of a biology report."""
CRITICAL = frozenset({"AA", "HH", "LL"})


class NotFiled(Exception):
    """A mail that is not filed: the code of the volet (900 to 906), what the user reads, and the identity that was
    created for it or recognised in it.
    """

    def __init__(self, code: str, said: str, patient: Mapping[str, Any] | None = None) -> None:
        super().__init__(said)
        self.code = code
        self.patient = patient


@dataclass(frozen=True)
class Incoming:
    """A document that came: its bytes, what it says, and the entry that describes it."""

    data: bytes
    document: Document
    entry: DocumentEntry
    deleted: bool = False

    @property
    def unique_id(self) -> str:
        """The document's own id."""
        return self.document.id.root

    @property
    def former(self) -> str:
        """The id of the document whose place it takes, empty for a first one."""
        replaced = self.document.replaces
        return replaced.root if replaced is not None else ""

    @property
    def exact(self) -> bool:
        """Whether it is what its metadata describe."""
        digest = hashlib.sha1(self.data, usedforsecurity=False).hexdigest()
        return (self.entry.hash or "").lower() == digest and str(self.entry.size) == str(len(self.data))

    @property
    def results(self) -> list[dict[str, Any]]:
        """The results of a structured report."""
        carrying = self.document.carriers.get(RESULT, ())
        return [_result(element) for element in carrying if element.tag == f"{V3}observation"]


@dataclass(frozen=True)
class Lot:
    """A mail that was opened. ``read`` is what it says; ``documents`` are those of its archive, none without one."""

    data: bytes
    read: Received
    documents: tuple[Incoming, ...]
    refused: NotFiled | None = None


def opened(data: bytes) -> Lot | None:
    """Opens a mail; None for what is no mail. An archive that cannot be used is told in ``refused``."""
    try:
        mail = read_mail(data)
    except MimeRefused:
        return None
    try:
        documents = tuple(one for part in mail.archives for one in _documents(part.content))
    except NotFiled as refused:
        return Lot(data, mail, (), refused)
    return Lot(data, mail, documents)


def _documents(packed: bytes) -> Iterator[Incoming]:
    try:
        archive = xdm.read(packed)
    except xdm.XdmRefused as error:
        raise NotFiled("906", f"L'archive jointe n'est pas ouverte : {error.text.fr}") from error
    for folder in archive.folders:
        if folder.submission is None:
            raise NotFiled("906", "Les métadonnées de l'archive sont illisibles.")
        for entry in folder.submission.contents:
            content = folder.content(entry)
            if content is None:
                raise NotFiled("906", "Un document annoncé manque dans l'archive.")
            try:
                document = read_cda(content)
            except CdaRefused as error:
                raise NotFiled("906", f"Document illisible : {error.text.fr}") from error
            yield Incoming(content, document, entry, folder.action == "D")


def patient_of(document: Document, patients: list[dict[str, Any]]) -> dict[str, Any]:
    """The patient of a document among those of the software: same qualified INS, same traits.

    Raises :class:`NotFiled`.
    """
    said = document.patient
    if said.ins is None:
        raise NotFiled("903", "Le document ne porte pas d'INS : choisissez le patient vous-même.")
    qualified = (item for item in patients if item.get("ins_status") == "QUAL")
    found = next((item for item in qualified if item.get("ins") == said.ins.value), None)
    who = f"{said.birth_family} {said.first_given}"
    if found is None:
        raise NotFiled("902", f"Patient inconnu du logiciel : {who}. Le document n'est pas classé.")
    same = (
        found.get("ins_oid") in (None, said.ins.oid)
        and fold(found["birth_family"]) == fold(said.birth_family)
        and fold(found["first_given"]) == fold(said.first_given)
        and found["sex"] == said.sex
        and str(found["birth_date"]).replace("-", "") == said.birth_time[:8]
    )
    if not same:
        raise NotFiled("904", f"L'INS est connue mais les traits diffèrent ({who}) : le document n'est pas classé.")
    return found


def shown(result: Mapping[str, Any]) -> str:
    """A result as its reader sees it."""
    return f"{result['label']} : {result['value']} {result['unit']}".strip() + f" ({result['interpretation']})"


def _result(element: etree._Element) -> dict[str, Any]:
    def attribute(path: str, name: str) -> str:
        found = element.find(path)
        return "" if found is None else found.get(name, "")

    text = element.find(f"{V3}value")
    spoken = "" if text is None else (text.text or "").strip()
    span = f"{V3}referenceRange/{V3}observationRange/{V3}value/"
    return {
        "code": attribute(f"{V3}code", "code"),
        "label": attribute(f"{V3}code", "displayName"),
        "value": attribute(f"{V3}value", "value") or attribute(f"{V3}value", "code") or spoken,
        "unit": attribute(f"{V3}value", "unit"),
        "low": attribute(f"{span}{V3}low", "value"),
        "high": attribute(f"{span}{V3}high", "value"),
        "interpretation": attribute(f"{V3}interpretationCode", "code"),
    }
