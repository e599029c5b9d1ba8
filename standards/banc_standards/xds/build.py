"""Writing a submission: metadata derived from the CDA, the lot, and the requests and responses that carry them."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from typing import Any, TypeVar

from lxml import etree

from banc_standards.cda.model import Professional
from banc_standards.cda.read import Actor, Document
from banc_standards.cda.read import read as read_cda
from banc_standards.cda.times import read_time
from banc_standards.errors import BancError, Sentence
from banc_standards.identifiers import PS_IDNAT, STRUCT_IDNAT, Authority, Cx, Xcn, Xon
from banc_standards.ins import OIDS
from banc_standards.terminology.codes import Code, value_set
from banc_standards.terminology.documents import (
    SIGNATURE_CLASS,
    SIGNATURE_FORMAT,
    SIGNATURE_PURPOSE,
    SIGNATURE_TYPE,
    XDS_SD,
    class_of,
    format_of_media,
    format_of_model,
)
from banc_standards.terminology.oids import CCAM, CIM10, FORMATS_FR, HL7_CONFIDENTIALITY, VISIBILITY
from banc_standards.xds.model import Association, Author, DocumentEntry, RegistryError, Submission, SubmissionSet
from banc_standards.xds.names import (
    DOCUMENT_ENTRY_TYPE,
    ERROR_SEVERITY,
    FAILURE,
    HAS_MEMBER,
    LCM,
    LCM_NS,
    ORIGINAL,
    REPLACES,
    RIM_NS,
    RS,
    RS_NS,
    SIGNS,
    SUCCESS,
    UPDATE_STATUS,
    WARNING_SEVERITY,
    XDS,
    XDS_NS,
    XOP,
    XOP_NS,
)
from banc_standards.xds.rim import association, extrinsic_object, registry_package, rim

Needed = TypeVar("Needed")


class NotShareable(BancError):
    """A CDA document lacks what its sharing metadata need (code ``XDS-ENTRY``)."""

    def __init__(self, missing: str) -> None:
        super().__init__(
            "XDS-ENTRY",
            Sentence(
                f"Métadonnées impossibles : le CDA n'a pas de {missing}.", f"No metadata: the CDA has no {missing}."
            ),
            Sentence("Compléter l'en-tête du CDA avant de le partager.", "Complete the CDA header before sharing it."),
        )
        self.missing = missing


def utc(moment: datetime) -> str:
    """An instant as XDS writes it, UTC to the second. Raises ``ValueError`` for a naive datetime."""
    if moment.tzinfo is None:
        raise ValueError("a metadata time comes from an aware datetime")
    return moment.astimezone(UTC).strftime("%Y%m%d%H%M%S")


def author_of(person: Professional) -> Author:
    """The author of a lot or an entry who is this professional, in the structure where they work."""
    where = person.organization
    return Author(
        persons=(str(Xcn(person.idnat, person.family, person.given)),),
        institutions=(str(Xon(where.name, where.struct_idnat)),) if where else (),
        specialties=(_speciality(person.speciality),) if person.speciality else (),
    )


def entry_from_cda(
    cda: bytes,
    *,
    id: str = "Doc01",
    visibility: Sequence[str] = (),
    comments: str | None = None,
    local_patient: bool = False,
) -> DocumentEntry:
    """The metadata of a CDA document, every one derived from its header (CI-SIS, CDA to XDS mapping).

    ``class_code`` is None for a type that the class table does not hold: replace it then.
    ``visibility`` holds codes of JDV J08 beside the confidentiality (``MASQUE_PS``, ``INVISIBLE_PATIENT``…).
    ``local_patient`` lets the local number name the patient when the document carries no INS (a mail, never the DMP).
    Raises ``XmlRefused`` or ``CdaRefused`` for bytes that are no CDA, :class:`NotShareable` for a header that lacks an
    INS, an id, a type, a legal authenticator, a facility, a practice setting, a start of the main act, or a
    confidentiality among N, R and V; ``KeyError`` for a visibility that JDV J08 does not hold.
    """
    document = read_cda(cda)
    own_number = _source_patient_id(document)
    patient = document.patient.ins.cx() if document.patient.ins else own_number if local_patient else None
    code = _needed(document.code, "code")
    event = _needed(document.events[0] if document.events else None, "documentationOf/serviceEvent")
    return DocumentEntry(
        id=id,
        unique_id=_needed(document.id.root, "id"),
        patient_id=_needed(patient, "INS"),
        mime_type="text/xml",
        object_type=DOCUMENT_ENTRY_TYPE,
        title=document.title,
        comments=comments,
        creation_time=_utc_text(document.created, "effectiveTime"),
        language=document.language,
        service_start=_utc_text(event.low, "serviceEvent/effectiveTime/low"),
        service_stop=_utc_text(event.high, "serviceEvent/effectiveTime/high") if event.high else None,
        hash=hashlib.sha1(cda, usedforsecurity=False).hexdigest(),
        size=str(len(cda)),
        legal_authenticator=_person(_needed(document.legal_authenticator, "legalAuthenticator")),
        source_patient_id=own_number,
        source_patient_info=_source_patient_info(document),
        authors=tuple(_author(actor) for actor in document.authors),
        class_code=class_of(code),
        type_code=code,
        format_code=format_of(document),
        facility_type=_needed(document.facility_type, "healthCareFacility/code"),
        practice_setting=_needed(document.practice_setting, "standardIndustryClassCode"),
        confidentiality=_confidentiality(document.confidentiality, visibility),
        events=tuple(item.code for item in document.events if item.code and item.code.system in (CCAM, CIM10)),
    )


def format_of(document: Document) -> Code:
    """The format of a document: from its media type at level 1, else from the model that it announces."""
    unstructured = format_of_media(document.media_type) if XDS_SD in document.models else None
    known = (format_of_model(model) for model in document.models)
    found = unstructured or next((code for code in known if code), None)
    return found or value_set("J60").get("urn:asipSante:modelesHorsProfils:2011", FORMATS_FR)


def signature_entry(
    lot: SubmissionSet, document: DocumentEntry, signature: bytes, *, unique_id: str, id: str = "Sign01"
) -> DocumentEntry:
    """The metadata of the document that signs ``lot``; ``document`` is one of the entries of the lot (dmp, TD2.1)."""
    return DocumentEntry(
        id=id,
        unique_id=unique_id,
        patient_id=lot.patient_id,
        mime_type="text/xml",
        object_type=DOCUMENT_ENTRY_TYPE,
        title="Source",
        creation_time=lot.submission_time,
        language="art",
        service_start=lot.submission_time,
        service_stop=lot.submission_time,
        hash=hashlib.sha1(signature, usedforsecurity=False).hexdigest(),
        size=str(len(signature)),
        legal_authenticator=document.legal_authenticator,
        source_patient_id=lot.patient_id,
        authors=lot.authors,
        class_code=SIGNATURE_CLASS,
        type_code=SIGNATURE_TYPE,
        format_code=SIGNATURE_FORMAT,
        facility_type=document.facility_type,
        practice_setting=document.practice_setting,
        confidentiality=_confidentiality(None, ("MASQUE_PS", "INVISIBLE_PATIENT")),
        events=(SIGNATURE_PURPOSE,),
    )


def submission(
    lot: SubmissionSet, entries: Sequence[DocumentEntry], *, replaces: Mapping[str, str] | None = None
) -> Submission:
    """A lot with its members; a signature among ``entries`` signs the lot.

    ``replaces`` maps the id of an entry to the entryUUID that the registry gave to the one whose place it takes.
    """
    number = count(1)

    def link(kind: str, source: str, target: str) -> Association:
        return Association(id=f"assoc{next(number)}", type=kind, source=source, target=target, set_status=ORIGINAL)

    links = [link(HAS_MEMBER, lot.id, entry.id) for entry in entries]
    links += [link(SIGNS, entry.id, lot.id) for entry in entries if entry.signature]
    links += [link(REPLACES, new, old) for new, old in (replaces or {}).items()]
    return Submission(
        set=lot,
        entries=tuple(entries),
        associations=tuple(links),
        documents=tuple(entry.id for entry in entries),
    )


def provide_and_register(submission: Submission, contents: Mapping[str, str | bytes]) -> etree._Element:
    """The ITI-41 request: ``contents`` maps an entry's id to a content-id (MTOM part) or to the bytes themselves."""
    assert submission.set is not None
    nsmap: dict[Any, str] = {None: RIM_NS, "xds": XDS_NS, "lcm": LCM_NS, "xop": XOP_NS}
    root = etree.Element(f"{XDS}ProvideAndRegisterDocumentSetRequest", nsmap=nsmap)
    request = etree.SubElement(root, f"{LCM}SubmitObjectsRequest")
    request.append(registry_objects(submission))
    for entry_id, content in contents.items():
        part = etree.SubElement(root, f"{XDS}Document", id=entry_id)
        if isinstance(content, bytes):
            part.text = base64.b64encode(content).decode("ascii")
        else:
            etree.SubElement(part, f"{XOP}Include", href=f"cid:{content}")
    return root


