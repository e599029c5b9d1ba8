"""The volets that have no rules of their own: what the published schema of each asks, as facts.

A volet stands here for the versions whose schema was read; a document of another version is judged by the shared
rules only.
"""

from __future__ import annotations

from typing import Final

from banc_standards.cda.rules.roots import FR_SECTION, PCC
from banc_standards.cda.rules.section_models import ADDED_DOCUMENTS, COMMENTS, DEVICES_FR, DOCUMENT_STATUS
from banc_standards.cda.rules.shapes import NULLS
from banc_standards.cda.rules.volet_shapes import Part, Volet, Wanted
from banc_standards.cda.volet_names import FRENCH_MODELS
from banc_standards.terminology.oids import DOCUMENT_TYPES_FR, LOINC

_EVENT: Final = "documentationOf/serviceEvent"
_ENTITY: Final = f"{_EVENT}/performer/assignedEntity"
_PATIENT: Final = "recordTarget/patientRole"
_BIRTH: Final = Part("", f"{_PATIENT}/patient/birthTime")
_EXAMINED: Final = "11429006"
_CHILD: Final = "1.3.6.1.4.1.19376.1.7.3.1.1.13"


def _once(*roots: str) -> tuple[Wanted, ...]:
    return tuple(Wanted(root, 1, 1) for root in roots)


def _some(*roots: str) -> tuple[Wanted, ...]:
    return tuple(Wanted(root) for root in roots)


def _anywhere(*roots: str) -> tuple[Wanted, ...]:
    return tuple(Wanted(root, anywhere=True) for root in roots)


def _french(*numbers: int) -> tuple[Wanted, ...]:
    return _once(*(f"{FR_SECTION}.{number}" for number in numbers))


def _act(*codes: str, each: bool = False, system: str = "") -> Part:
    wanted = {"code": codes, "codeSystem": (system,)} if system else {"code": codes}
    return Part(_EVENT, "code", wanted) if each else Part("", f"{_EVENT}/code", wanted)


def _each(parent: str, *below: str) -> tuple[Part, ...]:
    return tuple(Part(parent, path) for path in below)


# Stroke

_PERFORMED: Final = Part(_EVENT, "performer/assignedEntity/representedOrganization")


def _stroke(last: str, code: str) -> Volet:
    return Volet(FRENCH_MODELS + last, (code,), header=(_PERFORMED,))


# Cardiology

_CARDIOLOGY: Final = (
    Part("participant", "", {"typeCode": ("INF",)}),
    Part("participant", "functionCode", {"code": ("PCP", "ATTPHYS")}),
)
_IMPLANTED: Final = _french(132, 136, 1, 107)


def _cardiology(last: str, sections: tuple[Wanted, ...]) -> Volet:
    return Volet(f"{FRENCH_MODELS}2.1.{last}", ("34133-9",), sections=sections, header=_CARDIOLOGY)


# Child health

_CHILD_VERSIONS: Final = ("2024.01", "2024.02", "2025.01")
_CERTIFICATE: Final = f"{FRENCH_MODELS}5"
_NO_LINES: Final = Part("", f"{_PATIENT}/addr/streetAddressLine", low=0, high=0)
_GUARDIAN: Final = f"{_PATIENT}/patient/guardian/guardianPerson"
_CHILD_HEADER: Final = (
    Part(_PATIENT, "patient/birthTime"),
    Part("", f"{_GUARDIAN}/name/family", when=_GUARDIAN),
    _NO_LINES,
    *_each(_ENTITY, "assignedPerson", "representedOrganization/id", "representedOrganization/name"),
)
_EXAMINER: Final = (
    _act(_EXAMINED),
    *(Part("", f"{_EVENT}/{name}") for name in ("effectiveTime", "performer")),
    *_each(_ENTITY, "id", "code", "assignedPerson/name", "representedOrganization"),
)
_NO_LINES_THERE: Final = Part(_ENTITY, "representedOrganization/addr/streetAddressLine", low=0, high=0)


def _certificate(last: str, sections: tuple[Wanted, ...], header: tuple[Part, ...], *templates: str) -> Volet:
    return Volet(
        f"{_CERTIFICATE}.{last}",
        ("CERT_DECL",),
        DOCUMENT_TYPES_FR,
        _CHILD_VERSIONS,
        templates=(_CERTIFICATE, *templates),
        sections=sections,
        header=(*_CHILD_HEADER, *header),
    )


_GROWTH: Final = (f"{PCC}.3.16.1", f"{PCC}.3.8", f"{PCC}.1.5.3.2", f"{_CHILD}.4", f"{PCC}.3.23", f"{PCC}.3.36")

# Obstetrics

_REACHED: Final = Part("", "participant/associatedEntity/telecom")
_PHYSICIAN: Final = Part("", "participant", {"typeCode": ("INF", "CON")})


