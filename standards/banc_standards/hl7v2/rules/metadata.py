"""The metadata of a transmission: the OBX that say what to do with the document."""

from __future__ import annotations

from collections.abc import Iterator

from banc_standards.hl7v2 import names
from banc_standards.hl7v2.message import Message, Observation
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit

_BOOK = RuleBook("CI-SIS, volet Transmission de documents CDA-R2 en HL7 v2 (2.1), métadonnées DMP et MSSanté")
_LPS = RuleBook("CI-SIS, volet Transmission au LPS d'un document CDA provenant d'un courriel MSSanté (1.1)")


def _wanted(message: Message) -> tuple[str, ...]:
    return names.LPS_METADATA if message.volet == "lps" else names.REQUIRED


def _metadata(message: Message) -> Iterator[Observation]:
    """Every OBX that carries a metadata, repeated ones too."""
    return (item for item in message.observations if item.metadata)


@_BOOK.rule(
    "HL7-META-001",
    (
        "Chaque métadonnée requise est présente, à N s'il n'y a rien à dire.",
        "Each required metadata is there, N when there is nothing to say.",
    ),
    ("Ajouter l'OBX qui manque.", "Add the missing OBX."),
    at="OBX-3.1",
)
def _missing(message: Message) -> Iterator[Hit]:
    last = message.segments[-1]
    for name in _wanted(message):
        if name not in message.metadata:
            yield last.hit(found="", expected=name)


@_BOOK.rule(
    "HL7-META-002",
    ("Une métadonnée n'est dite qu'une fois.", "A metadata is told once."),
    ("N'en garder qu'une.", "Keep one only."),
    at="OBX-3.1",
)
def _twice(message: Message) -> Iterator[Hit]:
    seen: set[str] = set()
    for item in _metadata(message):
        if item.metadata in seen:
            yield item.obx.hit(3, 1)
        seen.add(item.metadata)


@_BOOK.rule(
    "HL7-META-003",
    (
        "Les métadonnées sont dans l'ordre du volet, après le document.",
        "The metadata are in the order of the volet, after the document.",
    ),
    ("Les remettre dans l'ordre : MASQUE_PS d'abord.", "Put them in order: MASQUE_PS first."),
    at="OBX-3.1",
)
def _order(message: Message) -> Iterator[Hit]:
    reached = -1
    for item in _metadata(message):
        name = item.metadata
        if name not in _wanted(message):
            continue
        rank = names.METADATA.index(name)
        if rank < reached:
            yield item.obx.hit(3, 1)
        reached = max(rank, reached)


@_BOOK.rule(
    "HL7-META-004",
    (
        "ACK_RECEPTION et ACK_LECTURE_MSS sont présentes ; absentes, elles valent N.",
        "ACK_RECEPTION and ACK_LECTURE_MSS are there; when absent they mean N.",
    ),
    ("Les ajouter, à Y pour recevoir les accusés métier.", "Add them, Y to receive the business acknowledgements."),
    at="OBX-3.1",
    severity="warning",
)
def _acknowledged(message: Message) -> Iterator[Hit]:
    for name in names.ASKED if message.volet == "cda" and not message.old else ():
        if name not in message.metadata:
            yield message.segments[-1].hit(found="", expected=name)


@_BOOK.rule(
    "HL7-META-005",
    (
        "OBX-2 est CE dans un ORU, CWE dans un MDM, ED pour le corps d'un courriel.",
        "OBX-2 is CE in an ORU, CWE in an MDM, ED for the body of a mail.",
    ),
    ("Écrire ce type.", "Write this type."),
    at="OBX-2",
)
def _data_type(message: Message) -> Iterator[Hit]:
    coded = "CE" if message.type == "ORU" else "CWE"
    for item in _metadata(message):
        expected = "ED" if item.metadata in names.MAIL_BODIES else coded
        if item.obx[2] != expected:
            yield item.obx.hit(2, expected=expected)