def update_statuses(lot: SubmissionSet, entry_uuids: Sequence[str], *, original: str, new: str) -> etree._Element:
    """The ITI-57 request that changes the availability of entries (TD3.3c, TD3.3d), all from one status to another.

    ``entry_uuids`` are the ids that the registry gave (TD3.1b tells them), ``original`` the status that the entries
    have now: the registry refuses another one.
    """
    number = count(1)
    links = tuple(
        Association(
            id=f"assoc{next(number)}",
            type=UPDATE_STATUS,
            source=lot.id,
            target=entry_uuid,
            original_status=original,
            new_status=new,
        )
        for entry_uuid in entry_uuids
    )
    nsmap: dict[Any, str] = {None: RIM_NS, "lcm": LCM_NS}
    root = etree.Element(f"{LCM}SubmitObjectsRequest", nsmap=nsmap)
    root.append(registry_objects(Submission(set=lot, associations=links)))
    return root


def update_metadata(lot: SubmissionSet, entry: DocumentEntry, *, id: str = "Doc01") -> etree._Element:
    """The ITI-57 request that changes metadata (TD3.3a, TD3.3b): the whole entry as the registry gave it, altered.

    ``entry`` keeps the version that the registry gave: it becomes the PreviousVersion, and ``id`` its new symbolic id.
    """
    sent = replace(entry, id=id)
    link = Association(
        id="assoc1", type=HAS_MEMBER, source=lot.id, target=id, set_status=ORIGINAL, previous_version=entry.version
    )
    nsmap: dict[Any, str] = {None: RIM_NS, "lcm": LCM_NS}
    root = etree.Element(f"{LCM}SubmitObjectsRequest", nsmap=nsmap)
    root.append(registry_objects(Submission(set=lot, entries=(sent,), associations=(link,))))
    return root


