"""For each rule of FHIR, what to change in which sound sample to break it: a table, and what its rows do not say.

Rules of numbers and of identifiers (:class:`~banc_standards.fhir.rules.forms.Must`, ``Slice``) make their own cases.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from banc_standards.fhir.names import BIRTH_LIST, FORMER_FR_CORE, FR_CORE, MHD, T1
from banc_standards.fhir.rules.examples.change import Change, Steps, all_of, drop, inside, put, steps, twice

_U: Final = "urn:uuid:00000000-0000-4000-8000-00000000000"


def _nothing(_: Any) -> None: ...


@dataclass(frozen=True, slots=True)
class Case:
    """One rule: the sample that keeps it, the change that breaks it, and the part that a reader is shown.

    ``bad`` and ``good`` take the place of the sample where the bytes themselves are at stake.
    """

    rule: str
    sample: str = ""
    change: Change = field(default=_nothing)
    shown: Steps = ()
    bad: bytes = b""
    good: bytes = b""


def _bytes(number: str, bad: str | bytes, good: str | bytes = '{"resourceType": "Patient", "active": true}') -> Case:
    return Case(
        f"FHIR-{number}",
        bad=bad.encode() if isinstance(bad, str) else bad,
        good=good.encode() if isinstance(good, str) else good,
    )


def _case(rule: str, sample: str, change: Change, shown: str) -> Case:
    return Case(f"FHIR-{rule}", sample, change, steps(shown))


_NH: Final = {
    "use": "official",
    "type": {"coding": [{"system": T1, "code": "NH"}]},
    "system": "urn:oid:1.2.250.1.213.1.4.13",
    "value": "279035121518989",
}
_GIVENS: Final = {"url": BIRTH_LIST, "valueString": "DOMINIQUE MARIE-LOUISE"}
_PHONE: Final = {"system": "phone", "value": "01 99 00 00 09"}
_DOC: Final = "entry.1.resource"
_SET: Final = "entry.0.resource"
_PATIENT: Final = f"{_DOC}.contained.0"
_UNIQUE: Final = f"{_DOC}.masterIdentifier"
_MASK: Final = f"{_DOC}.securityLabel.1"
_ATTACHMENT: Final = f"{_DOC}.content.0.attachment"
_INSEE: Final = "extension.0.valueAddress.extension.0"
_BOX: Final = "telecom.0.extension.1"

_TABLE: Final = (
    _bytes("JSON-001", '{"resourceType": "Patient",}'),
    _bytes("JSON-002", '{"resourceType": "Patient", "name": [{"family": "É"}]}'.encode("latin-1")),
    _bytes("JSON-004", '{"a":' * 101 + "1" + "}" * 101),
    _bytes("JSON-005", '{"resourceType": "Patient", "active": true, "active": false}'),
    _bytes("JSON-006", '{"resourceType": "Observation", "valueQuantity": {"value": NaN}}'),
    _bytes("JSON-007", '{"resourceType": "Patient", "name": []}'),
    _bytes("JSON-008", '{"resourceType": "Patient", "name": [{"family": "A\\u0001"}]}'),
    _bytes("JSON-009", b'\xef\xbb\xbf{"resourceType": "Patient"}', b'{"resourceType": "Patient"}'),
    _bytes("STR-001", '{"active": true}'),
    _bytes("STR-002", '{"resourceType": "Pacient"}'),
    _bytes("STR-003", '{"resourceType": "Patient", "gendr": "male"}', '{"resourceType": "Patient", "gender": "male"}'),
    _case("STR-004", "encounter", drop("class"), "class"),
    _bytes(
        "STR-005",
        '{"resourceType": "Patient", "name": {"family": "A"}}',
        '{"resourceType": "Patient", "name": [{"family": "A"}]}',
    ),
    _bytes("STR-006", '{"resourceType": "Patient", "active": "true"}'),
    _bytes(
        "STR-007",
        '{"resourceType": "Patient", "birthDate": "1950-02-31"}',
        '{"resourceType": "Patient", "birthDate": "1950-02-28"}',
    ),
    _bytes("STR-008", '{"resourceType": "Patient", "gender": "F"}', '{"resourceType": "Patient", "gender": "female"}'),
    _bytes(
        "STR-009",
        '{"resourceType": "Patient", "deceasedBoolean": true, "deceasedDateTime": "2026"}',
        '{"resourceType": "Patient", "deceasedDateTime": "2026"}',
    ),
    _bytes(
        "STR-011",
        '{"resourceType": "Patient", "name": [{"given": ["A", null]}]}',
        '{"resourceType": "Patient", "name": [{"given": ["A"]}]}',
    ),
    _case("EXT-001", "patient", put(f"{_INSEE}.extension", [{"url": "x", "valueCode": "y"}]), _INSEE),
    _case("REF-001", "submission", put(f"{_DOC}.author.0.reference", "#autre"), f"{_DOC}.author"),
    _case("REF-002", "submission", put(f"{_DOC}.custodian.reference", "#auteur"), f"{_DOC}.custodian"),
    _case("REF-003", "role", put("practitioner.reference", "Patient/alice"), "practitioner"),
    _case("PER-001", "encounter", put("period.start", "2026-02-05T08:00:00+01:00"), "period"),
    _case("DT-001", "patient-local", drop("photo.0.contentType"), "photo"),
    _case("DT-002", "patient", drop("telecom.0.system"), "telecom"),
    _case("DT-003", "weight", drop("valueQuantity.system"), "valueQuantity"),
    _case("DT-004", "patient-local", put("text.div", "<p>PAT-TROIS"), "text"),
    _case(
        "DOM-001",
        "submission",
        put(f"{_PATIENT}.contained", [{"resourceType": "Basic"}]),
        f"{_DOC}.contained.0",
    ),
    _case("DOM-002", "submission", drop(f"{_DOC}.custodian"), _DOC),
    _case("DOM-003", "submission", put(f"{_PATIENT}.meta", {"versionId": "1"}), _PATIENT),
    _case("PRO-001", "patient", put("meta.profile.0", FR_CORE + "fr-core-practitioner"), "meta"),
    _case("PRO-002", "patient", put("meta.profile.1", "https://exemple.invalid/profil"), "meta"),
    _case("PRO-003", "patient", put("meta.profile.1", FORMER_FR_CORE + "FrPatient"), "meta"),
    _bytes("PRO-004", '{"resourceType": "Evidence", "status": "active"}'),
    _case("EMB-001", "submission", put("entry.2.resource.data", "PENsaW5pY2FsRG9jdW1lbnQvPg=="), "entry.2.resource"),
    _case("BDL-001", "answer", put("total", 1), ""),
    _case("BDL-002", "answer", put("entry.0.search", {"mode": "match"}), "entry.0"),
    _case("BDL-003", "submission", drop("entry.2.request"), "entry.2"),
    _case("BDL-004", "answer", drop("entry.0.response"), "entry.0"),
    _case("BDL-005", "search", drop("entry.0.resource"), "entry.0"),
    _case("BDL-007", "submission", put("entry.3.fullUrl", f"{_U}3"), "entry.3"),
    _case("BDL-008", "search", put("entry.0.fullUrl", "https://exemple.invalid/Patient/1/_history/1"), "entry.0"),
    _case("BDL-009", "document", drop("identifier"), ""),
    _case("BDL-010", "document", drop("timestamp"), ""),
    _case("BDL-011", "document", drop("entry.0"), "entry.0"),
    _case("BDL-012", "document", put("entry.0.resource.subject.reference", f"{_U}9"), "entry.0.resource.subject"),
    _case("BDL-013", "answer", put("entry.0.response.status", "Created"), "entry.0.response"),
    _case("PAT-006", "patient", drop("telecom.0.value"), "telecom.0"),
    _case("PAT-007", "patient-local", put("name.0.prefix", ["MME", "DR"]), "name.0"),
    _case("PAT-008", "patient", drop("name.0.family"), "name.0"),
    _case("PAT-009", "patient", put("gender", "other"), ""),
    _case(
        "PAT-010",
        "patient",
        put("name.0.extension", [_GIVENS, _GIVENS]),
        "name.0",
    ),
    _case(
        "PAT-011",
        "patient",
        all_of(drop(f"{_INSEE}.valueCoding"), put(f"{_INSEE}.valueCode", "51215")),
        _INSEE,
    ),
    _case("PAT-012", "patient", twice("extension.1.extension.0"), "extension.1"),
    _case("PAT-013", "patient", put("extension.1.extension.3.valueCoding.code", "XX"), "extension.1.extension.3"),
    _case("PAT-014", "patient", put("extension.1.extension.0.valueCoding.code", "QUAL"), "extension.1.extension.0"),
    _case("PAT-015", "patient", drop("extension.1.extension.2"), "extension.1"),
    _case("PAT-016", "patient", put(f"{_INSEE}.valueCoding.code", "Reims"), _INSEE),
    _case("INS-009", "patient", drop("extension.0"), "extension"),
    _case("INS-010", "patient", put("name.0.use", "usual"), "name"),
    _case("INS-011", "patient", put("name.0.given", ["DOMINIQUE", "MARIE-LOUISE"]), "name.0"),
    _case("INS-012", "patient", put("name.0.given.0", "MARIE"), "name.0"),
    _case("INS-013", "patient", put("extension.1.extension.3.valueCoding.code", "PC"), "extension.1.extension.3"),
    _case("INS-014", "patient", put("identifier.0.use", "usual"), "identifier.0"),
    _case("INS-015", "patient", put("identifier.1.use", "official"), "identifier"),
    _case("INS-016", "patient", put("identifier.2", _NH), "identifier.2"),
    _case("INS-017", "patient", put(f"{_INSEE}.valueCoding.code", "99999"), _INSEE),
    _case("INS-018", "patient", drop("extension.1"), "extension"),
    _case("INS-019", "patient", put("identifier.0.value", "279035121518900"), "identifier.0"),
    _case("INS-020", "patient-plain", put("identifier.0.system", "urn:oid:1.2.250.1.213.1.4.8"), "identifier.0"),
    _case("PRA-003", "practitioner", drop("telecom.0.value"), "telecom.0"),
    _case("PRA-004", "practitioner", put("name.0.prefix", ["MME", "DR"]), "name.0"),
    _case("ROL-001", "role", drop("telecom.0.system"), "telecom.0"),
    _case("ORG-005", "establishment", drop("telecom.0.value"), "telecom.0"),
    _case("ORG-006", "unit", all_of(drop("name"), drop("identifier")), ""),
    _case("ORG-007", "establishment", put("telecom.0.use", "home"), "telecom.0"),
    _case("ORG-008", "unit", put("type.0.coding.0.code", "SERVICE"), "type.0"),
    _case("REL-002", "related", drop("telecom.0.system"), "telecom.0"),
    _case("REL-003", "related", put("name.0.prefix", ["M", "DR"]), "name.0"),
    _case("SRV-001", "service", drop("telecom.0.value"), "telecom.0"),
    _case("IDN-001", "practitioner", put("identifier.1.value", "899900000011"), "identifier.1"),
    _case("IDN-002", "practitioner", put("identifier.1.value", "99900000012"), "identifier.1"),
    _case("IDN-003", "practitioner", put("identifier.0.value", "99900000011"), "identifier.0"),
    _case("IDN-004", "practitioner", put("identifier.0.value", "899900000029"), "identifier"),
    _case("IDN-005", "establishment", put("identifier.1.value", "1990000001"), "identifier.1"),
    _case("IDN-006", "establishment", put("identifier.2.value", "990000001"), "identifier.2"),
    _case("IDN-007", "establishment", put("identifier.0.value", "990000001"), "identifier.0"),
    _case("IDN-008", "establishment", put("identifier.1.system", "http://finess.sante.gouv.fr"), "identifier.1"),
    _case("IDN-009", "practitioner", put("telecom.0.system", "url"), "telecom.0"),
    _case(
        "ENC-013",
        "encounter",
        put("hospitalization.preAdmissionIdentifier.system", "urn:oid:1.2.3.4"),
        "hospitalization.preAdmissionIdentifier",
    ),
    _case("LOC-001", "room", drop("telecom.0.value"), "telecom.0"),
    _case("LOC-002", "room", put("type.0.coding.0.system", "urn:oid:1.2.3.4"), "type.0"),
    _case("LOC-003", "room", put("type.0.coding.0.code", "CAVE"), "type.0"),
    _case("LOC-004", "room", put("type.0.coding.0.code", "LIT"), "type.0"),
    _case("LOC-005", "bed", put("type.0.coding.0.code", "CHAMB"), "type.0"),
    _case("RDV-004", "appointment", drop("end"), ""),
    _case("RDV-005", "appointment", all_of(drop("start"), drop("end")), ""),
    _case("RDV-006", "appointment", drop("participant.0.actor"), "participant.0"),
    _case("OBS-001", "weight", put("category.0.coding.0.code", "laboratory"), "category"),
    _case("OBS-003", "weight", drop("effectiveDateTime"), ""),
    _case("OBS-004", "weight", put("code.coding.0.code", "8867-4"), "code"),
    _case("OBS-005", "weight", put("valueQuantity.code", "Kg"), "valueQuantity"),
    _case("OBS-006", "weight", drop("valueQuantity"), ""),
    _case("OBS-007", "pressure", put("component.0.valueQuantity.code", "kPa"), "component.0"),
    _case("OBS-008", "weight", put("dataAbsentReason", {"text": "refus"}), "dataAbsentReason"),
    _case("OBS-009", "pressure", drop("component.1"), "component"),
    _case("LST-001", "folder", put("emptyReason", {"text": "rien"}), "emptyReason"),
    _case("DIR-014", "dp-practitioner", drop("identifier.1"), "identifier"),
    _case("DIR-110", "dp-practitioner", put("telecom.0.system", "url"), "telecom.0"),
    _case(
        "DIR-111",
        "dp-practitioner",
        put(f"{_BOX}.extension.0.valueCodeableConcept.coding.0.code", "PRO"),
        f"{_BOX}.extension.0",
    ),
    _case(
        "DIR-112",
        "dp-practitioner",
        put(f"{_BOX}.extension.1", {"url": "responsible", "valueString": "ALICE DURAND"}),
        _BOX,
    ),
    _case("DIR-113", "dp-practitioner", put("telecom.1", _PHONE), "telecom.1"),
    _case("DIR-114", "dp-practitioner", drop("meta.profile.0"), "meta"),
    _case("DOC-030", "submission", put(f"{_DOC}.status", "entered-in-error"), _DOC),
    _case("DOC-031", "simplified", put("status", "superseded"), ""),
    _case("DOC-032", "submission", put(f"{_UNIQUE}.value", "1.2.250.1.999.1.1"), f"{_DOC}.masterIdentifier"),
    _case("DOC-033", "submission", put(f"{_DOC}.author.0.reference", "Practitioner/alice"), f"{_DOC}.author"),
    _case(
        "DOC-034",
        "submission",
        put(f"{_MASK}.coding.0.code", "INVISIBLE_REP_LEGAUX"),
        f"{_DOC}.securityLabel.1",
    ),
    _case("DOC-035", "submission", drop(f"{_DOC}.securityLabel.0"), f"{_DOC}.securityLabel"),
    _case("DOC-036", "submission", twice(f"{_DOC}.relatesTo.0"), f"{_DOC}.relatesTo"),
    _case(
        "DOC-037",
        "submission",
        all_of(drop(f"{_DOC}.extension.0.valueBoolean"), put(f"{_DOC}.extension.0.valueString", "non")),
        f"{_DOC}.extension.0",
    ),
    _case("DOC-038", "submission", put(f"{_DOC}.type.coding.0.system", "urn:oid:1.2.3.4"), f"{_DOC}.type"),
    _case("DOC-040", "submission", put(f"{_ATTACHMENT}.hash", "2jmj7l5rSw0yVb/vlWAYkK/YBwk="), _ATTACHMENT),
    _case("DOC-041", "submission", put(f"{_ATTACHMENT}.size", 12), _ATTACHMENT),
    _case("DOC-042", "submission", put("entry.2.resource.contentType", "application/pdf"), "entry.2.resource"),
    _case("SET-017", "submission", put(f"{_SET}.mode", "snapshot"), _SET),
    _case("SET-018", "submission", put(f"{_SET}.code.coding.0.code", "folder"), f"{_SET}.code"),
    _case("SET-019", "folder", put("code.coding.0.system", "urn:oid:1.2.3.4"), "code"),
    _case("SET-020", "submission", drop(f"{_SET}.extension.0"), f"{_SET}.extension"),
    _case("SET-021", "folder", drop("extension"), ""),
    _case("SET-022", "submission", put(f"{_SET}.extension.1.valueIdentifier.value", "1.2.3"), f"{_SET}.extension.1"),
    _case("SET-023", "submission", put(f"{_SET}.source.reference", "PractitionerRole/1"), f"{_SET}.source"),
    _case("SET-024", "submission", put(f"{_SET}.contained.0.resourceType", "Practitioner"), f"{_SET}.contained.0"),
    _case(
        "SET-025",
        "submission",
        put(
            f"{_SET}.extension.2",
            {"url": MHD + "ihe-intendedRecipient", "valueReference": {"reference": "#auteur"}},
        ),
        f"{_SET}.extension.2",
    ),
    _case("SUB-001", "submission", put("type", "batch"), ""),
    _case("SUB-002", "submission", drop("entry.0"), "entry.0"),
    _case("SUB-003", "submission", drop("entry.1"), "entry.1"),
    _case("SUB-004", "submission", drop("entry.2.fullUrl"), "entry.2"),
    _case("SUB-005", "submission", put("entry.1.request.method", "PUT"), "entry.1.request"),
    _case("SUB-006", "submission", put(f"{_SET}.entry.0.item.reference", f"{_U}3"), f"{_SET}.entry"),
    _case("SUB-007", "submission", put(f"{_ATTACHMENT}.url", f"{_U}9"), _ATTACHMENT),
    _case("SUB-008", "submission", put(f"{_ATTACHMENT}.url", f"{_U}9"), _ATTACHMENT),
    _case(
        "SUB-009",
        "submission",
        put(f"{_SET}.subject.reference", "Patient?identifier=urn:oid:1.2.250.1.213.1.4.10|160012B12345678"),
        f"{_SET}.subject",
    ),
    _case(
        "SUB-010",
        "submission",
        put("entry.3.resource.parameter.0.part.1.valueString", "DocumentReference.type"),
        "entry.3.resource",
    ),
    _case("SUB-011", "submission", put("entry.2.resource", {"resourceType": "Patient"}), "entry.2"),
    _case("SUB-012", "submission", put(f"{_SET}.code", {"text": "lot"}), f"{_SET}.code"),
    _case("SUB-013", "submission", drop("meta"), ""),
    _case(
        "CDA-001",
        "submission",
        put(f"{_UNIQUE}.value", "urn:oid:1.2.250.1.999.1.2"),
        f"{_DOC}.masterIdentifier",
    ),
    _case("CDA-002", "submission", put(f"{_DOC}.type.coding.0.code", "34112-3"), f"{_DOC}.type"),
    _case("CDA-003", "submission", put(f"{_PATIENT}.identifier.0.value", "160012B12345678"), f"{_DOC}.contained.0"),
    _case("CDA-004", "submission", put(f"{_DOC}.securityLabel.0.coding.0.code", "R"), f"{_DOC}.securityLabel.0"),
    _case("CDA-005", "submission", put(f"{_ATTACHMENT}.title", "Document"), _ATTACHMENT),
    _case("CDA-006", "submission", put(f"{_DOC}.context.period.start", "2026-01-04"), f"{_DOC}.context.period"),
    _case("CDA-007", "submission", put(f"{_ATTACHMENT}.creation", "2026-01-08T16:30:00+01:00"), _ATTACHMENT),
)
WITHOUT: Final = frozenset({"FHIR-JSON-003"})
"""Rules of bounds that no extract can show."""


def cases() -> Iterator[Case]:
    """A case for each rule but those :data:`WITHOUT`."""
    from banc_standards.fhir.rules import RULES

    told = {case.rule: case for case in _TABLE}
    for rule in RULES:
        if rule.id in told:
            yield told[rule.id]
        elif rule.id not in WITHOUT:
            yield from _own(rule)


def _own(rule: Any) -> Iterator[Case]:
    """The case that a rule of numbers or of identifiers makes of its own row."""
    from banc_standards.fhir.rules.forms import Must, Slice

    row = getattr(getattr(rule, "on_resource", None), "__self__", None)
    for sample, where, data in _claiming(rule):
        if isinstance(row, Must):
            made = _of_number(row, data)
        elif isinstance(row, Slice):
            made = _of_identifier(row, data)
        else:
            return
        if made is not None:
            change, shown = made
            yield Case(rule.id, sample, _below(where, change), (*where, *shown))
            return


def _claiming(rule: Any) -> Iterator[tuple[str, Steps, Any]]:
    """The resources of the samples that the rule looks at: the sample, the place, the content."""
    from banc_standards.fhir.rules.examples import samples

    for name, sample in samples().items():
        inner: list[tuple[Steps, Any]] = [((), sample)]
        for number, entry in enumerate(sample.get("entry", ())):
            if isinstance(entry.get("resource"), dict):
                inner.append((("entry", number, "resource"), entry["resource"]))
        for where, data in inner:
            claimed = {each.partition("|")[0] for each in data.get("meta", {}).get("profile", ())}
            if (not rule.types or data["resourceType"] in rule.types) and (
                not rule.profiles or rule.profiles & claimed
            ):
                yield name, where, data


def _below(where: Steps, change: Change) -> Change:
    return lambda resource: change(inside(resource, where))


def _of_number(row: Any, data: Any) -> tuple[Change, Steps] | None:
    from banc_standards.fhir.rules.forms import found, number_of

    holder, _, name = row.path.rpartition(".")
    for place, value in found(data, holder):
        if row.low and number_of(value, name):
            return _below(place, drop(name)), place
        if not row.low:
            before = value.get(name)
            kept = before if isinstance(before, list) else [{"text": "…"}]
            return _below(place, put(name, [copy.deepcopy(kept[0])] * ((row.high or 0) + 1))), (*place, name)
    return None


def _of_identifier(row: Any, data: Any) -> tuple[Change, Steps] | None:
    for number, identifier in enumerate(data.get("identifier", ())):
        if row.holds(identifier):
            return drop(f"identifier.{number}.value"), ("identifier", number)
    return None
