"""What each artefact says, in one spelling, so that a datum compares whatever format told it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from banc_standards.cda.read import CdaRefused, Document
from banc_standards.cda.read import read as read_cda
from banc_standards.cda.times import read_time
from banc_standards.hl7v2.message import Message
from banc_standards.identifiers import STRUCT_IDNAT, Cx, MalformedIdentifier
from banc_standards.ins import OIDS, fold
from banc_standards.mail.rules.subject import MailSubject
from banc_standards.terminology.documents import XDS_SD, format_of_media, format_of_model
from banc_standards.vihf import names as vihf_names
from banc_standards.vihf.read import Assertion
from banc_standards.xdm.read import Archive
from banc_standards.xds.model import Author, DocumentEntry, Submission
from banc_standards.xds.names import REPLACES
from banc_standards.xds.rules.people import person, structure
from banc_standards.xds.rules.subject import SubmissionSubject
from banc_standards.xml import XmlRefused

Kind = Literal["cda", "xds", "mail", "hl7v2", "vihf", "print"]
_PATIENT: Final = {"PID-5.1": "birth_name", "PID-5.2": "first_given", "PID-7": "birth_date", "PID-8": "sex"}


@dataclass(frozen=True, slots=True)
class Facts:
    """What one artefact says of one document, or of a whole sending (``document`` is then None).

    ``carrier`` is the file that it came in, ``where`` the artefact itself; ``values`` the texts of each datum.
    """

    where: str
    carrier: str
    kind: Kind
    values: Mapping[str, frozenset[str]] = field(default_factory=dict)
    document: str | None = None

    def says(self, datum: str) -> frozenset[str]:
        """The values of a datum, none where the artefact is silent."""
        return self.values.get(datum, frozenset())


def of_document(data: bytes, where: str, carrier: str) -> Iterator[Facts]:
    """The facts of a clinical document; bytes that are none say nothing."""
    try:
        document = read_cda(data)
    except (XmlRefused, CdaRefused):
        return
    patient, ins = document.patient, document.patient.ins
    authors = [one for one in document.authors if one.ids]
    act = document.events[0] if document.events else None
    signer = document.legal_authenticator
    replaced = document.replaces
    values = values_of(
        ins={f"{ins.value} ({ins.oid})"} if ins else (),
        local={f"{one.extension} ({one.root})" for one in patient.local_ids},
        birth_name={fold(patient.birth_family)},
        birth_givens={fold(patient.birth_givens)},
        first_given={fold(patient.first_given)},
        sex={patient.sex},
        birth_date={patient.birth_time[:8]},
        birth_place={patient.birth_place_cog},
        author={one.ids[0].extension for one in authors},
        role={one.code.code for one in document.authors if one.code},
        structure={
            item.extension
            for one in document.authors
            if one.structure
            for item in one.structure.ids
            if item.root == STRUCT_IDNAT
        },
        sector={document.facility_type.code if document.facility_type else ""},
        setting={document.practice_setting.code if document.practice_setting else ""},
        signer={signer.ids[0].extension if signer and signer.ids else ""},
        id={_id(document)},
        type={document.code.code if document.code else ""},
        confidentiality={document.confidentiality.code if document.confidentiality else ""},
        created={_utc(document.created)},
        begins={_utc(act.low) if act else ""},
        ends={_utc(act.high) if act else ""},
        title={" ".join(document.title.split())},
        language={document.language},
        format=_formats(document),
        replaced={replaced.root if replaced else ""},
        bytes={hashlib.sha1(data, usedforsecurity=False).hexdigest()},
    )
    yield Facts(where, carrier, "cda", values, _id(document))


def _id(document: Document) -> str:
    own = document.id
    return f"{own.root}^{own.extension}" if own.extension else own.root


def _formats(document: Document) -> set[str]:
    if XDS_SD in document.models:
        found = [format_of_media(document.media_type)]
    else:
        found = [format_of_model(model) for model in document.models]
    return {code.code for code in found if code}


def of_submission(content: Submission, documents: Mapping[str, bytes], where: str, carrier: str) -> Iterator[Facts]:
    """The facts of a set, of each entry, and of each document whose bytes are there."""
    lot = content.set
    if lot is not None:
        values = values_of(
            ins=_cx(lot.patient_id),
            sender=_persons(lot.authors),
            sender_structure=_institutions(lot.authors),
        )
        yield Facts(f"{where}/SubmissionSet", carrier, "xds", values)
    held = SubmissionSubject(content, documents)
    replacing = {link.source for link in content.associations if link.type == REPLACES}
    for entry in content.contents:
        yield Facts(
            f"{where}/DocumentEntry[{entry.id}]", carrier, "xds", _entry(entry, entry.id in replacing), entry.unique_id
        )
        data = held.content(entry)
        if data:
            yield from of_document(data, f"{where}/Document[{entry.id}]", carrier)


def _entry(entry: DocumentEntry, replaces: bool) -> dict[str, frozenset[str]]:
    signer = person(entry.legal_authenticator or "")
    codes = {
        "type": entry.type_code,
        "class": entry.class_code,
        "format": entry.format_code,
        "sector": entry.facility_type,
        "setting": entry.practice_setting,
    }
    own = [code.code for code in entry.confidentiality if code.code in ("N", "R", "V")]
    known = dict(text.partition("|")[::2] for text in entry.source_patient_info)
    family, _, given = known.get("PID-5", "").partition("^")
    traits = {
        "birth_name": {fold(family)},
        "first_given": {fold(given.partition("^")[0])},
        "birth_date": {known.get("PID-7", "")[:8]},
        "sex": {known.get("PID-8", "")},
    }
    action = {"C": "C", "D": "D"}.get(entry.action or "", "C" if replaces else "")
    return values_of(
        ins=_cx(entry.patient_id),
        local=_local(entry.source_patient_id),
        author=_persons(entry.authors),
        structure=_institutions(entry.authors),
        role={text.partition("^")[0] for author in entry.authors for text in author.specialties},
        signer={signer.id if signer else ""},
        id={entry.unique_id or ""},
        confidentiality=set(own),
        masks={code.code for code in entry.confidentiality} - {"N", "R", "V"},
        created={_utc(entry.creation_time or "")},
        begins={_utc(entry.service_start or "")},
        ends={_utc(entry.service_stop or "")},
        title={" ".join((entry.title or "").split())},
        language={entry.language or ""},
        action={action},
        bytes={(entry.hash or "").lower()},
        **traits,
        **{name: {code.code if code else ""} for name, code in codes.items()},
    )


def of_archive(archive: Archive, where: str, carrier: str) -> Iterator[Facts]:
    """The facts of each set of an archive, of its entries and of its documents."""
    for folder in archive.folders:
        if folder.submission is not None:
            yield from of_submission(folder.submission, folder.documents, f"{where}!/{folder.name}", carrier)


def of_mail(subject: MailSubject, where: str) -> Iterator[Facts]:
    """The facts of a mail and of its archive."""
    archive = subject.archive
    said = subject.action or {"r": "C", "s": "D"}.get((subject.mention or "").strip("[] ").lower()[:1], "")
    values = values_of(matricule=set(subject.citizens), types=set(subject.mail.document_codes), action={said})
    yield Facts(where, where, "mail", values)
    if archive is not None and subject.archive_part is not None:
        yield from of_archive(archive, f"{where}!/{subject.archive_part.filename}", where)


def of_token(token: Assertion, where: str, carrier: str) -> Iterator[Facts]:
    """The facts of a VIHF."""
    sender = "direct" if token.mode == vihf_names.DIRECT else "indirect"
    values = values_of(
        ins={f"{token.ins} ({token.ins_oid})"} if token.ins else (),
        token_structure={token.structure or ""},
        token_sector={(token.sector or "").partition("^")[0]},
        token_role={"/".join(role.code for role in token.roles)},
        **{f"{sender}_holder": {token.name_id or ""}},
    )
    yield Facts(where, carrier, "vihf", values)


def of_message(message: Message, where: str, carrier: str) -> Iterator[Facts]:
    """The facts of an HL7 v2 message: its patient, its sender, and each document in it."""
    patient, pid = message.patient, message.first("PID")
    if patient is None or pid is None:
        return
    ins, name, place = patient.matricule, patient.birth_name, patient.birth_place
    header = message.first("TXA")
    shared = {
        "ins": {f"{ins.value} ({ins.oid})"} if ins else set(),
        "local": {f"{one.value} ({one.oid})" for one in patient.ids if not one.is_ins},
        "birth_date": {re.sub(r"\D", "", pid[7])[:8]},
        "sex": {pid[8] if pid[8] in ("F", "M") else ""},
        "birth_place": {place[1] if place else ""},
    }
    if name is not None:
        shared |= {
            "birth_name": {fold(pid.get(5, 1, name.rank))},
            "first_given": {fold(pid.get(5, 2, name.rank))},
            "birth_givens": {fold(pid.get(5, 3, name.rank))},
        }
    senders = message.taking_part("SB")
    values = values_of(
        sender={one.get(5, 1) for one in senders},
        sender_structure={_struct(one.get(8, 10), one.get(8, 7)) for one in senders},
        **shared,
    )
    yield Facts(where, carrier, "hl7v2", values)
    for number, carried in enumerate(message.documents, 1):
        inside = list(of_document(carried.content, f"{where}/OBX[{number}]", carrier)) if carried.content else []
        masks = {name for name in ("MASQUE_PS", "INVISIBLE_PATIENT") if message.says(name) == "Y"}
        if message.says("INVISIBLE_REP_LEGAUX") == "Y":
            masks.add("INVISIBLE_REPRESENTANTS_LEGAUX")
        told = values_of(
            type={carried.observation.code},
            id={header.get(12) if header else ""},
            replaced={header.get(13) if header else ""},
            action={carried.obx[11] if carried.obx[11] in ("C", "D") else ""},
            masks=masks,
        )
        yield Facts(f"{where}/OBX[{number}]-5", carrier, "hl7v2", told, inside[0].document if inside else None)
        yield from inside


def _struct(number: str, kind: str) -> str:
    """A structure as a Struct_IdNat: a bare FINESS gets the 1 that HL7 v2 leaves out."""
    return f"1{number}" if kind in ("FINEG", "FINEJ") and len(number) == 9 else number


def _persons(authors: tuple[Author, ...]) -> set[str]:
    return {item.id for author in authors for text in author.persons if (item := person(text))}


def _institutions(authors: tuple[Author, ...]) -> set[str]:
    return {item.id for author in authors for text in author.institutions if (item := structure(text))}


def _cx(text: str | None) -> set[str]:
    try:
        cx = Cx.parse(text or "")
    except MalformedIdentifier:
        return set()
    return {f"{cx.value} ({cx.authority.oid})"} if cx.authority.oid in OIDS else set()


def _local(text: str | None) -> set[str]:
    try:
        cx = Cx.parse(text or "")
    except MalformedIdentifier:
        return set()
    return set() if cx.authority.oid in OIDS else {f"{cx.value} ({cx.authority.oid})"}


def _utc(text: str) -> str:
    """An instant in UTC, to the second; a day, or a time without zone, names no instant to compare."""
    if re.fullmatch(r"\d{14}", text):
        return text
    time = read_time(text)
    return time.utc[:14] if time is not None and time.zoned and len(time.digits) > 8 else ""


def values_of(**values: object) -> dict[str, frozenset[str]]:
    """What is said at all: empty texts are silence."""
    told: dict[str, frozenset[str]] = {}
    for name, given in values.items():
        texts = frozenset(text for text in given if text) if isinstance(given, set | frozenset | tuple) else frozenset()
        if texts:
            told[name] = texts
    return told
