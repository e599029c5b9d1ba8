"""Submissions (ITI-65): the SubmissionSet and Folder lists, and the Bundle with all that must agree in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from banc_standards.fhir.codes import LIST_TYPES as KINDS
from banc_standards.fhir.names import AUTHOR_ORG, DESIGNATION, LIST_TYPES, MHD, SOURCE_ID, URI
from banc_standards.fhir.rules.book import FhirBook
from banc_standards.fhir.rules.bundle import entries
from banc_standards.fhir.rules.documents import binaries, is_unique_id
from banc_standards.fhir.rules.forms import Must, cardinalities, found
from banc_standards.fhir.rules.known import FOLDER, SUBMISSION, SUBMISSION_SET
from banc_standards.fhir.rules.patient import INS_SYSTEMS
from banc_standards.fhir.subject import Resource, at, codings, extensions, has_code, items, text
from banc_standards.rules import Hit

_SET = FhirBook("PDSm 3.1.1, PDSm_SubmissionSetComprehensive (MHD 4.2)", "List", (SUBMISSION_SET,))
_FOLDER = FhirBook("PDSm 3.1.1, PDSm_FolderComprehensive (MHD 4.2)", "List", (FOLDER,))
_BUNDLE = FhirBook("PDSm 3.1.1, PDSm_ComprehensiveProvideDocumentBundle (MHD 4.2, ITI-65)", "Bundle", (SUBMISSION,))
_FORMER: Final = "http://profiles.ihe.net/ITI/MHD/CodeSystem/MHDlistTypes"

cardinalities(
    _SET,
    "FHIR-SET",
    (
        Must("001", "contained"),
        Must("002", "subject", 1, 1),
        Must("003", "date", 1, 1),
        Must("004", "code", 1, 1),
        Must("005", "identifier", 1, None, "warning"),
        Must("006", "encounter", 0, 0),
        Must("007", "orderedBy", 0, 0),
        Must("008", "emptyReason", 0, 0),
        Must("009", "entry.flag", 0, 0),
        Must("010", "entry.deleted", 0, 0),
        Must("011", "entry.date", 0, 0),
        Must("012", "note", 0, 1),
    ),
)
cardinalities(
    _FOLDER,
    "FHIR-SET",
    (Must("013", "contained"), Must("014", "date", 1, 1), Must("015", "entry"), Must("016", "code", 1, 1)),
)


@_SET.rule(
    "FHIR-SET-017",
    ("Le lot est current, en mode working.", "The set is current, in mode working."),
    ("Écrire status = current et mode = working.", "Write status = current and mode = working."),
    at="status, mode",
)
def _state(resource: Resource) -> Iterator[Hit]:
    for name, wanted in (("status", "current"), ("mode", "working")):
        told = text(resource.data, name)
        if told and told != wanted:
            yield resource.hit(name, found=told, expected=wanted)


@_SET.rule(
    "FHIR-SET-018",
    (
        "Le code de la liste est submissionset, de MHDlistTypes.",
        "The code of the list is submissionset of MHDlistTypes.",
    ),
    ("Écrire le système https://profiles.ihe.net/ITI/MHD/….", "Write the system https://profiles.ihe.net/ITI/MHD/…."),
    at="code",
)
def _set_code(resource: Resource) -> Iterator[Hit]:
    yield from _list_code(resource, "submissionset")


@_FOLDER.rule(
    "FHIR-SET-019",
    ("Le code de la liste est folder, de MHDlistTypes.", "The code of the list is folder of MHDlistTypes."),
    ("Écrire le système https://profiles.ihe.net/ITI/MHD/….", "Write the system https://profiles.ihe.net/ITI/MHD/…."),
    at="code",
)
def _folder_code(resource: Resource) -> Iterator[Hit]:
    yield from _list_code(resource, "folder")


def _list_code(resource: Resource, wanted: str) -> Iterator[Hit]:
    concept = resource.data.get("code")
    if concept is not None and not has_code(concept, LIST_TYPES, wanted) and not has_code(concept, _FORMER, wanted):
        told = ", ".join(f"{text(one, 'system')}|{text(one, 'code')}" for one in codings(concept))
        yield resource.hit("code", found=told, expected=f"{LIST_TYPES}|{wanted}")


def _needs(resource: Resource, url: str, kind: str) -> Iterator[Hit]:
    marks = extensions(resource.data, url)
    if len(marks) != 1:
        yield resource.hit(found=str(len(marks)), expected=url)
    for number, mark in marks:
        if kind not in mark:
            yield resource.hit("extension", number, expected=kind)


@_SET.rule(
    "FHIR-SET-020",
    ("Le lot dit une fois son type d'activité (ihe-designationType).", "The set tells its activity type once."),
    ("Ajouter l'extension ihe-designationType (JDV_J03).", "Add the extension ihe-designationType (JDV_J03)."),
    at="extension[designationType]",
)
def _designation(resource: Resource) -> Iterator[Hit]:
    yield from _needs(resource, DESIGNATION, "valueCodeableConcept")


@_FOLDER.rule(
    "FHIR-SET-021",
    ("Le classeur dit une fois son type d'activité (ihe-designationType).", "The folder tells its activity type once."),
    ("Ajouter l'extension ihe-designationType.", "Add the extension ihe-designationType."),
    at="extension[designationType]",
)
def _folder_designation(resource: Resource) -> Iterator[Hit]:
    yield from _needs(resource, DESIGNATION, "valueCodeableConcept")


@_SET.rule(
    "FHIR-SET-022",
    (
        "Le lot dit une fois quel système l'envoie (ihe-sourceId), par un OID.",
        "The set tells once which system sends it (ihe-sourceId), by an OID.",
    ),
    ("Écrire system urn:ietf:rfc:3986 et value urn:oid:….", "Write system urn:ietf:rfc:3986 and value urn:oid:…."),
    at="extension[sourceId]",
)
def _source_id(resource: Resource) -> Iterator[Hit]:
    yield from _needs(resource, SOURCE_ID, "valueIdentifier")
    for number, mark in extensions(resource.data, SOURCE_ID):
        identifier = at(mark, "valueIdentifier")
        if not isinstance(identifier, dict):
            continue
        where = ("extension", number, "valueIdentifier")
        if text(identifier, "system") != URI:
            yield resource.hit(*where, "system", found=text(identifier, "system"), expected=URI)
        value = text(identifier, "value")
        if not (value.startswith("urn:oid:") and is_unique_id(value)):
            yield resource.hit(*where, "value", found=value, expected="urn:oid:…")


@_SET.rule(
    "FHIR-SET-023",
    (
        "L'auteur du lot est une ressource contenue, ou une organisation (ihe-authorOrg).",
        "The author of the set is a contained resource, or an organization (ihe-authorOrg).",
    ),
    ("Désigner par #id une ressource de contained.", "Name a resource of contained by #id."),
    at="source",
)
def _source(resource: Resource) -> Iterator[Hit]:
    source = at(resource.data, "source")
    if not isinstance(source, dict):
        yield resource.hit(expected="source")
    elif not extensions(source, AUTHOR_ORG):
        target = text(source, "reference")
        if target and not target.startswith("#"):
            yield resource.hit("source", "reference", found=target, expected="#…")


@_SET.rule(
    "FHIR-SET-024",
    (
        "L'auteur du lot est une situation d'exercice, un dispositif ou le patient.",
        "The author of the set is a practitioner role, a device or the patient.",
    ),
    ("Remplacer Practitioner par PractitionerRole.", "Replace Practitioner by PractitionerRole."),
    at="source",
    severity="warning",
    certainty="deduced",
)
def _source_type(resource: Resource) -> Iterator[Hit]:
    target = text(resource.data, "source", "reference")
    for _, one in items(resource.data, "contained"):
        if target == f"#{text(one, 'id')}" and text(one, "resourceType") == "Practitioner":
            yield resource.hit("source", "reference", found="Practitioner", expected="PractitionerRole")


@_SET.rule(
    "FHIR-SET-025",
    (
        "Le destinataire du lot passe par l'extension de PDSm.",
        "The recipient of the set goes through PDSm's extension.",
    ),
    ("Remplacer ihe-intendedRecipient par pdsm-ext-intended-recipient.", "Use pdsm-ext-intended-recipient."),
    at="extension[intendedRecipient]",
)
def _recipient(resource: Resource) -> Iterator[Hit]:
    for number, _ in extensions(resource.data, MHD + "ihe-intendedRecipient"):
        yield resource.hit("extension", number, found="ihe-intendedRecipient", expected="pdsm-ext-intended-recipient")


# The Bundle


def _lists(bundle: Resource, kind: str) -> list[tuple[int, dict[str, Any]]]:
    return [
        (number, entry)
        for number, entry in entries(bundle)
        if text(entry, "resource", "resourceType") == "List"
        and any(text(one, "code") == kind for one in codings(at(entry, "resource", "code")))
    ]


def _of_type(bundle: Resource, name: str) -> list[tuple[int, dict[str, Any]]]:
    return [(n, entry) for n, entry in entries(bundle) if text(entry, "resource", "resourceType") == name]


@_BUNDLE.rule(
    "FHIR-SUB-001",
    ("Un dépôt est une transaction.", "A submission is a transaction."),
    ("Écrire type = transaction.", "Write type = transaction."),
    at="type",
)
def _transaction(bundle: Resource) -> Iterator[Hit]:
    if text(bundle.data, "type") != "transaction":
        yield bundle.hit("type", found=text(bundle.data, "type"), expected="transaction")


@_BUNDLE.rule(
    "FHIR-SUB-002",
    ("Un dépôt porte un lot de soumission et un seul.", "A submission carries one submission set, and one only."),
    ("Garder une List de code submissionset.", "Keep one List of code submissionset."),
    at="entry[SubmissionSet]",
)
def _one_set(bundle: Resource) -> Iterator[Hit]:
    number = len(_lists(bundle, "submissionset"))
    if number != 1:
        yield bundle.hit("entry", found=str(number), expected="1")


@_BUNDLE.rule(
    "FHIR-SUB-003",
    ("Un dépôt porte au moins une fiche (DocumentReference).", "A submission carries at least one DocumentReference."),
    ("Ajouter la fiche du document.", "Add the entry of the document."),
    at="entry[DocumentRefs]",
)
def _some_documents(bundle: Resource) -> Iterator[Hit]:
    if not _of_type(bundle, "DocumentReference") and not _lists(bundle, "folder"):
        yield bundle.hit("entry", expected="DocumentReference")


@_BUNDLE.rule(
    "FHIR-SUB-004",
    ("Chaque entrée a une adresse (fullUrl) et une ressource.", "Every entry has an address (fullUrl) and a resource."),
    ("Ajouter fullUrl (urn:uuid:…) et resource.", "Add fullUrl (urn:uuid:…) and resource."),
    at="entry",
)
def _whole(bundle: Resource) -> Iterator[Hit]:
    for number, entry in entries(bundle):
        for name in ("fullUrl", "resource"):
            if entry.get(name) is None:
                yield bundle.hit("entry", number, expected=name)


_POSTED: Final = frozenset({"List", "DocumentReference", "Binary"})


@_BUNDLE.rule(
    "FHIR-SUB-005",
    (
        "Lots, fiches et documents sont créés : POST et le type.",
        "Sets, entries and documents are created: POST and type.",
    ),
    (
        "Écrire method = POST et url = le type de la ressource.",
        "Write method = POST and url = the type of the resource.",
    ),
    at="entry.request",
)
def _created(bundle: Resource) -> Iterator[Hit]:
    folders = {number for number, _ in _lists(bundle, "folder")}
    for number, entry in entries(bundle):
        name = text(entry, "resource", "resourceType")
        request = at(entry, "request")
        if name not in _POSTED or not isinstance(request, dict) or number in folders:
            continue
        if text(request, "method") != "POST":
            yield bundle.hit("entry", number, "request", "method", found=text(request, "method"), expected="POST")
        elif text(request, "url").strip("/") != name:
            yield bundle.hit("entry", number, "request", "url", found=text(request, "url"), expected=name)


@_BUNDLE.rule(
    "FHIR-SUB-006",
    (
        "Le lot nomme chaque fiche et chaque classeur du dépôt.",
        "The set names every entry and folder of the submission.",
    ),
    ("Ajouter une entry.item par fiche, avec son fullUrl.", "Add an entry.item per entry, with its fullUrl."),
    at="List.entry.item",
)
def _listed(bundle: Resource) -> Iterator[Hit]:
    named = {
        text(item, "reference")
        for _, entry in _lists(bundle, "submissionset")
        for _, item in found(at(entry, "resource"), "entry.item")
    }
    for number, entry in (*_of_type(bundle, "DocumentReference"), *_lists(bundle, "folder")):
        resource = at(entry, "resource")
        names = {text(entry, "fullUrl"), f"{text(resource, 'resourceType')}/{text(resource, 'id')}"}
        if not names & named:
            yield bundle.hit("entry", number, found=text(entry, "fullUrl"), expected="List.entry.item")


@_BUNDLE.rule(
    "FHIR-SUB-007",
    (
        "L'adresse de chaque document désigne un Binary du dépôt.",
        "The address of every document names a Binary of the submission.",
    ),
    ("Écrire dans url le fullUrl du Binary.", "Write the fullUrl of the Binary into url."),
    at="content.attachment.url",
)
def _carried(bundle: Resource) -> Iterator[Hit]:
    known = binaries(bundle)
    for number, entry in _of_type(bundle, "DocumentReference"):
        for place, content in items(at(entry, "resource"), "content"):
            url = text(content, "attachment", "url")
            if url and url not in known:
                where = ("entry", number, "resource", "content", place, "attachment", "url")
                yield bundle.hit(*where, found=url, expected=", ".join(list(known)[:5]))


@_BUNDLE.rule(
    "FHIR-SUB-008",
    ("Chaque Binary du dépôt est décrit par une fiche.", "Every Binary of the submission is described by an entry."),
    ("Ajouter la fiche, ou retirer le Binary.", "Add the entry, or remove the Binary."),
    at="entry[Documents]",
    severity="warning",
    certainty="deduced",
)
def _described(bundle: Resource) -> Iterator[Hit]:
    urls = {
        text(content, "attachment", "url")
        for _, entry in _of_type(bundle, "DocumentReference")
        for _, content in items(at(entry, "resource"), "content")
    }
    for number, entry in _of_type(bundle, "Binary"):
        if not urls & {text(entry, "fullUrl"), f"Binary/{text(entry, 'resource', 'id')}"}:
            yield bundle.hit("entry", number, found=text(entry, "fullUrl"), expected="DocumentReference")


@_BUNDLE.rule(
    "FHIR-SUB-009",
    ("Tout le dépôt parle d'un seul patient.", "The whole submission speaks of one patient."),
    ("Faire un dépôt par patient.", "Make one submission per patient."),
    at="subject, context.sourcePatientInfo",
)
def _one_patient(bundle: Resource) -> Iterator[Hit]:
    first = ""
    for place, identifier in _patients(bundle):
        if not first:
            first = identifier
        elif identifier != first:
            yield bundle.subject.hit(place, identifier, first)


def _patients(bundle: Resource) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every INS that the Bundle tells, with its place: subjects by condition, and patients contained."""
    for number, entry in entries(bundle):
        resource = at(entry, "resource")
        target = text(resource, "subject", "reference")
        condition = target.partition("?identifier=")[2].partition("&")[0]
        if "|" in condition and condition.partition("|")[0] in INS_SYSTEMS:
            yield (*bundle.path, "entry", number, "resource", "subject", "reference"), condition
    for patient in bundle.subject.of("Patient"):
        for number, identifier in items(patient.data, "identifier"):
            if text(identifier, "system") in INS_SYSTEMS and identifier.get("use") != "old":
                told = f"{text(identifier, 'system')}|{text(identifier, 'value')}"
                yield (*patient.path, "identifier", number), told


