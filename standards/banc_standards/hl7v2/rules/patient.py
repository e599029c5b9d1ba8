"""PID: identifiers and the INS, names, traits, what French law forbids (PAM France, INS annex of the CI-SIS)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from banc_standards import ins as national
from banc_standards.hl7v2 import names
from banc_standards.hl7v2.message import Message, Patient
from banc_standards.identifiers import cog
from banc_standards.ins import OIDS, starts_list
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit

_PAM = RuleBook("PAM France (IHE ITI TF-4, 2.11)")
_INS = RuleBook("CI-SIS, annexe Prise en charge de l'INS ; Référentiel INS")


def _patients(message: Message) -> Iterator[Patient]:
    for pid in message.all("PID"):
        yield Patient(pid)


def _with_ins(message: Message) -> Iterator[Patient]:
    for patient in _patients(message):
        if patient.ins is not None:
            yield patient


@_PAM.rule(
    "HL7-PID-001",
    ("PID-3 porte au moins un identifiant du patient.", "PID-3 has at least one identifier of the patient."),
    ("Écrire l'IPP, et l'INS quand l'identité est qualifiée.", "Write the IPP, and the INS of a qualified identity."),
    at="PID-3",
)
def _identified(message: Message) -> Iterator[Hit]:
    for patient in _patients(message):
        if not patient.ids:
            yield patient.pid.hit(3)


@_PAM.rule(
    "HL7-PID-002",
    (
        "Chaque identifiant de PID-3 a son autorité (CX-4) et son type (CX-5).",
        "Each identifier of PID-3 has its authority (CX-4) and its type (CX-5).",
    ),
    (
        "Écrire valeur^^^autorité^PI pour l'IPP, …^INS pour le matricule.",
        "Write value^^^authority^PI for the IPP, …^INS for the matricule.",
    ),
    at="PID-3, CX",
)
def _typed(message: Message) -> Iterator[Hit]:
    for patient in _patients(message):
        for one in patient.ids:
            if not (one.namespace or one.authority):
                yield patient.pid.hit(3, 4, one.rank)
            if not one.type:
                yield patient.pid.hit(3, 5, one.rank, expected="PI INS")


@_INS.rule(
    "HL7-PID-003",
    (
        "Un INS a 15 caractères et sa clé se vérifie.",
        "An INS has 15 characters and its key verifies.",
    ),
    (
        "Transmettre le matricule tel qu'INSi l'a rendu : 13 caractères et la clé.",
        "Send the matricule as INSi gave it: 13 characters and the key.",
    ),
    at="PID-3, CX-1",
)
def _matricule(message: Message) -> Iterator[Hit]:
    for patient in _with_ins(message):
        for one in patient.ids:
            if one.is_ins and not national.valid(one.value) and one.value not in _SERVED:
                yield patient.pid.hit(3, 1, one.rank)


_SERVED: Final = frozenset({"181036322045660", "281036322045610"})
"""Test numbers that INSi itself publishes with a key that does not verify."""


@_INS.rule(
    "HL7-PID-003W",
    (
        "La clé d'un numéro d'essai publié par INSi se vérifie, sauf pour deux d'entre eux.",
        "The key of a test number published by INSi verifies, but for two of them.",
    ),
    (
        "Garder le numéro tel qu'il est servi, et ne jamais le corriger.",
        "Keep the number as it is served, and never correct it.",
    ),
    at="PID-3, CX-1",
    severity="warning",
)
def _served(message: Message) -> Iterator[Hit]:
    for patient in _with_ins(message):
        for one in patient.ids:
            if one.is_ins and one.value in _SERVED:
                yield patient.pid.hit(3, 1, one.rank)


@_INS.rule(
    "HL7-PID-004",
    (
        "Le type INS et un OID d'INS vont ensemble (1.2.250.1.213.1.4.8, .9, .10 ou .11, ISO).",
        "Type INS and an OID of the INS belong together (1.2.250.1.213.1.4.8, .9, .10 or .11, ISO).",
    ),
    (
        "Écrire ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.8&ISO^INS ; .9 pour un NIA, .10 en test.",
        "Write ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.8&ISO^INS; .9 for a NIA, .10 in tests.",
    ),
    at="PID-3, CX-4 et CX-5",
)
def _authority(message: Message) -> Iterator[Hit]:
    for patient in _patients(message):
        for one in patient.ids:
            if one.type == "INS" and one.oid not in OIDS:
                yield patient.pid.hit(3, 4, one.rank, expected=" ".join(sorted(OIDS)))
            elif one.authority in OIDS and one.type != "INS":
                yield patient.pid.hit(3, 5, one.rank, expected="INS")


@_INS.rule(
    "HL7-PID-005",
    (
        "L'INS ne voyage qu'avec une identité qualifiée : PID-32 porte VALI.",
        "The INS travels with a qualified identity only: PID-32 has VALI.",
    ),
    (
        "Retirer l'INS de PID-3 tant que l'identité n'est pas qualifiée, ou écrire VALI si elle l'est.",
        "Remove the INS from PID-3 while the identity is not qualified, or write VALI when it is.",
    ),
    at="PID-32",
)
def _qualified(message: Message) -> Iterator[Hit]:
    for patient in _with_ins(message):
        if "VALI" not in patient.statuses:
            yield patient.pid.hit(32, expected="VALI")


@_INS.rule(
    "HL7-PID-006",
    (
        "Avec l'INS, le nom de naissance (PID-5 de type L) a le nom, le premier prénom et la liste des prénoms.",
        "With the INS, the birth name (PID-5 of type L) has name, first given name and list of given names.",
    ),
    ("Écrire NOM^PRENOM^LISTE DES PRENOMS^^^^L.", "Write NAME^GIVEN^LIST OF GIVEN NAMES^^^^L."),
    at="PID-5",
)
def _birth_name(message: Message) -> Iterator[Hit]:
    for patient in _with_ins(message):
        name = patient.birth_name
        if name is None:
            yield patient.pid.hit(5, expected="…^L")
            continue
        values = (name.family, name.given, name.givens)
        for part, value in enumerate(values if not message.old else values[:2], 1):
            if not value:
                yield patient.pid.hit(5, part, name.rank)


@_INS.rule(
    "HL7-PID-007",
    (
        "Avec l'INS, PID-7 porte la date de naissance et PID-8 le sexe, F ou M.",
        "With the INS, PID-7 has the date of birth and PID-8 the sex, F or M.",
    ),
    ("Reprendre les traits rendus par INSi.", "Take the traits that INSi gave."),
    at="PID-7, PID-8",
)
def _traits(message: Message) -> Iterator[Hit]:
    for patient in _with_ins(message):
        if not patient.pid.filled(7):
            yield patient.pid.hit(7, expected="AAAAMMJJ")
        if patient.pid.get(8) not in ("F", "M"):
            yield patient.pid.hit(8, expected="F M")


@_INS.rule(
    "HL7-PID-008",
    (
        "Avec l'INS, une adresse de type BDL porte le code INSEE du lieu de naissance (XAD-9).",
        "With the INS, an address of type BDL has the INSEE code of the place of birth (XAD-9).",
    ),
    ("Écrire ^^^^^^BDL^^ suivi du code de 5 caractères.", "Write ^^^^^^BDL^^ then the code of 5 characters."),
    at="PID-11",
)
def _birth_place(message: Message) -> Iterator[Hit]:
    for patient in _with_ins(message):
        place = patient.birth_place
        if place is None:
            yield patient.pid.hit(11, expected="^^^^^^BDL^^…")
        elif not place[1]:
            yield patient.pid.hit(11, 9, place[0])


@_PAM.rule(
    "HL7-PID-009",
    (
        "La date de naissance est en huit chiffres, AAAAMMJJ.",
        "The date of birth is in eight digits, YYYYMMDD.",
    ),
    (
        "Écrire la date de l'état civil, même lunaire, sans heure ni tiret.",
        "Write the date of the civil registry, lunar ones too, without time or hyphen.",
    ),
    at="PID-7",
)
def _birth_date(message: Message) -> Iterator[Hit]:
    for patient in _patients(message):
        if patient.pid.filled(7) and not re.fullmatch(r"\d{8}", patient.pid.get(7)):
            yield patient.pid.hit(7, expected="AAAAMMJJ")


@_PAM.rule(
    "HL7-PID-010",
    ("Le sexe est F, M, O ou U.", "The sex is F, M, O or U."),
    ("Écrire le code de la table 0001.", "Write the code of table 0001."),
    at="PID-8",
)
def _sex(message: Message) -> Iterator[Hit]:
    for patient in _patients(message):
        if patient.pid.filled(8) and patient.pid.get(8) not in ("F", "M", "O", "U"):
            yield patient.pid.hit(8, expected="F M O U")


@_PAM.rule(
    "HL7-PID-011",
    (
        "Le lieu de naissance est un code INSEE de 5 caractères (99 et 3 chiffres pour un pays).",
        "The place of birth is an INSEE code of 5 characters (99 and 3 digits for a country).",
    ),
    ("Écrire le code officiel géographique, non le code postal.", "Write the COG, not the postal code."),
    at="PID-11, XAD-9",
)
def _place_form(message: Message) -> Iterator[Hit]:
    for patient in _patients(message):
        place = patient.birth_place
        if place is not None and place[1] and not cog(place[1]):
            yield patient.pid.hit(11, 9, place[0])


@_PAM.rule(
    "HL7-PID-012",
    (
        "La loi française interdit la race, la religion et l'origine : PID-10, PID-17, PID-22 sont vides, comme PID-2 "
        "et PID-4.",
        "French law forbids race, religion and origin: PID-10, PID-17, PID-22 are empty, as are PID-2 and PID-4.",
    ),
    ("Vider ces champs.", "Empty these fields."),
    at="PID-2, 4, 10, 17, 22 ; NK1-25, 28, 35",
)
def _forbidden(message: Message) -> Iterator[Hit]:
    for patient in _patients(message):
        for number in (2, 4, 10, 17, 22):
            if patient.pid.filled(number):
                yield patient.pid.hit(number, expected="(vide)")
    for relative in message.all("NK1"):
        for number in (25, 28, 35):
            if relative.filled(number):
                yield relative.hit(number, expected="(vide)")


@_PAM.rule(
    "HL7-PID-013",
    (
        "PID-9, PID-12, PID-19, PID-20 et PID-28 ne sont pas employés en France.",
        "PID-9, PID-12, PID-19, PID-20 and PID-28 are not used in France.",
    ),
    ("Vider ces champs ; l'INS va en PID-3.", "Empty these fields; the INS goes to PID-3."),
    at="PID-9, 12, 19, 20, 28",
    severity="warning",
)
def _unused(message: Message) -> Iterator[Hit]:
    for patient in _patients(message):
        for number in (9, 12, 19, 20, 28):
            if patient.pid.filled(number):
                yield patient.pid.hit(number, expected="(vide)")


@_PAM.rule(
    "HL7-PID-014",
    ("PID-5 porte au moins un nom.", "PID-5 has at least one name."),
    ("Écrire le nom de naissance, type L.", "Write the birth name, type L."),
    at="PID-5",
)
def _named(message: Message) -> Iterator[Hit]:
    for patient in _patients(message):
        if not any(name.family or name.type == "U" for name in patient.names):
            yield patient.pid.hit(5)


@_PAM.rule(
    "HL7-PID-015",
    (
        "Un nom est de type L (naissance), D (utilisé), S (pseudonyme) ou U (inconnu).",
        "A name is of type L (birth), D (used), S (pseudonym) or U (unknown).",
    ),
    ("Écrire le type en XPN-7.", "Write the type in XPN-7."),
    at="PID-5, XPN-7",
    severity="warning",
)
def _name_type(message: Message) -> Iterator[Hit]:
    for patient in _patients(message):
        for name in patient.names:
            if name.type not in ("L", "D", "S", "U"):
                yield patient.pid.hit(5, 7, name.rank, expected="L D S U")


@_PAM.rule(
    "HL7-PID-016",
    (
        "PID-32 est un statut de la table 0445 : PROV, VALI, DOUT, FICT…",
        "PID-32 is a status of table 0445: PROV, VALI, DOUT, FICT…",
    ),
    (
        "Écrire VALI (validée ; qualifiée avec l'INS) ou PROV.",
        "Write VALI (qualified with the INS) or PROV.",
    ),
    at="PID-32",
    severity="warning",
)
def _status(message: Message) -> Iterator[Hit]:
    for patient in _patients(message):
        for rank, status in enumerate(patient.statuses, 1):
            if status and status not in names.STATUSES:
                yield patient.pid.hit(32, 1, rank, expected="PROV VALI DOUT FICT")


@_INS.rule(
    "HL7-PID-017",
    (
        "Une identité douteuse ou fictive ne s'accompagne pas d'un INS.",
        "A doubtful or fictitious identity comes without an INS.",
    ),
    ("Retirer l'INS de PID-3.", "Remove the INS from PID-3."),
    at="PID-32",
    severity="info",
    certainty="uncertain",
)
def _doubtful(message: Message) -> Iterator[Hit]:
    for patient in _with_ins(message):
        for rank, status in enumerate(patient.statuses, 1):
            if status in ("DOUT", "FICT"):
                yield patient.pid.hit(32, 1, rank)


@_INS.rule(
    "HL7-PID-018",
    (
        "Le premier prénom (PID-5.2) commence la liste des prénoms de naissance (PID-5.3).",
        "The first given name (PID-5.2) begins the list of birth given names (PID-5.3).",
    ),
    ("Écrire le premier prénom comme la liste le commence.", "Write the first given name as the list begins."),
    at="PID-5",
    severity="warning",
    certainty="deduced",
)
def _first_given(message: Message) -> Iterator[Hit]:
    for patient in _patients(message):
        name = patient.birth_name
        if name is not None and name.given and name.givens and not starts_list(name.given, name.givens):
            yield patient.pid.hit(5, 2, name.rank, expected=name.givens.split()[0])


@_PAM.rule(
    "HL7-PID-019",
    (
        "Dès qu'il y a une venue, PID-18 porte le numéro de dossier administratif, de type AN.",
        "As soon as there is a visit, PID-18 has the administrative file number, of type AN.",
    ),
    ("Écrire numéro^^^autorité^AN.", "Write number^^^authority^AN."),
    at="PID-18",
    severity="warning",
)
def _account(message: Message) -> Iterator[Hit]:
    visit = message.first("PV1")
    if message.volet not in ("cda", "pam") or visit is None or visit.get(2) not in ("E", "I", "O", "R"):
        return
    for patient in _patients(message):
        if not patient.pid.filled(18):
            yield patient.pid.hit(18, expected="…^AN")
        elif patient.pid.get(18, 5) != "AN":
            yield patient.pid.hit(18, 5, expected="AN")


RULES = (*_PAM.rules, *_INS.rules)
