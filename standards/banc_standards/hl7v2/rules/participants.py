"""PRT: who sends the document, to whom, where answers go."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from banc_standards.hl7v2 import names
from banc_standards.hl7v2.er7 import Segment
from banc_standards.hl7v2.message import Message
from banc_standards.identifiers import PS_IDNAT, STRUCT_IDNAT, finess, luhn
from banc_standards.ins import OIDS
from banc_standards.mail.addresses import citizen_matricule, well_formed
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit

_BOOK = RuleBook("CI-SIS, volet Transmission de documents CDA-R2 en HL7 v2 (2.1)")
_PLATFORM: Final = "patient.mssante.fr"
_NATIONAL: Final = re.compile(r"1\w{9}|0\w{8,10}|2\d{9}|3\d{14}|4[\d-]{13,16}")


@_BOOK.rule(
    "HL7-PRT-001",
    ("Un PRT suit l'OBX d'un document, et lui seul.", "A PRT follows the OBX of a document, and no other."),
    ("Placer les PRT aussitôt après l'OBX du document.", "Put the PRT right after the OBX of the document."),
    at="PRT",
)
def _place(message: Message) -> Iterator[Hit]:
    carrying = {carried.obx.rank for carried in message.documents}
    for observation in message.observations:
        if observation.obx.rank not in carrying:
            for prt in observation.participants:
                yield prt.hit(found="PRT")


@_BOOK.rule(
    "HL7-PRT-002",
    ("PRT-2 est UC.", "PRT-2 is UC."),
    ("Écrire UC.", "Write UC."),
    at="PRT-2",
)
def _action(message: Message) -> Iterator[Hit]:
    for prt in message.participants:
        if prt.get(2) != "UC":
            yield prt.hit(2, expected="UC")


@_BOOK.rule(
    "HL7-PRT-003",
    (
        "PRT-4 dit le rôle : SB (expéditeur), RCT (destinataire) ou REPLY (réponse).",
        "PRT-4 tells the role: SB (sender), RCT (recipient) or REPLY (answers).",
    ),
    ("Écrire le code en première composante.", "Write the code as the first component."),
    at="PRT-4",
)
def _role(message: Message) -> Iterator[Hit]:
    for prt in message.participants:
        if prt.get(4) not in (names.SENDER, names.RECIPIENT, names.REPLY) and not message.old:
            yield prt.hit(4, 1, expected="SB RCT REPLY")


@_BOOK.rule(
    "HL7-PRT-004",
    ("Le rôle vient de la table participation (PRT-4.3).", "The role comes from table participation (PRT-4.3)."),
    ("Écrire code^libellé^participation.", "Write code^label^participation."),
    at="PRT-4.3",
    severity="warning",
)
def _role_table(message: Message) -> Iterator[Hit]:
    for prt in message.participants:
        if prt.get(4, 3) != "participation" and not message.old:
            yield prt.hit(4, 3, expected="participation")


@_BOOK.rule(
    "HL7-PRT-005",
    (
        "Pour alimenter le DMP, l'expéditeur (SB) est nommé : personne (PRT-5) ou dispositif (PRT-10), et structure "
        "(PRT-8.10).",
        "To feed the DMP the sender (SB) is named: person (PRT-5) or device (PRT-10), and organization (PRT-8.10).",
    ),
    (
        "Ajouter PRT||UC||SB^^participation avec l'identifiant national et la structure.",
        "Add PRT||UC||SB^^participation with the national identifier and the organization.",
    ),
    at="PRT SB",
)
def _sender(message: Message) -> Iterator[Hit]:
    if message.volet != "cda" or message.says(names.TO_DMP) != "Y":
        return
    senders = message.taking_part(names.SENDER)
    if not senders and message.documents and not (message.old and message.profile[0] != "2.0"):
        yield message.documents[0].obx.hit(found="", expected="PRT SB")
    for prt in senders:
        if not prt.get(5) and not prt.get(10):
            yield prt.hit(5)
        if not prt.get(8, 10):
            yield prt.hit(8, 10)


@_BOOK.rule(
    "HL7-PRT-006",
    (
        "La structure de l'expéditeur est un FINESS de 9 caractères (FINEG) ou un identifiant national (IDNST).",
        "The sender's organization is a FINESS of 9 characters (FINEG) or a national identifier (IDNST).",
    ),
    (
        "Écrire FINEG^^^FINESS géographique, ou IDNST^^^1 suivi du FINESS.",
        "Write FINEG^^^geographic FINESS, or IDNST^^^1 then the FINESS.",
    ),
    at="PRT-8.7, PRT-8.10",
)
def _structure(message: Message) -> Iterator[Hit]:
    for prt in message.taking_part(names.SENDER):
        value, kind = prt.get(8, 10).strip(), prt.get(8, 7)
        if not value:
            continue
        prefixed = kind.startswith("FINE") and value[:1] == "1" and finess(value[1:])
        if kind in ("FINEG", "FINEJ"):
            right = finess(value) or prefixed  # HL7-PRT-007 tells of the prefix
        else:
            right = (
                kind == "IDNST" and re.fullmatch(r"1\w{9}|0\w{8,10}|2\d{9}|3\d{14}|4[\d-]{13,16}", value) is not None
            )
        if not right:
            yield prt.hit(8, 10 if kind in ("FINEG", "FINEJ", "IDNST") else 7)


@_BOOK.rule(
    "HL7-PRT-007",
    (
        "Le FINESS de l'expéditeur est géographique (FINEG), écrit sans le préfixe 1 de l'identifiant national.",
        "The sender's FINESS is the geographic one (FINEG), without the prefix 1 of the national identifier.",
    ),
    (
        "Écrire FINEG et 9 caractères ; avec le préfixe, le type est IDNST.",
        "Write FINEG and 9 characters; with the prefix the type is IDNST.",
    ),
    at="PRT-8.7",
    severity="warning",
)
def _geographic(message: Message) -> Iterator[Hit]:
    for prt in message.taking_part(names.SENDER):
        kind, value = prt.get(8, 7), prt.get(8, 10)
        if kind == "FINEJ":
            yield prt.hit(8, 7, expected="FINEG")
        elif kind == "FINEG" and len(value) == 10 and value[:1] == "1":
            yield prt.hit(8, 10, expected=value[1:])


@_BOOK.rule(
    "HL7-PRT-008",
    (
        "L'autorité d'une personne (PRT-5.9) est 1.2.250.1.71.4.2.1, ou un OID d'INS ; celle d'une structure (PRT-8.6) "
        "1.2.250.1.71.4.2.2.",
        "The authority of a person (PRT-5.9) is 1.2.250.1.71.4.2.1, or an OID of the INS; that of an organization "
        "(PRT-8.6) 1.2.250.1.71.4.2.2.",
    ),
    ("Écrire nom&OID&ISO, l'OID en deuxième sous-composante.", "Write name&OID&ISO, the OID as second subcomponent."),
    at="PRT-5.9, PRT-8.6",
)
def _authorities(message: Message) -> Iterator[Hit]:
    for prt in message.participants if not message.old else ():
        if prt.get(5):
            right = OIDS if prt.get(5, 13) == "INS" else {PS_IDNAT}
            if prt.get(5, 9, 1, 2) not in right and prt.get(5, 9, 1, 1) not in right:
                yield prt.hit(5, 9, expected=" ".join(sorted(right)))
        if prt.get(8, 10) and prt.get(8, 7) not in ("UF", "SVR") and prt.get(8, 6, 1, 2) != STRUCT_IDNAT:
            yield prt.hit(8, 6, expected=STRUCT_IDNAT)


@_BOOK.rule(
    "HL7-PRT-009",
    (
        "L'OID d'une autorité est la deuxième sous-composante, non la première.",
        "The OID of an authority is the second subcomponent, not the first.",
    ),
    ("Écrire &OID&ISO.", "Write &OID&ISO."),
    at="PRT-5.9",
    severity="warning",
)
def _subcomponent(message: Message) -> Iterator[Hit]:
    for prt in message.participants:
        if prt.get(5, 9, 1, 1) in OIDS | {PS_IDNAT} and not prt.get(5, 9, 1, 2):
            yield prt.hit(5, 9, expected=f"&{prt.get(5, 9, 1, 1)}&ISO")


_PERSON_FORMS: Final = {
    "RPPS": re.compile(r"\d{11}"),
    "IDNPS": re.compile(r"8\d{11}|0\w{9}|00B\d{9}|[13456]\w{9,14}/.+"),
}


@_BOOK.rule(
    "HL7-PRT-010",
    (
        "Le type de l'identifiant d'une personne dit sa forme : RPPS a 11 chiffres, IDNPS le préfixe en plus.",
        "The type of a person's identifier tells its form: RPPS has 11 digits, IDNPS the prefix in addition.",
    ),
    ("Écrire IDNPS pour 8 suivi du RPPS.", "Write IDNPS for 8 followed by the RPPS."),
    at="PRT-5.1, PRT-5.13",
    severity="warning",
)
def _person_form(message: Message) -> Iterator[Hit]:
    for prt in message.participants:
        kind, value = prt.get(5, 13), prt.get(5)
        form = _PERSON_FORMS.get(kind)
        if form is not None and not form.fullmatch(value):
            yield prt.hit(5, 1, expected=kind)
        elif value and form is None and kind != "INS":
            yield prt.hit(5, 13, expected="IDNPS RPPS INS")


@_BOOK.rule(
    "HL7-PRT-011",
    ("La clé de Luhn du RPPS se vérifie.", "The Luhn key of the RPPS verifies."),
    (
        "Reprendre le numéro de la carte ou de Pro Santé Connect.",
        "Take the number of the card or of PSC.",
    ),
    at="PRT-5.1",
    severity="info",
    certainty="deduced",
)
def _luhn(message: Message) -> Iterator[Hit]:
    for prt in message.participants:
        value = prt.get(5)
        number = value[1:] if re.fullmatch(r"8\d{11}", value) else value
        if re.fullmatch(r"\d{11}", number) and prt.get(5, 13) in ("RPPS", "IDNPS") and not luhn(number):
            yield prt.hit(5, 1)


def _is_patient(prt: Segment) -> bool:
    return prt.get(5, 13) == "INS" or prt.get(15, 4).lower().endswith(f"@{_PLATFORM}")


@_BOOK.rule(
    "HL7-PRT-012",
    (
        "Un message destiné à la messagerie dit à qui : un PRT RCT par destinataire, professionnel ou patient.",
        "A message bound for mail tells to whom: one PRT RCT a recipient, professional or patient.",
    ),
    ("Ajouter le PRT RCT avec l'adresse en PRT-15.4.", "Add the PRT RCT with the address in PRT-15.4."),
    at="PRT RCT",
)
def _recipients(message: Message) -> Iterator[Hit]:
    if message.volet != "cda" or (message.old and message.profile[0] != "2.0"):
        return
    recipients = message.taking_part(names.RECIPIENT)
    for flag, patient in ((names.TO_PROFESSIONALS, False), (names.TO_PATIENT, True)):
        asked = message.metadata.get(flag)
        if asked is not None and asked.value == "Y" and not any(_is_patient(prt) is patient for prt in recipients):
            yield asked.obx.hit(5, 1, expected="PRT RCT")


@_BOOK.rule(
    "HL7-PRT-013",
    (
        "Un destinataire a une adresse MSSanté : PRT-15.3 est X.400, PRT-15.4 l'adresse.",
        "A recipient has an MSSanté address: PRT-15.3 is X.400, PRT-15.4 the address.",
    ),
    ("Écrire ^^X.400^prenom.nom@domaine.mssante.fr.", "Write ^^X.400^given.family@domain.mssante.fr."),
    at="PRT-15",
)
def _address(message: Message) -> Iterator[Hit]:
    for prt in message.participants:
        role = prt.get(4)
        wanted = role in (names.RECIPIENT, names.REPLY) or (role == names.SENDER and prt.filled(15))
        if not wanted:
            continue
        if not well_formed(prt.get(15, 4).strip()):
            yield prt.hit(15, 4)
        if prt.get(15, 3) != "X.400":
            yield prt.hit(15, 3, expected="X.400")


@_BOOK.rule(
    "HL7-PRT-014",
    (
        "Le patient n'est destinataire que si DESTMSSANTEPAT est Y.",
        "The patient is a recipient only when DESTMSSANTEPAT is Y.",
    ),
    ("Mettre DESTMSSANTEPAT à Y, ou retirer ce destinataire.", "Set DESTMSSANTEPAT to Y, or remove this recipient."),
    at="PRT RCT, DESTMSSANTEPAT",
)
def _unasked(message: Message) -> Iterator[Hit]:
    if message.volet != "cda":
        return
    for prt in message.taking_part(names.RECIPIENT):
        if _is_patient(prt) and message.says(names.TO_PATIENT) != "Y":
            yield prt.hit(15, 4)


@_BOOK.rule(
    "HL7-PRT-015",
    (
        "L'adresse et l'identifiant du patient destinataire sont ceux de l'INS de PID-3.",
        "The address and identifier of the patient as recipient are those of the INS in PID-3.",
    ),
    (
        "Écrire matricule@patient.mssante.fr, le matricule de PID-3.",
        "Write the matricule of PID-3 before the @.",
    ),
    at="PRT-5.1, PRT-15.4, PID-3",
)
def _citizen(message: Message) -> Iterator[Hit]:
    patient = message.patient
    expected = patient.ins.value if patient is not None and patient.ins is not None else ""
    for prt in message.taking_part(names.RECIPIENT):
        address = prt.get(15, 4)
        if address.lower().endswith(f"@{_PLATFORM}") and (citizen_matricule(address) or address) != expected:
            yield prt.hit(15, 4, expected=f"{expected}@{_PLATFORM}")
        if prt.get(5, 13) == "INS" and prt.get(5) != expected:
            yield prt.hit(5, 1, expected=expected)


@_BOOK.rule(
    "HL7-PRT-016",
    (
        "Un destinataire est nommé : personne (PRT-5), structure (PRT-8) ou application (PRT-10).",
        "A recipient is named: person (PRT-5), organization (PRT-8) or application (PRT-10).",
    ),
    ("Remplir PRT-5, PRT-8 ou PRT-10.", "Fill in PRT-5, PRT-8 or PRT-10."),
    at="PRT RCT",
    severity="warning",
)
def _named(message: Message) -> Iterator[Hit]:
    for prt in message.taking_part(names.RECIPIENT):
        if not (prt.filled(5) or prt.filled(8) or prt.filled(10)):
            yield prt.hit(5)


RULES = _BOOK.rules