@_BUNDLE.rule(
    "FHIR-SUB-010",
    (
        "Une mise à jour ne touche que le statut, les étiquettes de sécurité ou l'archivage d'une fiche.",
        "An update touches only the status, the security labels or the archiving of an entry.",
    ),
    ("Retirer l'opération : le serveur répondrait 405.", "Remove the operation: the server would answer 405."),
    at="flux 03",
)
def _patched(bundle: Resource) -> Iterator[Hit]:
    for number, entry in _of_type(bundle, "Parameters"):
        for place, operation in items(at(entry, "resource"), "parameter"):
            for inner, part in items(operation, "part"):
                path = text(part, "valueString")
                allowed = ("DocumentReference.status", "DocumentReference.securityLabel", "DocumentReference.extension")
                if text(part, "name") == "path" and path and not path.startswith(allowed):
                    where = ("entry", number, "resource", "parameter", place, "part", inner, "valueString")
                    yield bundle.hit(*where, found=path, expected=", ".join(allowed))


@_BUNDLE.rule(
    "FHIR-SUB-011",
    ("Le patient n'est pas une entrée du dépôt.", "The patient is no entry of the submission."),
    ("Contenir le patient dans les fiches.", "Contain the patient in the entries."),
    at="entry[Patient]",
    severity="warning",
    certainty="deduced",
)
def _no_patient(bundle: Resource) -> Iterator[Hit]:
    for number, _ in _of_type(bundle, "Patient"):
        yield bundle.hit("entry", number, found="Patient")