def registry_objects(submission: Submission) -> etree._Element:
    """The ``RegistryObjectList`` of a submission."""
    number = count(1)
    lot = [registry_package(submission.set, number)] if submission.set else []
    entries = [extrinsic_object(entry, number) for entry in submission.entries]
    return rim("RegistryObjectList", [*lot, *entries, *map(association, submission.associations)])


def registry_response(errors: Sequence[RegistryError] = (), *, status: str | None = None) -> etree._Element:
    """A ``RegistryResponse``: success without errors, failure with them, unless ``status`` says otherwise."""
    failed = any(not error.warning for error in errors)
    root = etree.Element(
        f"{RS}RegistryResponse", nsmap={"rs": RS_NS}, status=status or (FAILURE if failed else SUCCESS)
    )
    if errors:
        root.append(registry_errors(errors))
    return root


def registry_errors(errors: Sequence[RegistryError]) -> etree._Element:
    """The ``RegistryErrorList`` of an answer."""
    holder = etree.Element(f"{RS}RegistryErrorList", nsmap={"rs": RS_NS})
    for error in errors:
        etree.SubElement(
            holder,
            f"{RS}RegistryError",
            errorCode=error.code,
            codeContext=error.context,
            location=error.location,
            severity=WARNING_SEVERITY if error.warning else ERROR_SEVERITY,
        )
    return holder


def _needed(value: Needed | None, name: str) -> Needed:
    if not value:
        raise NotShareable(name)
    return value


def _utc_text(text: str, where: str) -> str:
    time = read_time(text)
    if time is None:
        raise NotShareable(where)
    return time.utc


def _speciality(code: Code) -> str:
    return f"{code.code}^{code.display}^{code.system}"


def _confidentiality(own: Code | None, visibility: Sequence[str]) -> tuple[Code, ...]:
    first = Code(own.code if own else "N", HL7_CONFIDENTIALITY)
    if first not in value_set("J08"):
        raise NotShareable("confidentialityCode N, R, V")
    first = value_set("J08").get(first.code, first.system)
    return (first, *(value_set("J08").get(code, VISIBILITY) for code in visibility))


def _source_patient_id(document: Document) -> str | None:
    local, ins = document.patient.local_ids, document.patient.ins
    if local:
        return str(Cx(local[0].extension, Authority(local[0].root), "PI"))
    return ins.cx() if ins else None


def _source_patient_info(document: Document) -> tuple[str, ...]:
    traits = document.patient
    return (
        f"PID-5|{traits.birth_family}^{traits.first_given}^^^^^L",
        f"PID-7|{traits.birth_time}",
        f"PID-8|{traits.sex}",
    )


def _author(actor: Actor) -> Author:
    where = actor.structure
    structure = next((item.extension for item in where.ids if item.root == STRUCT_IDNAT), "") if where else ""
    return Author(
        persons=(_person(actor),),
        institutions=(str(Xon(where.name, structure)),) if where and structure else (),
        roles=(actor.function.display,) if actor.function else (),
        specialties=(_speciality(actor.code),) if actor.code else (),
    )


def _person(actor: Actor) -> str:
    own = actor.ids[0] if actor.ids else None
    value, root = (own.extension, own.root) if own else ("", PS_IDNAT)
    if actor.device:
        return str(Xcn(value, actor.device, actor.device_model, Authority(root), "U", "RI"))
    kind = "NH" if root in OIDS else "EI" if "/" in value else "IDNPS"
    return str(Xcn(value, actor.family, actor.given, Authority(root), "D", kind))
