"""Header rules 020 to 035: the patient."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from banc_standards.cda.names import V3
from banc_standards.cda.read import Document, text_of
from banc_standards.cda.rules.expect import at, hit
from banc_standards.cda.rules.header_table import HEADER
from banc_standards.cda.rules.shapes import bound
from banc_standards.identifiers import cog
from banc_standards.ins import OIDS, valid
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit

_BOOK = RuleBook("CI-SIS, volet Structuration minimale", "InvalidDocumentContent")
_ROLE: Final = "recordTarget/patientRole"
_PATIENT: Final = f"{_ROLE}/patient"

_BOOK.add(
    "CDA-HDR-020",
    (
        "Le document concerne un patient et un seul.",
        "The document is about exactly one patient.",
    ),
    (
        "Écrire un recordTarget avec un patientRole et un patient.",
        "Write one recordTarget with one patientRole and one patient.",
    ),
    HEADER.told("CDA-HDR-020"),
    at="recordTarget",
)
_BOOK.add(
    "CDA-HDR-021",
    (
        "Le patient a au moins un identifiant, chacun avec sa racine et sa valeur.",
        "The patient has at least one identifier, each with its root and its value.",
    ),
    (
        "Écrire l'INS qualifié ou l'IPP de l'établissement.",
        "Write the qualified INS or the establishment's local number.",
    ),
    HEADER.told("CDA-HDR-021"),
    at="patientRole/id",
)


@_BOOK.rule(
    "CDA-HDR-022",
    (
        "L'INS est porté sous l'un de ses OID ; ce document ne porte que des numéros locaux.",
        "An INS stands under one of its OIDs; this document carries local numbers only.",
    ),
    (
        "Pour une identité qualifiée, ajouter l'INS sous 1.2.250.1.213.1.4.8, .9, .10 ou .11.",
        "For a qualified identity, add the INS under 1.2.250.1.213.1.4.8, .9, .10 or .11.",
    ),
    at="patientRole/id",
    severity="info",
)
def _no_ins(document: Document) -> Iterator[Hit]:
    for role in at(document, _ROLE):
        if document.patient.ins is None:
            yield hit(role, ", ".join(item.root for item in document.patient.ids), "INS", "id")


@_BOOK.rule(
    "CDA-HDR-023",
    (
        "Un document qui porte l'INS porte tous les traits d'identité.",
        "A document that carries the INS carries every identity trait.",
    ),
    (
        "Écrire nom et premier prénom de naissance (BR), liste des prénoms, date, code COG du lieu et sexe.",
        "Write birth name and first given name (BR), the list of given names, date, COG of the place and sex.",
    ),
    at="recordTarget",
)
def _traits(document: Document) -> Iterator[Hit]:
    if not any(element.get("root") in OIDS for element in document.at(f"{_ROLE}/id")):
        return
    given = [element.get("qualifier") for element in document.at(f"{_PATIENT}/name/given")]
    family = [element.get("qualifier") for element in document.at(f"{_PATIENT}/name/family")]
    present = {
        "name/family[@qualifier='BR']": "BR" in family,
        "name/given[@qualifier='BR']": "BR" in given,
        "name/given": None in given,
        "birthTime": bool(document.at(f"{_PATIENT}/birthTime")),
        "birthplace/place/addr/county": bool(document.at(f"{_PATIENT}/birthplace/place/addr/county")),
        "administrativeGenderCode/@code": any(
            element.get("code") is not None for element in document.at(f"{_PATIENT}/administrativeGenderCode")
        ),
    }
    for place, there in present.items():
        if not there:
            for patient in document.at(_PATIENT)[:1]:
                yield hit(patient, "", "1..*", place)


@_BOOK.rule(
    "CDA-HDR-024",
    (
        "Le matricule INS compte 13 caractères et une clé de deux chiffres juste.",
        "The INS matricule is 13 characters and a right two-digit key.",
    ),
    ("Reprendre le matricule rendu par INSi.", "Take the matricule that INSi returned."),
    at="patientRole/id",
    severity="info",
    certainty="deduced",
)
def _key(document: Document) -> Iterator[Hit]:
    for element in at(document, f"{_ROLE}/id"):
        value = element.get("extension", "")
        if element.get("root") in OIDS and not valid(value):
            yield hit(element, value, "13 caractères + clé", "@extension")


@_BOOK.rule(
    "CDA-HDR-025",
    ("Le patient n'a qu'un matricule INS.", "The patient has no more than one INS."),
    ("Ne garder que l'INS en cours.", "Keep the current INS only."),
    at="patientRole/id",
    severity="info",
    certainty="deduced",
)
def _one_ins(document: Document) -> Iterator[Hit]:
    found = [element for element in at(document, f"{_ROLE}/id") if element.get("root") in OIDS]
    for element in found[1:]:
        yield hit(element, element.get("extension", ""), "0..1")


_BOOK.add(
    "CDA-HDR-026",
    ("Le patient a un nom et un seul.", "The patient has exactly one name."),
    ("Réunir les noms du patient dans un seul name.", "Bring the patient's names together in one name."),
    HEADER.told("CDA-HDR-026"),
    at="patient/name",
)
_BOOK.add(
    "CDA-HDR-027",
    (
        "Le nom du patient a au moins un nom de famille et un prénom, au plus une civilité et un titre.",
        "The patient's name has at least one family and one given, at most one prefix and one suffix.",
    ),
    ("Compléter le nom du patient.", "Complete the patient's name."),
    HEADER.told("CDA-HDR-027"),
    at="patient/name",
)
_BOOK.add(
    "CDA-HDR-028",
    (
        "Chaque nom de famille du patient est dit de naissance (BR) ou utilisé (CL).",
        "Every family name of the patient is said to be the birth name (BR) or the used one (CL).",
    ),
    ("Écrire qualifier BR ou CL ; SP n'est plus admis.", "Write qualifier BR or CL; SP is no longer allowed."),
    HEADER.told("CDA-HDR-028"),
    at="patient/name/family",
)
_BOOK.add(
    "CDA-HDR-029",
    (
        "Chaque prénom du patient est la liste (sans qualifier), le premier (BR) ou le prénom utilisé (CL).",
        "Every given name of the patient is the list (no qualifier), the first one (BR) or the used one (CL).",
    ),
    ("Retirer ou corriger qualifier.", "Remove or correct qualifier."),
    HEADER.told("CDA-HDR-029"),
    at="patient/name/given",
)


@_BOOK.rule(
    "CDA-HDR-030",
    ("Le sexe est donné une fois : F, M ou UN.", "The gender is given once: F, M or UN."),
    (
        "Écrire F, M ou UN du système 2.16.840.1.113883.5.1 ; le patient n'admet pas de nullFlavor.",
        "Write F, M or UN of the system 2.16.840.1.113883.5.1; the patient's takes no nullFlavor.",
    ),
    at="patient/administrativeGenderCode",
)
def _gender(document: Document) -> Iterator[Hit]:
    yield from HEADER.told("CDA-HDR-030")(document)
    for element in document.tagged.get("administrativeGenderCode", ()):
        yield from bound(element, "J143", null=True)


_BOOK.add(
    "CDA-HDR-031",
    (
        "La date de naissance est donnée une fois, avec une valeur.",
        "The birth time is given once, with a value.",
    ),
    ("Écrire AAAAMMJJ ; un nullFlavor est refusé.", "Write YYYYMMDD; a nullFlavor is refused."),
    HEADER.told("CDA-HDR-031"),
    at="patient/birthTime",
)


_BOOK.add(
    "CDA-HDR-032",
    (
        "Décès et naissance multiple sont dits au plus une fois, le rang de naissance est un entier positif.",
        "Death and multiple birth are said at most once, the birth order is a positive integer.",
    ),
    (
        "Garder un seul élément sdtc de chaque sorte.",
        "Keep one sdtc element of each kind.",
    ),
    HEADER.told("CDA-HDR-032"),
    at="patient/sdtc:*",
)


_BOOK.add(
    "CDA-HDR-033",
    (
        "Le lieu de naissance est donné au plus une fois, avec au plus une adresse et un nom.",
        "The birth place is given at most once, with at most one address and one name.",
    ),
    (
        "N'écrire qu'un birthplace/place.",
        "Write one birthplace/place.",
    ),
    HEADER.told("CDA-HDR-033"),
    at="patient/birthplace",
)


@_BOOK.rule(
    "CDA-HDR-082",
    (
        "Le lieu de naissance est un code COG de cinq caractères.",
        "The birth place is a five-character COG code.",
    ),
    ("Écrire le code COG de la commune, 99xxx à l'étranger.", "Write the COG code of the place, 99xxx abroad."),
    at="patient/birthplace/place/addr/county",
    severity="info",
    certainty="deduced",
)
def _cog(document: Document) -> Iterator[Hit]:
    for element in at(document, f"{_PATIENT}/birthplace/place/addr/county"):
        if not cog(text_of(element)):
            yield hit(element, text_of(element), "COG")


_BOOK.add(
    "CDA-HDR-034",
    (
        "Un représentant du patient est une personne ou une organisation, nommée.",
        "A guardian of the patient is a person or an organisation, with its name.",
    ),
    ("Écrire guardianPerson ou guardianOrganization.", "Write guardianPerson or guardianOrganization."),
    HEADER.told("CDA-HDR-034"),
    at="patient/guardian",
)


@_BOOK.rule(
    "CDA-HDR-035",
    (
        "Le patient a une adresse et un moyen d'être joint, ou l'aveu qu'ils ne sont pas connus.",
        "The patient has an address and a way to be reached, or the avowal that they are not known.",
    ),
    ('Écrire addr et telecom, au besoin nullFlavor="UNK".', 'Write addr and telecom, nullFlavor="UNK" if need be.'),
    at="patientRole",
    severity="info",
    certainty="deduced",
)
def _reachable(document: Document) -> Iterator[Hit]:
    for element in at(document, _ROLE):
        for name in ("addr", "telecom"):
            if element.find(V3 + name) is None:
                yield hit(element, "0", "1..*", name)


RULES = _BOOK.rules