def _birth(last: str, code: str, act: str, *header: Part, version: str = "2024.01") -> Volet:
    return Volet(
        f"{FRENCH_MODELS}12.{last}",
        (code,),
        versions=(version,),
        header=(_REACHED, _act(act, each=True), *header),
    )


# Reimbursements

_NOT_ASKED: Final = tuple(sorted(NULLS - {"NASK"}))
_ANSWERABLE: Final = "legalAuthenticator"
_ACTS: Final = f"{PCC}.1.13.2.11"
_REIMBURSED: Final = Volet(
    f"{FRENCH_MODELS}36",
    ("REMB",),
    DOCUMENT_TYPES_FR,
    ("2021.01",),
    display="Données de remboursement",
    title="Données de remboursement",
    sections=(
        *_some(COMMENTS, f"{PCC}.3.19", f"{PCC}.3.23", DEVICES_FR, f"{PCC}.1.5.3.3"),
        *(Wanted(_ACTS, translated=code) for code in ("67803-7", "18726-0", "26436-6")),
    ),
    header=(
        *_each(_ANSWERABLE, "time", "assignedEntity/id", "assignedEntity/assignedPerson/name/family"),
        Part(_EVENT, "effectiveTime"),
        *(
            Part("", f"{_PATIENT}/{path}", {"nullFlavor": _NOT_ASKED}, 0, 0)
            for path in ("addr", "telecom", "patient/administrativeGenderCode", "patient/birthTime")
        ),
    ),
)

# Cancer

_PATHOLOGY: Final = "1.3.6.1.4.1.19376.1.8.1.2"
_LOCATION: Final = "encompassingEncounter/location/healthCareFacility/location"
_GENETICS: Final = Volet(
    f"{FRENCH_MODELS}32",
    ("51969-4",),
    sections=_anywhere(
        *(f"{_PATHOLOGY}.{number}" for number in (1, 6, 3, 2, 5)), "1.3.6.1.4.1.19376.1.3.10.3.1", DOCUMENT_STATUS
    ),
    header=(
        *_each("author", "assignedAuthor/id", "assignedAuthor/code", "assignedAuthor/assignedPerson"),
        Part("custodian", "assignedCustodian/representedCustodianOrganization/name"),
        Part(_ANSWERABLE, "assignedEntity/representedOrganization/addr"),
        Part("", "participant", low=3, when="participant"),
        Part("", "participant", {"typeCode": ("PRF", "REF", "RESP")}, when="participant"),
        Part("participant", "associatedEntity/associatedPerson"),
        Part("documentationOf", "serviceEvent/code", {"code": ("51956-1",)}),
        Part("componentOf", "encompassingEncounter/code", {"code": ("AMB",)}),
    ),
)
_MEETING: Final = Volet(
    f"{FRENCH_MODELS}8",
    ("34794-8",),
    sections=_anywhere(
        f"{PCC}.3.2",
        f"{PCC}.1.21.2.9",
        "1.3.6.1.4.1.19376.1.7.3.1.3.14.1",
        f"{FR_SECTION}.25",
        f"{PCC}.3.4",
        f"{PCC}.3.36",
        f"{FR_SECTION}.175",
        f"{FR_SECTION}.33",
        DOCUMENT_STATUS,
    ),
    header=(
        Part("documentationOf", "serviceEvent/code"),
        Part("componentOf", "encompassingEncounter/id", low=3),
        *_each("componentOf", f"{_LOCATION}/name", f"{_LOCATION}/addr"),
    ),
)

# Rare diseases

_RARE_CODE: Final = ("34133-9",)
_RARE: Final = (
    _BIRTH,
    _act(_EXAMINED),
    Part("", f"{_PATIENT}/patient/name/family", {"qualifier": ("BR",)}),
)