@_BOOK.rule(
    "HL7-META-006",
    ("La valeur d'une métadonnée est Y ou N.", "The value of a metadata is Y or N."),
    ("Écrire Y^^expandedYes-NoIndicator, ou N.", "Write Y^^expandedYes-NoIndicator, or N."),
    at="OBX-5.1",
)
def _value(message: Message) -> Iterator[Hit]:
    for item in _metadata(message):
        if item.metadata not in names.MAIL_BODIES and item.value not in ("Y", "N"):
            yield item.obx.hit(5, 1, expected="Y N")


@_BOOK.rule(
    "HL7-META-007",
    (
        "Un code dit son système : MetaDMPMSS en OBX-3.3, expandedYes-NoIndicator en OBX-5.3.",
        "A code tells its system: MetaDMPMSS in OBX-3.3, expandedYes-NoIndicator in OBX-5.3.",
    ),
    ("Ajouter la troisième composante.", "Add the third component."),
    at="OBX-3.3, OBX-5.3",
)
def _system(message: Message) -> Iterator[Hit]:
    for item in _metadata(message) if not message.old else ():
        if not item.obx.get(3, 3):
            yield item.obx.hit(3, 3, expected=names.METADATA_TABLE)
        if item.metadata not in names.MAIL_BODIES and item.value and not item.obx.get(5, 3):
            yield item.obx.hit(5, 3, expected=names.YES_NO_TABLE)


@_BOOK.rule(
    "HL7-META-008",
    (
        "Les systèmes des métadonnées s'écrivent MetaDMPMSS et expandedYes-NoIndicator.",
        "The systems of the metadata are written MetaDMPMSS and expandedYes-NoIndicator.",
    ),
    ("Reprendre ces noms à la lettre.", "Take these names to the letter."),
    at="OBX-3.3, OBX-5.3",
    severity="warning",
)
def _system_name(message: Message) -> Iterator[Hit]:
    for item in _metadata(message) if not message.old else ():
        if item.obx.get(3, 3) not in ("", names.METADATA_TABLE):
            yield item.obx.hit(3, 3, expected=names.METADATA_TABLE)
        if item.metadata not in names.MAIL_BODIES and item.obx.get(5, 3) not in ("", names.YES_NO_TABLE):
            yield item.obx.hit(5, 3, expected=names.YES_NO_TABLE)


@_BOOK.rule(
    "HL7-META-009",
    (
        "OBX-11 d'une métadonnée est F : seul le document porte la demande.",
        "OBX-11 of a metadata is F: the document alone carries the request.",
    ),
    ("Écrire F.", "Write F."),
    at="OBX-11",
)
def _final(message: Message) -> Iterator[Hit]:
    for item in _metadata(message):
        if item.obx[11] != "F":
            yield item.obx.hit(11, expected="F")


@_BOOK.rule(
    "HL7-META-010",
    (
        "Les noms du volet 1.x n'ont plus cours, et CORPSDOC n'en est pas un.",
        "The names of the volet 1.x are no longer used, and CORPSDOC is none.",
    ),
    (
        "Écrire INVISIBLE_REP_LEGAUX et MODIF_CONF_CODE ; le document porte son propre code.",
        "Write INVISIBLE_REP_LEGAUX and MODIF_CONF_CODE; the document has its own code.",
    ),
    at="OBX-3.1",
)
def _refused(message: Message) -> Iterator[Hit]:
    if message.old and message.profile[0] != "2.0" and message.volet == "cda":
        return
    for item in message.observations:
        if item.code in names.REFUSED:
            yield item.obx.hit(3, 1, expected=names.OLD_NAMES.get(item.code, ""))


@_BOOK.rule(
    "HL7-META-011",
    ("L'accusé de lecture s'appelle ACK_LECTURE_MSS.", "The read receipt is called ACK_LECTURE_MSS."),
    ("Ajouter _MSS.", "Add _MSS."),
    at="OBX-3.1",
    severity="warning",
)
def _alias(message: Message) -> Iterator[Hit]:
    for item in message.observations:
        if item.code in names.ALIASES:
            yield item.obx.hit(3, 1, expected=names.ALIASES[item.code])


