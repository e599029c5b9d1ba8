"""The metadata say of a document what its CDA header says (CI-SIS, CDA to XDS mapping)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from banc_standards.cda.read import Document
from banc_standards.cda.times import read_time
from banc_standards.identifiers import STRUCT_IDNAT, Cx, MalformedIdentifier
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit
from banc_standards.terminology.documents import XDS_SD, format_of_media, format_of_model
from banc_standards.xds.model import DocumentEntry
from banc_standards.xds.names import REPLACEMENTS
from banc_standards.xds.rules.people import person, structure
from banc_standards.xds.rules.subject import SubmissionSubject, at_entry

_BOOK = RuleBook("CI-SIS, correspondance entre en-tête CDA et métadonnées XDS", "InvalidDocumentContent")
Comparison: TypeAlias = Callable[[DocumentEntry, Document], Iterator[Hit]]


def _each(compare: Comparison) -> Callable[[SubmissionSubject], Iterator[Hit]]:
    def check(subject: SubmissionSubject) -> Iterator[Hit]:
        for entry, document in subject.clinical():
            yield from compare(entry, document)

    return check


def _differ(entry: DocumentEntry, attribute: str, found: str | None, expected: str) -> Iterator[Hit]:
    """One hit when both sides say something, and not the same thing."""
    if found and expected and found != expected:
        yield at_entry(entry, attribute, found, expected)


def _same(number: str, attribute: str, element: str, compare: Comparison) -> None:
    _BOOK.add(
        f"XDS-CDA-{number}",
        (f"{attribute} dit la même chose que {element} du CDA.", f"{attribute} says what {element} of the CDA says."),
        (f"Dériver {attribute} du CDA.", f"Derive {attribute} from the CDA."),
        _each(compare),
        at=attribute,
    )


@_BOOK.rule(
    "XDS-CDA-001",
    (
        "L'uniqueId est la racine de l'id du CDA, OID sans extension.",
        "The uniqueId is the root of the CDA's id, an OID without extension.",
    ),
    ("Donner au CDA un id sans extension, et le recopier.", "Give the CDA an id without extension, and copy it."),
    at="uniqueId",
)
def _unique_id(subject: SubmissionSubject) -> Iterator[Hit]:
    for entry, document in subject.clinical():
        if document.id.extension:
            found = f"{document.id.root}^{document.id.extension}"
            yield Hit(f"DocumentEntry[{entry.id}]/Document/id", found=found, expected="OID")
        yield from _differ(entry, "uniqueId", entry.unique_id, document.id.root)


def _patient(entry: DocumentEntry, document: Document) -> Iterator[Hit]:
    ins = document.patient.ins
    found = "^".join((entry.patient_id or "").split("^")[:5])
    if ins is None:
        yield at_entry(entry, "patientId", found, "INS dans recordTarget/patientRole/id")
    else:
        yield from _differ(entry, "patientId", found, ins.cx())


_same("002", "patientId", "recordTarget/patientRole/id", _patient)


def _type(entry: DocumentEntry, document: Document) -> Iterator[Hit]:
    if entry.type_code and document.code and entry.type_code != document.code:
        found, expected = (f"{code.code} ({code.system})" for code in (entry.type_code, document.code))
        yield at_entry(entry, "typeCode", found, expected)


_same("003", "typeCode", "code", _type)


def _title(entry: DocumentEntry, document: Document) -> Iterator[Hit]:
    yield from _differ(entry, "title", " ".join((entry.title or "").split()), " ".join(document.title.split()))


_same("004", "title", "title", _title)


def _instant(entry: DocumentEntry, attribute: str, found: str | None, written: str) -> Iterator[Hit]:
    """Compares to the coarser of the two; a document time without zone names no instant to compare to.

    A day has no zone, so the UTC instant of its local midnight may fall on the day before: one day apart is no fault.
    """
    time, given = read_time(written), read_time(found or "")
    if time is None or given is None or (len(time.digits) > 8 and not time.zoned):
        return
    length = min(len(given.digits), len(time.utc))
    if given.digits[:length] == time.utc[:length]:
        return
    days = abs((given.start.replace(tzinfo=None) - time.start.replace(tzinfo=None)).days)
    if length > 8 or days > 1:
        yield at_entry(entry, attribute, found, time.utc)


def _created(entry: DocumentEntry, document: Document) -> Iterator[Hit]:
    yield from _instant(entry, "creationTime", entry.creation_time, document.created)


_same("005", "creationTime", "effectiveTime", _created)


def _service(entry: DocumentEntry, document: Document) -> Iterator[Hit]:
    if document.events:
        act = document.events[0]
        yield from _instant(entry, "serviceStartTime", entry.service_start, act.low)
        yield from _instant(entry, "serviceStopTime", entry.service_stop, act.high)


_same("006", "serviceStartTime", "documentationOf[1]/serviceEvent/effectiveTime", _service)


def _language(entry: DocumentEntry, document: Document) -> Iterator[Hit]:
    yield from _differ(entry, "languageCode", entry.language, document.language)


_same("007", "languageCode", "languageCode", _language)


def _confidentiality(entry: DocumentEntry, document: Document) -> Iterator[Hit]:
    own = document.confidentiality
    codes = [code.code for code in entry.confidentiality]
    if own and codes and own.code not in codes:
        yield at_entry(entry, "confidentialityCode", ", ".join(codes), own.code)


_same("008", "confidentialityCode", "confidentialityCode", _confidentiality)


def _authors(entry: DocumentEntry, document: Document) -> Iterator[Hit]:
    found = {item.id for author in entry.authors for text in author.persons if (item := person(text))}
    expected = {author.ids[0].extension for author in document.authors if author.ids}
    if found and expected and found != expected:
        yield at_entry(entry, "authorPerson", ", ".join(sorted(found)), ", ".join(sorted(expected)))


_same("009", "authorPerson", "author/assignedAuthor/id", _authors)


def _institutions(entry: DocumentEntry, document: Document) -> Iterator[Hit]:
    found = {item.id for author in entry.authors for text in author.institutions if (item := structure(text))}
    expected = {
        item.extension
        for author in document.authors
        if author.structure
        for item in author.structure.ids
        if item.root == STRUCT_IDNAT
    }
    if found and expected and found != expected:
        yield at_entry(entry, "authorInstitution", ", ".join(sorted(found)), ", ".join(sorted(expected)))


_same("010", "authorInstitution", "author//representedOrganization/id", _institutions)


def _specialties(entry: DocumentEntry, document: Document) -> Iterator[Hit]:
    found = {text.partition("^")[0] for author in entry.authors for text in author.specialties}
    expected = {author.code.code for author in document.authors if author.code}
    if found and expected and found != expected:
        yield at_entry(entry, "authorSpecialty", ", ".join(sorted(found)), ", ".join(sorted(expected)))


_same("011", "authorSpecialty", "author/assignedAuthor/code", _specialties)


def _legal_authenticator(entry: DocumentEntry, document: Document) -> Iterator[Hit]:
    found, signer = person(entry.legal_authenticator or ""), document.legal_authenticator
    if found and signer and signer.ids:
        yield from _differ(entry, "legalAuthenticator", found.id, signer.ids[0].extension)


_same("012", "legalAuthenticator", "legalAuthenticator/assignedEntity/id", _legal_authenticator)


def _facility(entry: DocumentEntry, document: Document) -> Iterator[Hit]:
    if entry.facility_type and document.facility_type:
        yield from _differ(entry, "healthcareFacilityTypeCode", entry.facility_type.code, document.facility_type.code)


_same("013", "healthcareFacilityTypeCode", "healthCareFacility/code", _facility)


def _setting(entry: DocumentEntry, document: Document) -> Iterator[Hit]:
    if entry.practice_setting and document.practice_setting:
        yield from _differ(entry, "practiceSettingCode", entry.practice_setting.code, document.practice_setting.code)


_same("014", "practiceSettingCode", "performer//standardIndustryClassCode", _setting)


def _source_id(entry: DocumentEntry, document: Document) -> Iterator[Hit]:
    try:
        cx = Cx.parse(entry.source_patient_id or "")
    except MalformedIdentifier:
        return
    known = {(item.extension, item.root) for item in document.patient.ids}
    if (cx.value, cx.authority.oid) not in known:
        expected = ", ".join(f"{value} ({root})" for value, root in sorted(known))
        yield at_entry(entry, "sourcePatientId", entry.source_patient_id, expected)


_same("015", "sourcePatientId", "recordTarget/patientRole/id", _source_id)


def _source_info(entry: DocumentEntry, document: Document) -> Iterator[Hit]:
    traits = document.patient
    values = dict(text.partition("|")[::2] for text in entry.source_patient_info)
    family, _, given = values.get("PID-5", "").partition("^")
    pairs = (
        ("PID-5.1", family.casefold(), traits.birth_family.casefold()),
        ("PID-5.2", given.partition("^")[0].casefold(), traits.first_given.casefold()),
        ("PID-7", values.get("PID-7", "")[:8], traits.birth_time[:8]),
        ("PID-8", values.get("PID-8", ""), traits.sex),
    )
    for name, found, expected in pairs:
        yield from _differ(entry, f"sourcePatientInfo/{name}", found, expected)


_same("016", "sourcePatientInfo", "recordTarget/patientRole/patient", _source_info)


@_BOOK.rule(
    "XDS-CDA-017",
    (
        "Le format est celui du modèle que le CDA déclare (ASS_A11), ou celui de son fichier au niveau 1.",
        "The format is that of the model that the CDA declares (ASS_A11), or that of its file at level 1.",
    ),
    ("Dériver formatCode du templateId du CDA.", "Derive formatCode from the CDA's templateId."),
    at="formatCode",
)
def _format(subject: SubmissionSubject) -> Iterator[Hit]:
    for entry, document in subject.clinical():
        if XDS_SD in document.models:
            known = [format_of_media(document.media_type)]
        else:
            known = [format_of_model(model) for model in document.models]
        expected = [code.code for code in known if code]
        if entry.format_code and expected and entry.format_code.code not in expected:
            yield at_entry(entry, "formatCode", entry.format_code.code, " | ".join(expected))


def _replacing(subject: SubmissionSubject) -> set[str]:
    return {link.source for link in subject.submission.associations if link.type in REPLACEMENTS}


@_BOOK.rule(
    "XDS-CDA-018",
    (
        "Un document qui en remplace un autre dans le DMP le nomme aussi dans son CDA.",
        "A document that replaces another in the DMP names it in its CDA too.",
    ),
    (
        "Ajouter au CDA relatedDocument RPLC, garder setId et augmenter versionNumber.",
        "Add relatedDocument RPLC to the CDA, keep setId and raise versionNumber.",
    ),
    at="RPLC",
)
def _related(subject: SubmissionSubject) -> Iterator[Hit]:
    replacing = _replacing(subject)
    for entry, document in subject.clinical():
        if entry.id in replacing and document.replaces is None:
            yield Hit(f"DocumentEntry[{entry.id}]/Document", found="", expected="relatedDocument[@typeCode='RPLC']")


@_BOOK.rule(
    "XDS-CDA-019",
    (
        "Un CDA qui en remplace un autre est envoyé avec l'association RPLC, si l'ancien est dans le DMP.",
        "A CDA that replaces another is sent with the RPLC association, if the old one is in the DMP.",
    ),
    ("Ajouter RPLC vers l'entryUUID de l'ancienne entrée.", "Add RPLC to the entryUUID of the old entry."),
    at="RPLC",
    severity="warning",
    certainty="deduced",
)
def _associated(subject: SubmissionSubject) -> Iterator[Hit]:
    replacing = _replacing(subject)
    for entry, document in subject.clinical():
        if document.replaces is not None and entry.id not in replacing:
            yield at_entry(entry, "RPLC", "", document.replaces.root)


RULES = _BOOK.rules