VOLETS: Final = (
    Volet(f"{FRENCH_MODELS}40", ("77436-4",), sections=_once(_ACTS)),
    Volet(
        f"{FRENCH_MODELS}41",
        ("34749-2",),
        sections=_once(f"{PCC}.1.5.3.2"),
        header=(_act("CS", "APC", system="1.2.250.1.215.200.3.3"),),
    ),
    _stroke("15", "34133-9"),
    _stroke("16", "34133-9"),
    _stroke("17", "34133-9"),
    _stroke("25", "11488-4"),
    _GENETICS,
    Volet(
        f"{FRENCH_MODELS}28",
        ("18748-4",),
        sections=_once(f"{PCC}.3.28", f"{PCC}.3.36", ADDED_DOCUMENTS),
    ),
    Volet(f"{FRENCH_MODELS}27", ("18748-4",)),
    _MEETING,
    Volet(f"{FRENCH_MODELS}26", ("18776-5",)),
    _cardiology("1", _french(132, 143, 151, 137, 158, 107)),
    _cardiology("2", _french(132, 143, 137, 136, 1, 107)),
    _cardiology("3", _IMPLANTED),
    _cardiology("4", _IMPLANTED),
    _cardiology("5", _IMPLANTED),
    _REIMBURSED,
    _certificate(
        "1",
        _some(
            f"{PCC}.3.16.1",
            f"{PCC}.1.5.3.7",
            f"{PCC}.1.5.3.4",
            f"{PCC}.1.21.2.5.1",
            f"{PCC}.1.21.2.3",
            f"{PCC}.1.21.2.4",
            f"{PCC}.3.23",
            f"{PCC}.3.36",
        ),
        (
            *_EXAMINER,
            Part("", f"{_PATIENT}/addr/postalCode"),
            Part("", "informant/relatedEntity/code", {"code": ("MTH",)}),
            Part("", "participant/functionCode", {"code": ("CORRE",)}, when="participant/functionCode"),
            Part(_ENTITY, "representedOrganization/addr/postalCode"),
        ),
        f"{_CHILD}.1",
    ),
    _certificate("2", _some(*_GROWTH, f"{PCC}.3.21"), (*_EXAMINER, _NO_LINES_THERE)),
    _certificate("3", (*_some(*_GROWTH), Wanted(f"{PCC}.3.13", 0, 1, declared=True)), (_NO_LINES_THERE,)),
    Volet(
        f"{_CERTIFICATE}.4",
        versions=("2023.01",),
        sections=_some(f"{PCC}.1.5.3.2"),
        header=(*_each(_ENTITY, "assignedPerson", "representedOrganization/id", "representedOrganization/name"),),
    ),
    Volet(
        f"{FRENCH_MODELS}47",
        ("55115-0",),
        versions=("2024.01",),
        templates=("1.2.840.10008.9.20",),
        sections=(*_once("1.2.840.10008.9.2"), *_french(107), *_once(f"{FR_SECTION}.158.3")),
        header=(Part("", f"{_EVENT}/code", {"code": ("55115-0",), "codeSystem": (LOINC,)}, 1, 1),),
    ),
    Volet(
        f"{FRENCH_MODELS}51",
        ("60591-5", "74207-2"),
        sections=_some(f"{PCC}.3.19", f"{PCC}.3.13", f"{PCC}.3.6", f"{PCC}.3.11", f"{PCC}.1.5.3.5"),
    ),
    _birth("1", "57055-6", _EXAMINED, _PHYSICIAN),
    _birth("2", "57057-2", "236973005"),
    _birth("3", "57075-4", "236973005", _PHYSICIAN),
    _birth("4", "89235-6", "MED-1176", _PHYSICIAN),
    _birth("5", "78489-2", "MED-1176", _PHYSICIAN),
    _birth("5", "15508-5", "63893-2", _PHYSICIAN, version="2022.01"),
    Volet(
        f"{FRENCH_MODELS}42",
        ("78513-9",),
        versions=("2022.02",),
        templates=("1.3.6.1.4.1.19376.1.9.1.1.1",),
        sections=_some(
            f"{PCC}.3.1",
            "1.3.6.1.4.1.19376.1.12.1.2.5",
            f"{PCC}.1.13.2.1",
            f"{PCC}.3.4",
            f"{PCC}.1.13.2.5",
        ),
        header=(
            Part(
                "author/assignedAuthor",
                "code",
                {"code": ("G15_10/SM38", "G15_28", "G15_92"), "codeSystem": ("1.2.250.1.213.1.1.4.5",)},
            ),
        ),
    ),
    Volet(
        f"{FRENCH_MODELS}30",
        _RARE_CODE,
        versions=("2022.01",),
        sections=(Wanted(f"{PCC}.3.6", 1, 1, declared=True),),
        header=_RARE,
    ),
    Volet(
        f"{FRENCH_MODELS}30",
        _RARE_CODE,
        versions=("2024.01",),
        sections=(Wanted(f"{FR_SECTION}.66", 1, 1, declared=True),),
        header=(
            *_RARE,
            Part("", _PATIENT, {"classCode": ("PAT",)}),
        ),
    ),
    Volet(
        f"{FRENCH_MODELS}38",
        ("75496-0",),
        None,
        sections=(
            *_some(f"{FR_SECTION}.68", f"{PCC}.3.19"),
            Wanted(f"{FR_SECTION}.69", within=f"{FR_SECTION}.68"),
        ),
        header=(Part(f"{_EVENT}/code", "", {"code": ("TCG", "TC", "TE1", "TE2", "TLD", "TLL", "TLM", "TLS")}),),
    ),
    Volet(
        f"{FRENCH_MODELS}37",
        ("11369-6",),
        versions=("2023.01",),
        templates=(f"{PCC}.1.18.1.2",),
        sections=_once(f"{PCC}.3.23"),
        header=(Part(f"{_PATIENT}/patient", "birthTime"), _act("11369-6")),
    ),
    Volet(
        f"{FRENCH_MODELS}46",
        ("87273-9",),
        versions=("2023.01",),
        templates=(f"{PCC}.1.18.1.2",),
        header=(Part(f"{_PATIENT}/patient", "birthTime"),),
    ),
)
