"""Checks of the feeding of the DMP: what must be asked before, what is filed, and when nothing may be."""

from __future__ import annotations

from collections.abc import Iterator

from banc_harness.checks import check
from banc_harness.checks.heard import heard_in
from banc_harness.selection import Selection
from banc_harness.trace import Exchange, Trace
from banc_standards.errors import Sentence
from banc_standards.rules import Finding, Hit

SUBMISSIONS = Selection(operation="dmp.TD2.1")
FEEDINGS = ("UC1.0?", "UC1.10", "UC1.11", "UC1.12", "UC2.*", "UC3.0?", "UC3.2?")
"""The scenarios whose document is meant for the DMP."""
MANY_ATTEMPTS = 5
"""More submissions of one document than this, in one outage, is a storm."""


@check(
    id="CHK-DMP-001",
    requirements=["SBX-DMP-01"],
    on=Selection(operation="dmp.TD2.1", outcome="accepted"),
    presence=True,
    scenarios=("UC1.01", "UC1.02"),
    text=Sentence("La lettre de liaison arrive au DMP.", "The discharge letter reaches the DMP."),
    clause="Guide d'intégration DMP, TD2.1 ; IHE ITI-41",
    fix=Sentence(
        "regardez la réponse du DMP à TD2.1 : son code et les écarts relevés disent ce qui manque",
        "look at the DMP's answer to TD2.1: its code and the differences noted say what is missing",
    ),
)
def letter_filed(trace: Trace) -> Iterator[Hit]:
    """The accepted submission carries a document besides the signature of its lot."""
    for exchange in trace.selected:
        if not exchange.cdas:
            yield Hit(exchange.place("xds:Document"), found="0", expected="1 CDA")


@check(
    id="CHK-DMP-002",
    requirements=["SBX-DMP-01"],
    on=Selection(operation=("dmp.TD0.2", "dmp.TD2.1")),
    text=Sentence(
        "Chaque appel au DMP porte les certificats, les en-têtes et le VIHF attendus.",
        "Every call to the DMP carries the certificates, headers and VIHF that it must.",
    ),
    clause="Guide d'intégration DMP, TD0.1 ; VIHF 3.0 ; WS-Addressing 1.0",
    fix=Sentence(
        "corrigez chaque écart relevé sur l'enveloppe ou le VIHF",
        "correct each difference noted on the envelope or the VIHF",
    ),
)
def envelope_and_vihf(trace: Trace) -> Iterator[Finding]:
    """What the DMP noticed on the transport, the envelope and the assertion."""
    return heard_in(trace, "TLS-", "XML-", "SOAP-", "MTOM-", "VIHF-", "DMP-")


@check(
    id="CHK-DMP-003",
    requirements=["SBX-DMP-01"],
    on=SUBMISSIONS,
    text=Sentence(
        "Les métadonnées et la signature du lot sont celles du profil français de XDS.",
        "The metadata and the signature of the lot are those of the French XDS profile.",
    ),
    clause="CI-SIS partage de documents ; IHE ITI TF-3 §4 ; EX_2.1-1140",
    fix=Sentence(
        "corrigez chaque métadonnée relevée ; la plupart se déduisent de l'en-tête du CDA",
        "correct each metadata noted; most of them derive from the CDA header",
    ),
)
def metadata(trace: Trace) -> Iterator[Finding]:
    """What the DMP noticed on the submission."""
    return heard_in(trace, "XDS-")


@check(
    id="CHK-DMP-004",
    requirements=["SBX-DMP-02"],
    on=SUBMISSIONS,
    text=Sentence(
        "L'existence du DMP est testée (TD0.2) avant d'y déposer.",
        "The existence of the DMP is tested (TD0.2) before anything is filed in it.",
    ),
    clause="Guide d'intégration DMP, TD0.2",
    fix=Sentence(
        "appelez TD0.2 pour ce patient et lisez sa réponse avant TD2.1",
        "call TD0.2 for this patient and read its answer before TD2.1",
    ),
)
def existence_first(trace: Trace) -> Iterator[Hit]:
    """Every submission comes after a TD0.2 about the same patient."""
    for exchange in trace.selected:
        asked = (test.fact("ins") for test in trace.before(exchange, "dmp.TD0.2"))
        if exchange.fact("ins") not in asked:
            yield Hit(exchange.place(), found="TD2.1", expected="TD0.2, TD2.1")


@check(
    id="CHK-DMP-005",
    requirements=["SBX-DMP-02"],
    on=SUBMISSIONS,
    absence=True,
    scenarios=("UC1.05", "UC1.06", "UC2.23", "UC3.23"),
    text=Sentence(
        "Rien n'est déposé dans un DMP fermé ou inexistant.", "Nothing is filed in a DMP that is closed or absent."
    ),
    clause="Guide d'intégration DMP, TD0.2 et TD2.1 (DMPClosed)",
    fix=Sentence(
        "arrêtez-vous à la réponse de TD0.2 : queryResponseCode NF, ou statusCode autre que active",
        "stop at the answer of TD0.2: queryResponseCode NF, or a statusCode other than active",
    ),
)
def nothing_without_record(trace: Trace) -> Iterator[Hit]:
    """No submission at all in these scenarios."""
    for exchange in trace.selected:
        yield Hit(exchange.place(), found=exchange.code or exchange.outcome, expected="aucun / none")


