"""The rules of the DMP's own messages: routing, rights, and the HL7v3 query of TD0.2 and TD1.3a."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from banc_standards import ins
from banc_standards.dmp import (
    authorization,
    errors,
    lists,
    names,
    registry_rules,
    retrieval_rules,
    search_rules,
    update_rules,
    version_rules,
)
from banc_standards.dmp.read import Query
from banc_standards.dmp.transactions import Transaction
from banc_standards.errors import Sentence
from banc_standards.rules import Hit, Rule, holds
from banc_standards.vihf import names as vihf
from banc_standards.vihf.read import Assertion

_QUERY: Final = f"/{names.QUERY_INTERACTION}"
_PATIENT: Final = f"{_QUERY}/controlActProcess/queryByParameter/parameterList/patientIdentifier"


@dataclass(frozen=True, slots=True)
class ActorSubject:
    """Who asks for which transaction: authentication mode and access mode of its token."""

    transaction: Transaction
    mode: str
    purpose: str


@dataclass(frozen=True, slots=True)
class QuerySubject:
    """A query with the token that came with it."""

    query: Query
    assertion: Assertion


@dataclass(frozen=True, slots=True)
class MessageSubject:
    """The MessageID of a request, and whether an earlier request of the session had it."""

    message_id: str
    seen: bool


def _fresh(subject: MessageSubject) -> Iterator[Hit]:
    if subject.seen:
        yield Hit("/Envelope/Header/wsa:MessageID", found=subject.message_id, expected="urn:uuid:…")


_ACCESS: Final[dict[str, dict[str, frozenset[str]]]] = {
    "TD0.2": {
        vihf.DIRECT: frozenset({"normal", "bris_de_glace", "centre_15"}),
        vihf.INDIRECT: frozenset({"normal", "centre_15"}),
        vihf.AIR: frozenset({"normal", "bris_de_glace", "centre_15"}),
    },
    "TD2.1": {
        vihf.DIRECT: frozenset({"normal", "bris_de_glace", "centre_15"}),
        vihf.INDIRECT: frozenset({"normal", "centre_15"}),
        vihf.AIR: frozenset(),
    },
    "TD3.2": {
        vihf.DIRECT: frozenset({"normal", "bris_de_glace", "centre_15"}),
        vihf.AIR: frozenset({"normal", "bris_de_glace", "centre_15"}),
    },
    "TD0.3": {vihf.DIRECT: frozenset({"normal"}), vihf.AIR: frozenset({"normal"})},
    "TD0.4": {
        vihf.DIRECT: frozenset({"normal", "bris_de_glace", "centre_15"}),
        vihf.INDIRECT: frozenset({"normal"}),
        vihf.AIR: frozenset({"normal", "bris_de_glace", "centre_15"}),
    },
    "TD0.5": {mode: frozenset({"centre_15"}) for mode in (vihf.DIRECT, vihf.INDIRECT, vihf.AIR)},
}
_ACCESS["TD1.6"] = _ACCESS["TD3.3a"] = _ACCESS["TD3.3b"] = _ACCESS["TD0.3"]
_ACCESS["TD3.3d"] = _ACCESS["TD3.2"]
_ACCESS["TD1.3a"] = _ACCESS["TD3.1"] = _ACCESS["TD3.3c"] = _ACCESS["TD0.2"]


def _allowed(subject: ActorSubject) -> Iterator[Hit]:
    if subject.transaction.standing == "withdrawn":
        yield Hit("soap:Body", found=subject.transaction.id)
        return
    row = _ACCESS.get(subject.transaction.id)
    if row is not None and subject.purpose not in row.get(subject.mode, frozenset()):
        allowed = " | ".join(f"{mode} ({', '.join(sorted(purposes))})" for mode, purposes in row.items() if purposes)
        yield Hit("VIHF", found=f"{subject.transaction.id}: {subject.mode} {subject.purpose}", expected=allowed)


def _interaction(subject: QuerySubject) -> Iterator[Hit]:
    found = subject.query.interaction
    if (found.root, found.extension) != (names.INTERACTION_ROOT, names.QUERY_INTERACTION):
        expected = f"{names.INTERACTION_ROOT} {names.QUERY_INTERACTION}"
        yield Hit(f"{_QUERY}/interactionId", found=f"{found.root} {found.extension}".strip(), expected=expected)


def _reason(subject: QuerySubject) -> Iterator[Hit]:
    query = subject.query
    if query.reason not in names.REASONS or query.reason_system != names.REASON_SYSTEM:
        expected = f"{' | '.join(names.REASONS)} ({names.REASON_SYSTEM})"
        found = f"{query.reason} {query.reason_system}".strip()
        yield Hit(f"{_QUERY}/controlActProcess/reasonCode", found=found, expected=expected)


def _one_patient(subject: QuerySubject) -> Iterator[Hit]:
    if len(subject.query.patients) != 1:
        yield Hit(_PATIENT, found=str(len(subject.query.patients)), expected="1")


def _patient_is_ins(subject: QuerySubject) -> Iterator[Hit]:
    for patient in subject.query.patients:
        if patient.root not in ins.OIDS or not ins.valid(patient.extension):
            yield Hit(f"{_PATIENT}/value", found=f"{patient.extension} {patient.root}", expected="INS")


def _same_patient(subject: QuerySubject) -> Iterator[Hit]:
    token = (subject.assertion.ins, subject.assertion.ins_oid)
    for patient in subject.query.patients:
        if (patient.extension, patient.root) != token:
            expected = f"{token[0] or ''} {token[1] or ''}".strip()
            yield Hit(f"{_PATIENT}/value", found=f"{patient.extension} {patient.root}", expected=expected)


def _semantics(subject: QuerySubject) -> Iterator[Hit]:
    for found in subject.query.semantics:
        if found != "Patient.id":
            yield Hit(f"{_PATIENT}/semanticsText", found=found, expected="Patient.id")


def _receiver(subject: QuerySubject) -> Iterator[Hit]:
    if subject.query.receiver.root != names.DMP_DEVICE:
        yield Hit(f"{_QUERY}/receiver/device/id", found=subject.query.receiver.root, expected=names.DMP_DEVICE)


def _identified(subject: QuerySubject) -> Iterator[Hit]:
    for name, identifier in (("id", subject.query.message_id), ("queryId", subject.query.query_id)):
        if not identifier.root:
            yield Hit(f"{_QUERY}//{name}/@root", expected="OID")
    if not subject.query.sender.root:
        yield Hit(f"{_QUERY}/sender/device/id/@root", expected="OID")


def _codes(subject: QuerySubject) -> Iterator[Hit]:
    query = subject.query
    for name, found, expected in (
        ("processingCode", query.processing, ("P", "D")),
        ("processingModeCode", query.processing_mode, ("T",)),
        ("acceptAckCode", query.accept_ack, ("AL",)),
        ("statusCode", query.query_status, ("new",)),
    ):
        if found not in expected:
            yield Hit(f"{_QUERY}//{name}/@code", found=found, expected=" | ".join(expected))


def _creation_time(subject: QuerySubject) -> Iterator[Hit]:
    if not re.fullmatch(r"[0-9]{14}([+-][0-9]{4})?", subject.query.creation_time):
        yield Hit(f"{_QUERY}/creationTime/@value", found=subject.query.creation_time, expected="AAAAMMJJhhmmss")


UNKNOWN_OPERATION = Rule(
    id="DMP-001",
    text=Sentence(
        "Le corps porte une opération que cette adresse connaît.", "The body carries an operation of this address."
    ),
    clause="DMP, transactions",
    fix=Sentence(
        "Voir le tableau des transactions : chemin et élément racine.",
        "See the table of transactions: path and root element.",
    ),
    check=holds,
    code=errors.UNKNOWN_OPERATION,
    always=True,
)
ACCESS = Rule(
    id="DMP-002",
    text=Sentence(
        "La transaction est permise à cet acteur, dans ce mode d'authentification et ce mode d'accès.",
        "The transaction is allowed to this actor, in this authentication mode and this access mode.",
    ),
    clause="Matrice des droits fonctionnels DMP (PDT-INF-526 v1.8, PDT-INF-606 v1.3 pour AIR)",
    fix=Sentence(
        "Employer le mode que la matrice permet (alimentation : DIRECTE ou INDIRECTE, jamais AIR).",
        "Use the mode that the matrix allows (feeding: DIRECTE or INDIRECTE, never AIR).",
    ),
    check=_allowed,
    code=errors.ACCESS_DENIED,
    always=True,
)
NOT_SIMULATED = Rule(
    id="DMP-003",
    text=Sentence(
        "La transaction est de celles que cette version du banc simule.",
        "The transaction is one that this version of the bench simulates.",
    ),
    clause="banc : TD0.2, TD0.3, TD0.4, TD1.3a, TD1.6, TD2.1, TD3.1, TD3.2, TD3.3",
    fix=Sentence("Attendre une version suivante du banc.", "Wait for a later version of the bench."),
    check=holds,
    certainty="deduced",
    code=errors.NOT_SIMULATED,
    always=True,
)

FRESH_MESSAGE = Rule(
    id="DMP-008",
    text=Sentence(
        "Un MessageID ne sert qu'une fois, sauf à renvoyer la même requête restée sans réponse.",
        "A MessageID serves once, unless the same request is sent again because no answer came.",
    ),
    clause="WS-Addressing 1.0 Core §3.2; DMP, transport",
    fix=Sentence("Tirer un UUID neuf à chaque requête.", "Draw a fresh UUID for each request."),
    check=_fresh,
    severity="warning",
    certainty="deduced",
    code=errors.INVALID_MESSAGE,
)


def _query_rule(
    number: int,
    text: Sentence,
    clause: str,
    fix: Sentence,
    check: Callable[[QuerySubject], Iterator[Hit]],
    *,
    code: str = errors.INVALID_MESSAGE,
    warning: bool = False,
    always: bool = False,
) -> Rule:
    return Rule(
        id=f"DMP-HL7-{number:03d}",
        text=text,
        clause=clause,
        fix=fix,
        check=check,
        severity="warning" if warning else "error",
        code=code,
        always=always,
    )


QUERY_RULES: tuple[Rule, ...] = (
    _query_rule(
        1,
        Sentence("interactionId est PRPA_IN201307UV02.", "interactionId is PRPA_IN201307UV02."),
        "DMP, messages HL7v3 (exemples de messages v02.05.00)",
        Sentence("Reprendre l'identifiant de l'interaction.", "Use the id of the interaction."),
        _interaction,
    ),
    _query_rule(
        2,
        Sentence(
            "reasonCode dit TEST_EXST (TD0.2) ou CNSLT_DATA (TD1.3a).",
            "reasonCode says TEST_EXST (TD0.2) or CNSLT_DATA (TD1.3a).",
        ),
        "DMP, transactions ; DMP, messages HL7v3 (exemples de messages v02.05.00)",
        Sentence(f"Écrire TEST_EXST sous {names.REASON_SYSTEM}.", f"Write TEST_EXST under {names.REASON_SYSTEM}."),
        _reason,
        always=True,
    ),
    _query_rule(
        3,
        Sentence("La requête nomme un patient, et un seul.", "The query names one patient, and one only."),
        "DMP, messages HL7v3 (exemples de messages v02.05.00)",
        Sentence("Envoyer un patientIdentifier.", "Send one patientIdentifier."),
        _one_patient,
        always=True,
    ),
    _query_rule(
        4,
        Sentence(
            "L'identifiant du patient est un INS dont la clé est juste.", "The patient's id is an INS with a right key."
        ),
        "DMP, identifiants (exemples de messages v02.05.00, FR Core)",
        Sentence("Envoyer le matricule et l'OID rendus par INSi.", "Send the number and the OID that INSi gave."),
        _patient_is_ins,
    ),
    _query_rule(
        5,
        Sentence(
            "L'INS de la requête est celui du VIHF, OID compris.",
            "The INS of the query is that of the VIHF, OID included.",
        ),
        "DMP, identifiants (réponses observées)",
        Sentence("Employer partout le même INS et le même OID.", "Use one INS and one OID everywhere."),
        _same_patient,
        code=errors.PATIENT_MISMATCH,
        always=True,
    ),
    _query_rule(
        6,
        Sentence("semanticsText vaut Patient.id.", "semanticsText is Patient.id."),
        "DMP, messages HL7v3 (exemples de messages v02.05.00)",
        Sentence("Écrire Patient.id.", "Write Patient.id."),
        _semantics,
        warning=True,
    ),
    _query_rule(
        7,
        Sentence("Le destinataire est le DMP.", "The receiver is the DMP."),
        "DMP, identifiants ; DMP, messages HL7v3 (exemples de messages v02.05.00)",
        Sentence(
            f"Écrire receiver/device/id root={names.DMP_DEVICE}.", f"Write receiver/device/id {names.DMP_DEVICE}."
        ),
        _receiver,
        warning=True,
    ),
    _query_rule(
        8,
        Sentence(
            "Le message, la requête et l'émetteur sont identifiés.", "The message, the query and the sender have ids."
        ),
        "DMP, messages HL7v3 (exemples de messages v02.05.00)",
        Sentence("Remplir id, queryId et sender/device/id.", "Fill in id, queryId and sender/device/id."),
        _identified,
    ),
    _query_rule(
        9,
        Sentence(
            "Les codes de traitement sont ceux de l'interaction (P ou D, T, AL, new).",
            "The processing codes are those of the interaction (P or D, T, AL, new).",
        ),
        "DMP, messages HL7v3 (exemples de messages v02.05.00)",
        Sentence("Reprendre les codes de l'exemple publié.", "Use the codes of the published sample."),
        _codes,
        warning=True,
    ),
    _query_rule(
        10,
        Sentence("creationTime est une date-heure HL7.", "creationTime is an HL7 date and time."),
        "DMP, messages HL7v3 (exemples de messages v02.05.00)",
        Sentence("Écrire AAAAMMJJhhmmss, en UTC.", "Write YYYYMMDDhhmmss, in UTC."),
        _creation_time,
        warning=True,
    ),
)

RULES: tuple[Rule, ...] = (
    UNKNOWN_OPERATION,
    ACCESS,
    NOT_SIMULATED,
    FRESH_MESSAGE,
    *search_rules.RULES,
    *retrieval_rules.RULES,
    *QUERY_RULES,
    *registry_rules.RULES,
    *version_rules.RULES,
    *update_rules.RULES,
    *authorization.RULES,
    *lists.RULES,
)
