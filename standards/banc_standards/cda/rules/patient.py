"""Header rules 020 to 035: the patient."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from banc_standards.cda.names import V3
from banc_standards.cda.read import Document, text_of
from banc_standards.cda.rules.expect import (
    all_of,
    at,
    at_most_one,
    attribute,
    child,
    counted,
    hit,
    identified,
    in_set,
    named,
    one,
    one_id_under,
)
from banc_standards.cda.times import read_time
from banc_standards.identifiers import STRUCT_IDNAT, cog
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
    all_of(one("", "recordTarget", null=False), one("recordTarget", "patientRole"), one(_ROLE, "patient")),
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
    all_of(counted(_ROLE, "id", 1), identified(f"{_ROLE}/id")),
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
    traits = document.patient
    if traits.ins is None:
        return
    expected = {
        "name/family[@qualifier='BR']": traits.birth_family,
        "name/given[@qualifier='BR']": traits.first_given,
        "name/given": traits.birth_givens,
        "birthTime/@value": traits.birth_time,
        "birthplace/place/addr/county": traits.birth_place_cog,
        "administrativeGenderCode/@code": traits.sex,
    }
    for place, value in expected.items():
        if not value:
            for role in at(document, _PATIENT)[:1]:
                yield hit(role, "", "non vide", place)


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
    one(_PATIENT, "name", null=False),
    at="patient/name",
)
_BOOK.add(
    "CDA-HDR-027",
    (
        "Le nom du patient a au moins un nom de famille et un prénom, au plus une civilité et un titre.",
        "The patient's name has at least one family and one given, at most one prefix and one suffix.",
    ),
    ("Compléter le nom du patient.", "Complete the patient's name."),
    all_of(
        counted(f"{_PATIENT}/name", "family", 1),
        counted(f"{_PATIENT}/name", "given", 1),
        at_most_one(f"{_PATIENT}/name", "prefix", "suffix"),
    ),
    at="patient/name",
)
_BOOK.add(
    "CDA-HDR-028",
    (
        "Chaque nom de famille du patient est dit de naissance (BR) ou utilisé (CL).",
        "Every family name of the patient is said to be the birth name (BR) or the used one (CL).",
    ),
    ("Écrire qualifier BR ou CL ; SP n'est plus admis.", "Write qualifier BR or CL; SP is no longer allowed."),
    attribute(f"{_PATIENT}/name/family", "qualifier", ["BR", "CL"]),
    at="patient/name/family",
)
_BOOK.add(
    "CDA-HDR-029",
    (
        "Chaque prénom du patient est la liste (sans qualifier), le premier (BR) ou le prénom utilisé (CL).",
        "Every given name of the patient is the list (no qualifier), the first one (BR) or the used one (CL).",
    ),
    ("Retirer ou corriger qualifier.", "Remove or correct qualifier."),
    attribute(f"{_PATIENT}/name/given", "qualifier", ["BR", "CL"], required=False),
    at="patient/name/given",
)
_BOOK.add(
    "CDA-HDR-030",
    ("Le sexe est donné une fois : F, M ou UN.", "The gender is given once: F, M or UN."),
    ("Écrire F, M ou UN ; un nullFlavor est refusé.", "Write F, M or UN; a nullFlavor is refused."),
    all_of(
        one(_PATIENT, "administrativeGenderCode", null=False),
        in_set(f"{_PATIENT}/administrativeGenderCode", "J143"),
    ),
    at="patient/administrativeGenderCode",
)


@_BOOK.rule(
    "CDA-HDR-031",
    (
        "La date de naissance est donnée une fois, et existe.",
        "The birth time is given once, and is a real date.",
    ),
    ("Écrire AAAAMMJJ ; un nullFlavor est refusé.", "Write YYYYMMDD; a nullFlavor is refused."),
    at="patient/birthTime",
)
def _birth(document: Document) -> Iterator[Hit]:
    yield from one(_PATIENT, "birthTime", null=False)(document)
    for element in at(document, f"{_PATIENT}/birthTime"):
        if read_time(element.get("value", "")) is None:
            yield hit(element, element.get("value", ""), "AAAAMMJJ", "@value")


@_BOOK.rule(
    "CDA-HDR-032",
    (
        "Décès et naissance multiple sont dits au plus une fois, le rang de naissance est un entier positif.",
        "Death and multiple birth are said at most once, the birth order is a positive integer.",
    ),
    (
        "Garder un seul élément sdtc de chaque sorte.",
        "Keep one sdtc element of each kind.",
    ),
    at="patient/sdtc:*",
)
def _extensions(document: Document) -> Iterator[Hit]:
    for name in ("deceasedInd", "deceasedTime", "multipleBirthInd", "multipleBirthOrderNumber"):
        for element in document.at(f"{_PATIENT}/sdtc:{name}")[1:]:
            yield hit(element, "2", "0..1")
    for element in at(document, f"{_PATIENT}/sdtc:multipleBirthOrderNumber"):
        if not re.fullmatch(r"0*[1-9][0-9]*", element.get("value", "")):
            yield hit(element, element.get("value", ""), "entier > 0", "@value")


@_BOOK.rule(
    "CDA-HDR-033",
    (
        "Le lieu de naissance est donné au plus une fois, par son code COG de cinq caractères.",
        "The birth place is given at most once, by its five-character COG code.",
    ),
    (
        "Écrire le code COG dans birthplace/place/addr/county (99xxx à l'étranger).",
        "Write the COG code in birthplace/place/addr/county (99xxx abroad).",
    ),
    at="patient/birthplace",
)
def _birth_place(document: Document) -> Iterator[Hit]:
    yield from at_most_one(_PATIENT, "birthplace")(document)
    yield from at_most_one(f"{_PATIENT}/birthplace/place", "addr", "name")(document)
    for element in at(document, f"{_PATIENT}/birthplace/place/addr/county"):
        if not cog(text_of(element)):
            yield hit(element, text_of(element), "COG")


@_BOOK.rule(
    "CDA-HDR-034",
    (
        "Un représentant du patient est une personne ou une organisation, nommée.",
        "A guardian of the patient is a person or an organisation, with its name.",
    ),
    ("Écrire guardianPerson ou guardianOrganization.", "Write guardianPerson or guardianOrganization."),
    at="patient/guardian",
)
def _guardian(document: Document) -> Iterator[Hit]:
    for element in at(document, f"{_PATIENT}/guardian"):
        kinds = child(element, "guardianPerson") + child(element, "guardianOrganization")
        if len(kinds) != 1:
            yield hit(element, str(len(kinds)), "1", "guardianPerson | guardianOrganization")
    yield from named(f"{_PATIENT}/guardian/guardianPerson", families=(1, 3), given=None)(document)
    yield from one_id_under(f"{_PATIENT}/guardian/guardianOrganization", STRUCT_IDNAT, required=False)(document)


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