@check(
    id="CHK-DMP-006",
    requirements=["SC.DMP/CONF.09"],
    on=SUBMISSIONS,
    absence=True,
    zero_tolerance=True,
    scenarios=("UC1.07", "UC2.24", "UC3.24"),
    text=Sentence(
        "L'opposition du patient à l'alimentation de son DMP est obéie.",
        "The patient's opposition to the feeding of the DMP is obeyed.",
    ),
    clause="SC.DMP/CONF.09 ; CSP R.1111-47",
    fix=Sentence(
        "enregistrez l'opposition et ne déposez rien tant qu'elle tient",
        "record the opposition and file nothing while it stands",
    ),
)
def opposition_obeyed(trace: Trace) -> Iterator[Hit]:
    """No submission about a subject of the scenario who objects to feeding."""
    opposed = _opposed(trace)
    for exchange in trace.selected:
        if exchange.fact("ins") in opposed:
            yield Hit(exchange.place(), found=exchange.outcome, expected="aucun / none")


def _opposed(trace: Trace) -> frozenset[str]:
    from banc_fixtures.population import population

    patients = (population().patient(name) for name in trace.subjects.get("patients", ()))
    return frozenset(patient.ins.value for patient in patients if patient.ins and "feed" in patient.opposed)


@check(
    id="CHK-DMP-007",
    requirements=["SC.DMP/CONF.05", "SBX-DMP-01"],
    on=Selection(operation="dmp.TD0.3"),
    absence=True,
    scenarios=FEEDINGS,
    text=Sentence(
        "Alimenter le DMP ne demande aucune autorisation d'accès (TD0.3).",
        "Feeding the DMP asks for no access authorisation (TD0.3).",
    ),
    clause="SC.DMP/CONF.05",
    fix=Sentence(
        "retirez TD0.3 du parcours de dépôt : l'autorisation ne sert qu'à consulter",
        "take TD0.3 out of the feeding path: the authorisation serves consultation only",
    ),
)
def no_authorisation(trace: Trace) -> Iterator[Hit]:
    """No TD0.3 in a scenario that only feeds."""
    for exchange in trace.selected:
        yield Hit(exchange.place(), found="TD0.3", expected="aucun / none")


@check(
    id="CHK-DMP-008",
    requirements=["SC.DMP/AIRS.06", "SC.DMP/PSC.01"],
    on=Selection(operation=("dmp.TD0.2", "dmp.TD2.1", "dmp.TD3.1", "dmp.TD3.3c")),
    text=Sentence(
        "Le VIHF désigne la personne connectée, par son identifiant national.",
        "The VIHF names the person who signed in, by the national identifier.",
    ),
    clause="SC.DMP/AIRS.06, SC.DMP/PSC.01 ; EX_GEN-1320",
    fix=Sentence(
        "mettez dans NameID le SubjectNameID reçu de Pro Santé Connect",
        "put the SubjectNameID received from Pro Santé Connect into NameID",
    ),
)
def the_person_signed_in(trace: Trace) -> Iterator[Hit]:
    """NameID is the identity that userinfo gave last."""
    for exchange in trace.selected:
        known = [info.response_json for info in trace.before(exchange, "psc.userinfo", "accepted")]
        if not known or exchange.assertion is None:
            continue
        expected = str((known[-1] or {}).get("SubjectNameID", ""))
        if exchange.assertion.name_id != expected:
            yield Hit(exchange.place("NameID"), found=exchange.assertion.name_id or "(absent)", expected=expected)


@check(
    id="CHK-DMP-009",
    requirements=["SBX-DMP-03"],
    on=SUBMISSIONS,
    presence=True,
    scenarios=("UC1.08", "UC2.29", "UC3.25"),
    text=Sentence(
        "Après une panne, le même document est déposé, une seule fois, sans rafale d'essais.",
        "After an outage, the same document is filed, once, without a storm of attempts.",
    ),
    clause="EX_GEN-1060 ; IHE ITI TF-3 §4.1.4",
    fix=Sentence(
        "gardez le document et son identifiant, et renvoyez-le tel quel quand le DMP répond",
        "keep the document and its id, and send it again as it is when the DMP answers",
    ),
)
def once_after_the_outage(trace: Trace) -> Iterator[Hit]:
    """The same document id in every attempt, so that one that had succeeded unseen is not doubled; few attempts."""
    if len(trace.selected) > MANY_ATTEMPTS:
        yield Hit(trace.selected[-1].place(), found=str(len(trace.selected)), expected=f"≤ {MANY_ATTEMPTS}")
    ids = {name: exchange for exchange in trace.selected for name in _documents(exchange)}
    for name, exchange in list(ids.items())[1:]:
        yield Hit(exchange.place("uniqueId"), found=name, expected=next(iter(ids)))


def _documents(exchange: Exchange) -> tuple[str, ...]:
    submission = exchange.submission
    return () if submission is None else tuple(entry.unique_id or "" for entry in submission.contents)