@_BOOK.rule(
    "HL7-META-012",
    ("Une métadonnée porte le libellé du volet (OBX-3.2).", "A metadata has the label of the volet (OBX-3.2)."),
    ("Reprendre le libellé.", "Take the label."),
    at="OBX-3.2",
    severity="warning",
)
def _label(message: Message) -> Iterator[Hit]:
    for item in _metadata(message) if not message.old else ():
        if item.obx.get(3, 2) != names.LABELS[item.metadata]:
            yield item.obx.hit(3, 2, expected=names.LABELS[item.metadata])


@_BOOK.rule(
    "HL7-META-013",
    (
        "Un document invisible au patient ne lui est pas envoyé.",
        "A document that the patient may not see is not sent to the patient.",
    ),
    ("Mettre DESTMSSANTEPAT à N, ou INVISIBLE_PATIENT à N.", "Set DESTMSSANTEPAT to N, or INVISIBLE_PATIENT to N."),
    at="INVISIBLE_PATIENT, DESTMSSANTEPAT",
)
def _hidden(message: Message) -> Iterator[Hit]:
    if message.says(names.HIDDEN) == "Y" and message.says(names.TO_PATIENT) == "Y":
        yield message.metadata[names.TO_PATIENT].obx.hit(5, 1, expected="N")


_MATRIX = (
    ("N", "N", "N", None, None, "Y", "Y"),
    ("N", "Y", "N", None, None, "Y", "N"),
    (None, "N", None, "N", "N", "N", "Y"),
)
_COLUMNS = (
    names.MASKED,
    names.HIDDEN,
    names.HIDDEN_GUARDIANS,
    names.SECRET,
    names.TO_DMP,
    names.TO_PROFESSIONALS,
    names.TO_PATIENT,
)


@_BOOK.rule(
    "HL7-META-014",
    (
        "L'envoi par MSSanté est l'une des trois combinaisons de la matrice du volet.",
        "Sending by MSSanté is one of the three combinations of the volet's matrix.",
    ),
    (
        "Vérifier le masquage et les destinataires : la PFI peut refuser cette combinaison.",
        "Check masking and recipients: the PFI may refuse this combination.",
    ),
    at="matrice MSSanté",
    severity="warning",
    certainty="deduced",
)
def _combination(message: Message) -> Iterator[Hit]:
    if message.volet != "cda" or message.old:
        return
    values = tuple(message.says(name) for name in _COLUMNS)
    if "Y" not in values[5:] or (values[1] == "Y" and values[6] == "Y"):
        return
    if not any(all(asked in (None, said) for asked, said in zip(row, values, strict=True)) for row in _MATRIX):
        shown = " ".join(f"{name}={said}" for name, said in zip(_COLUMNS, values, strict=True) if said)
        place = next(message.metadata[name] for name in _COLUMNS[5:] if name in message.metadata)
        yield place.obx.hit(5, 1, found=shown)


@_BOOK.rule(
    "HL7-META-015",
    (
        "Pour alimenter le DMP, l'identité est qualifiée : un INS en PID-3 et VALI en PID-32.",
        "To feed the DMP the identity is qualified: an INS in PID-3 and VALI in PID-32.",
    ),
    ("Mettre DESTDMP à N tant que l'INS n'est pas qualifié.", "Set DESTDMP to N while the INS is not qualified."),
    at="DESTDMP, PID-3, PID-32",
)
def _feeds(message: Message) -> Iterator[Hit]:
    patient = message.patient
    if message.says(names.TO_DMP) == "Y" and (patient is None or not patient.qualified):
        yield message.metadata[names.TO_DMP].obx.hit(5, 1, expected="N")


