"""The documents of an archive: where their bytes are, whether they are whole, and of whom they speak."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from banc_standards.identifiers import Authority, Cx, MalformedIdentifier
from banc_standards.ins import OIDS
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit
from banc_standards.xdm.names import STYLE
from banc_standards.xdm.read import file_of
from banc_standards.xdm.rules.subject import XdmSubject, at
from banc_standards.xds.names import REPLACES

_BOOK = RuleBook("IHE ITI TF-2 3.32 et TF-3 (XDM), métadonnées")


@_BOOK.rule(
    "XDM-DOC-001",
    ("Chaque entrée nomme son fichier (URI).", "Every entry names its file (URI)."),
    ("Ajouter le Slot URI, relatif à METADATA.XML.", "Add the Slot URI, relative to METADATA.XML."),
    at="DocumentEntry/URI",
)
def _uri(subject: XdmSubject) -> Iterator[Hit]:
    for folder, entry in subject.entries():
        if not entry.uri:
            yield at(folder, entry, "URI", "", "DOC0001.XML")


@_BOOK.rule(
    "XDM-DOC-002",
    ("L'URI désigne un fichier de son dossier.", "The URI names a file of its folder."),
    ("Écrire le nom du fichier qui est à côté de METADATA.XML.", "Write the name of the file beside METADATA.XML."),
    at="DocumentEntry/URI",
)
def _present(subject: XdmSubject) -> Iterator[Hit]:
    for folder, entry in subject.entries():
        if entry.uri and folder.content(entry) is None:
            yield at(folder, entry, "URI", entry.uri, ", ".join(sorted(folder.files)))


@_BOOK.rule(
    "XDM-DOC-003",
    (
        "L'entrée porte l'empreinte de ses octets (SHA-1, hexadécimal).",
        "The entry carries the hash of its bytes (SHA-1, hexadecimal).",
    ),
    ("Calculer hash sur le fichier mis dans l'archive.", "Compute hash over the file put into the archive."),
    at="DocumentEntry/hash",
)
def _hash(subject: XdmSubject) -> Iterator[Hit]:
    for folder, entry in subject.entries():
        content = folder.content(entry)
        if content is not None:
            computed = hashlib.sha1(content, usedforsecurity=False).hexdigest()
            if (entry.hash or "").lower() != computed:
                yield at(folder, entry, "hash", entry.hash, computed)


@_BOOK.rule(
    "XDM-DOC-004",
    ("L'entrée porte la taille de ses octets.", "The entry carries the size of its bytes."),
    ("Compter les octets du fichier mis dans l'archive.", "Count the bytes of the file put into the archive."),
    at="DocumentEntry/size",
)
def _size(subject: XdmSubject) -> Iterator[Hit]:
    for folder, entry in subject.entries():
        content = folder.content(entry)
        if content is not None and entry.size != str(len(content)):
            yield at(folder, entry, "size", entry.size, str(len(content)))


@_BOOK.rule(
    "XDM-DOC-005",
    ("Chaque fichier d'un lot est décrit par ses métadonnées.", "Every file of a set is described by its metadata."),
    ("Retirer le fichier, ou ajouter son entrée.", "Remove the file, or add its entry."),
    at="IHE_XDM/*",
)
def _orphan(subject: XdmSubject) -> Iterator[Hit]:
    for folder in subject.archive.folders:
        entries = folder.submission.entries if folder.submission else ()
        described = {file_of(entry) for entry in entries}
        for name in folder.files if folder.submission else ():
            if name.lower() not in described and name.upper() != STYLE:
                yield Hit(f"{folder.name}/{name}", found=name, expected="DocumentEntry/URI")


@_BOOK.rule(
    "XDM-DOC-006",
    ("L'uniqueId est l'id du CDA.", "The uniqueId is the id of the CDA."),
    ("Recopier la racine de l'id du CDA.", "Copy the root of the CDA's id."),
    at="DocumentEntry/uniqueId",
)
def _unique_id(subject: XdmSubject) -> Iterator[Hit]:
    for folder, entry, document in subject.clinical:
        own = document.id
        allowed = [f"{own.root}^{own.extension}", f"{own.root}.{own.extension}"] if own.extension else [own.root]
        if entry.unique_id and entry.unique_id not in allowed:
            yield at(folder, entry, "uniqueId", entry.unique_id, allowed[0])


@_BOOK.rule(
    "XDM-DOC-007",
    (
        "L'id d'un document est un OID sans extension, comme le veut le DMP.",
        "The id of a document is an OID without extension, as the DMP wants it.",
    ),
    ("Donner au CDA un id fait d'un OID seul.", "Give the CDA an id that is an OID alone."),
    at="DocumentEntry/uniqueId",
    severity="warning",
)
def _plain_oid(subject: XdmSubject) -> Iterator[Hit]:
    for folder, entry, document in subject.clinical:
        if document.id.extension:
            yield at(folder, entry, "uniqueId", f"{document.id.root}^{document.id.extension}", "OID")


@_BOOK.rule(
    "XDM-DOC-008",
    (
        "Une association RPLC ne dit rien à qui reçoit un courriel : il n'a pas l'entryUUID visé.",
        "An RPLC association tells nothing to who receives a mail: its target entryUUID is not known there.",
    ),
    (
        "Dire le remplacement par action = C et par relatedDocument du CDA.",
        "Tell the replacement by action = C and by the CDA's relatedDocument.",
    ),
    at="Association RPLC",
    severity="info",
)
def _replaces(subject: XdmSubject) -> Iterator[Hit]:
    for folder in subject.archive.folders:
        for link in folder.submission.associations if folder.submission else ():
            if link.type == REPLACES:
                yield Hit(f"{folder.name}/METADATA.XML/Association[{link.id}]", found=link.target)


@_BOOK.rule(
    "XDM-DOC-009",
    (
        "Un CDA qui en remplace un autre est envoyé avec action = C (ou D pour une suppression).",
        "A CDA that replaces another is sent with action = C (or D for a deletion).",
    ),
    ("Ajouter le Slot action sur l'entrée.", "Add the Slot action to the entry."),
    at="action (orthographe non publiée)",
    severity="info",
    certainty="uncertain",
)
def _action(subject: XdmSubject) -> Iterator[Hit]:
    for folder, entry, document in subject.clinical:
        if document.replaces is not None and folder.action is None:
            yield at(folder, entry, "action", "", "C")


@_BOOK.rule(
    "XDM-PAT-001",
    ("L'archive ne parle que d'un seul patient.", "The archive speaks of one patient only."),
    (
        "Envoyer un courriel par patient ; écrire le même patientId sur le lot et chaque entrée.",
        "Send one mail per patient; write the same patientId on the set and on every entry.",
    ),
    at="patientId ; ECO.2.1.1",
)
def _one_patient(subject: XdmSubject) -> Iterator[Hit]:
    patients = subject.patients
    if len(patients) > 1:
        yield Hit("METADATA.XML/patientId", found=", ".join(patients), expected="1")


@_BOOK.rule(
    "XDM-PAT-002",
    ("Le patient des métadonnées est celui du CDA.", "The patient of the metadata is that of the CDA."),
    ("Recopier l'INS (valeur et OID) du CDA.", "Copy the INS (value and OID) of the CDA."),
    at="patientId",
)
def _patient_of_cda(subject: XdmSubject) -> Iterator[Hit]:
    for folder, entry, document in subject.clinical:
        found = "^".join((entry.patient_id or "").split("^")[:4])
        ins = document.patient.ins
        ids = [ins.cx()] if ins else [str(Cx(one.extension, Authority(one.root))) for one in document.patient.ids]
        expected = ["^".join(one.split("^")[:4]) for one in ids]
        if found and found not in expected:
            yield at(folder, entry, "patientId", found, ", ".join(expected))


@_BOOK.rule(
    "XDM-PAT-003",
    (
        "Le patient est désigné par son INS (NH), ou par un numéro local (PI) si l'INS n'est pas qualifiée.",
        "The patient is named by the INS (NH), or by a local number (PI) when the INS is not qualified.",
    ),
    ("Écrire matricule^^^&OID&ISO^NH.", "Write matricule^^^&OID&ISO^NH."),
    at="patientId",
)
def _patient_form(subject: XdmSubject) -> Iterator[Hit]:
    for text in subject.patients:
        try:
            cx = Cx.parse(text)
        except MalformedIdentifier:
            yield Hit("METADATA.XML/patientId", text, "INS^^^&OID&ISO^NH")
            continue
        if cx.type != ("NH" if cx.authority.oid in OIDS else "PI"):
            yield Hit("METADATA.XML/patientId", text, "INS^^^&OID&ISO^NH")


RULES = _BOOK.rules