@_BUNDLE.rule(
    "FHIR-SUB-012",
    ("Une liste du dépôt est un lot ou un classeur.", "A list of the submission is a set or a folder."),
    ("Écrire le code submissionset ou folder.", "Write the code submissionset or folder."),
    at="entry[Folders]",
)
def _known_lists(bundle: Resource) -> Iterator[Hit]:
    for number, entry in _of_type(bundle, "List"):
        told = [text(one, "code") for one in codings(at(entry, "resource", "code"))]
        if not KINDS & set(told):
            yield bundle.hit(
                "entry", number, "resource", "code", found=", ".join(told), expected="submissionset | folder"
            )


_ANY = FhirBook("MHD 4.2, ITI-65", "Bundle")


@_ANY.rule(
    "FHIR-SUB-013",
    ("Un dépôt annonce son profil.", "A submission claims its profile."),
    ("Ajouter le profil PDSm à meta.profile du Bundle.", "Add the PDSm profile to meta.profile of the Bundle."),
    at="Bundle.meta.profile",
)
def _claimed(bundle: Resource) -> Iterator[Hit]:
    transaction = text(bundle.data, "type") == "transaction"
    if transaction and not bundle.profiles and _lists(bundle, "submissionset"):
        yield bundle.hit("meta", expected=SUBMISSION)


RULES = (*_SET.rules, *_FOLDER.rules, *_BUNDLE.rules, *_ANY.rules)