@_BOOK.rule(
    "HL7-META-016",
    (
        "Un document de confidentialité R ou V ne va pas au DMP.",
        "A document of confidentiality R or V does not go to the DMP.",
    ),
    ("Mettre DESTDMP à N.", "Set DESTDMP to N."),
    at="DESTDMP, confidentialityCode",
    severity="warning",
)
def _restricted(message: Message) -> Iterator[Hit]:
    if message.says(names.TO_DMP) != "Y":
        return
    for carried in message.documents:
        document = carried.document
        code = document.confidentiality if document is not None else None
        if code is not None and code.code in ("R", "V"):
            yield message.metadata[names.TO_DMP].obx.hit(5, 1, expected="N")


@_BOOK.rule(
    "HL7-META-017",
    (
        "FIN, qui clôt l'échange avec le patient, s'écrit en NTE-4 après DESTMSSANTEPAT.",
        "FIN, which ends the exchange with the patient, is written in NTE-4 after DESTMSSANTEPAT.",
    ),
    ("Écrire NTE||||FIN aussitôt après l'OBX DESTMSSANTEPAT.", "Write NTE||||FIN right after OBX DESTMSSANTEPAT."),
    at="NTE-4",
    severity="warning",
)
def _last(message: Message) -> Iterator[Hit]:
    for item in message.observations:
        for note in item.notes:
            written = [number for number in (1, 2, 3, 4) if note.get(number) == "FIN"]
            if written and (written != [4] or item.metadata != names.TO_PATIENT):
                yield note.hit(written[0], expected="NTE-4, DESTMSSANTEPAT")


@_LPS.rule(
    "HL7-LPS-001",
    (
        "Le deuxième OBX est le courriel d'où vient le document : type ED, Message-ID, objet, corps en base64, F.",
        "The second OBX is the mail that the document came from: type ED, Message-ID, subject, body in base64, F.",
    ),
    ("Écrire OBX|2|ED|Message-ID^objet||^text^^Base64^corps||||||F.", "Write OBX|2|ED|Message-ID^subject||…||F."),
    at="OBX[2]",
)
def _mail(message: Message) -> Iterator[Hit]:
    if len(message.observations) < 2 or message.observations[1].metadata:
        yield message.segments[-1].hit(found="", expected="OBX 2 ED")
        return
    from banc_standards.hl7v2.message import strict_base64

    obx = message.observations[1].obx
    if obx[2] != "ED":
        yield obx.hit(2, expected="ED")
    for part in (1, 2):
        if not obx.get(3, part):
            yield obx.hit(3, part)
    if strict_base64(obx.get(5, 5)) is None:
        yield obx.hit(5, 5)
    if obx[11] != "F":
        yield obx.hit(11, expected="F")


@_LPS.rule(
    "HL7-LPS-002",
    (
        "L'expéditeur du courriel (PRT SB) est dit, avec son adresse en PRT-15.4.",
        "The sender of the mail (PRT SB) is told, with the address in PRT-15.4.",
    ),
    ("Ajouter PRT||UC||SB^^participation|…|^^X.400^adresse.", "Add PRT||UC||SB^^participation|…|^^X.400^address."),
    at="PRT SB",
)
def _sender(message: Message) -> Iterator[Hit]:
    senders = message.taking_part(names.SENDER)
    if not senders and message.documents and not message.old:
        yield message.documents[0].obx.hit(found="", expected="PRT SB")
    for prt in senders:
        if not prt.get(15, 4):
            yield prt.hit(15, 4)


@_LPS.rule(
    "HL7-LPS-003",
    (
        "Un document venu d'un courriel ne porte ni destination (DEST…) ni demande d'accusé (ACK_…).",
        "A document that came by mail has neither a destination (DEST…) nor a request for receipts (ACK_…).",
    ),
    ("Retirer ces OBX.", "Remove these OBX."),
    at="OBX-3.1",
    severity="warning",
)
def _no_destination(message: Message) -> Iterator[Hit]:
    for item in _metadata(message) if not message.old else ():
        if item.metadata not in names.LPS_METADATA:
            yield item.obx.hit(3, 1)


RULES = _BOOK.rules
LPS_RULES = _LPS.rules
