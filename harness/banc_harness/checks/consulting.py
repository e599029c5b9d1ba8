"""Checks of the consultation of the DMP on the wire: who enters, by which right, what is asked for."""

from __future__ import annotations

from collections.abc import Iterator

from banc_harness.checks import check
from banc_harness.checks.consulted import (
    CONSULTATIONS,
    HISTORIES,
    READS,
    SEARCHES,
    act_of,
    bound,
    known_before,
    query_of,
)
from banc_harness.checks.heard import heard_in
from banc_harness.selection import Selection
from banc_harness.trace import Trace
from banc_standards.errors import Sentence
from banc_standards.rules import Finding, Hit

ENTRY = "$XDSDocumentEntry"
APPROVED = "urn:oasis:names:tc:ebxml-regrep:StatusType:Approved"
STATUSES = {
    "current": APPROVED,
    "obsolete": "urn:oasis:names:tc:ebxml-regrep:StatusType:Deprecated",
    "archived": "urn:asip:ci-sis:2010:StatusType:Archived",
}
TOO_MANY = "DMP-007"
"""A search that finds too much is answered so; nobody could know it before."""


@check(
    id="CHK-HIS-001",
    requirements=["SC.DMP/UX.27"],
    on=SEARCHES,
    presence=True,
    scenarios=("UC3.41", "UC3.44"),
    text=Sentence(
        "La recherche porte les critères de l'utilisateur, la période en UTC.",
        "The search carries the user's criteria, the period in UTC.",
    ),
    clause="SC.DMP/UX.27 ; Guide d'intégration DMP, TD3.1 ; IHE ITI-18 FindDocuments",
    fix=Sentence(
        "traduisez chaque critère en paramètre de FindDocuments, les jours locaux en heures UTC",
        "turn each criterion into a parameter of FindDocuments, local days into UTC times",
    ),
)
def criteria_asked(trace: Trace) -> Iterator[Hit]:
    """Types, practice settings, statuses and period of each search, against what the user typed."""
    for exchange in trace.selected:
        act, query = act_of(trace, exchange.claimed_by, "document.search"), query_of(exchange)
        if act is None or query is None:
            continue
        search = act.input.get("search") or {}
        for parameter, key in (("TypeCode", "types"), ("PracticeSettingCode", "practice_settings")):
            found = {value.partition("^^")[0] for value in query.values(f"{ENTRY}{parameter}")}
            if found != set(search.get(key) or ()):
                expected = ", ".join(search.get(key) or ()) or "aucun / none"
                yield Hit(exchange.place(parameter), found=", ".join(sorted(found)) or "(absent)", expected=expected)
        statuses = {STATUSES[name] for name in search.get("statuses") or ("current",)}
        if set(query.values(f"{ENTRY}Status")) != statuses:
            found_statuses = ", ".join(query.values(f"{ENTRY}Status"))
            yield Hit(exchange.place("Status"), found=found_statuses, expected=", ".join(sorted(statuses)))
        for name in ("from", "to"):
            if search.get(name):
                sent = "".join(query.values(f"{ENTRY}CreationTime{name.capitalize()}")[:1])
                expected = bound(search[name], end=name == "to")
                if sent != expected:
                    place = exchange.place(f"CreationTime{name.capitalize()}")
                    yield Hit(place, found=sent or "(absent)", expected=expected)


@check(
    id="CHK-HIS-002",
    requirements=["SC.DMP/UX.08", "SC.DMP/UX.12"],
    on=CONSULTATIONS,
    scenarios=HISTORIES,
    text=Sentence(
        "Le droit d'accès est vérifié (TD0.2 ou TD0.4) avant toute consultation.",
        "The access right is checked (TD0.2 or TD0.4) before any consultation.",
    ),
    clause="SC.DMP/UX.08 ; Guide d'intégration DMP, TD0.2",
    fix=Sentence(
        "appelez TD0.2 pour ce patient et lisez AUTORISATION avant TD3.1 ou TD3.2",
        "call TD0.2 for this patient and read AUTORISATION before TD3.1 or TD3.2",
    ),
)
def right_checked_first(trace: Trace) -> Iterator[Hit]:
    """Every consultation comes after a TD0.2 about the same patient, or a TD0.4."""
    for exchange in trace.selected:
        tested = any(one.fact("ins") == exchange.fact("ins") for one in trace.before(exchange, "dmp.TD0.2"))
        if not tested and not trace.before(exchange, "dmp.TD0.4"):
            yield Hit(exchange.place(), found=exchange.operation, expected="TD0.2, " + exchange.operation)


@check(
    id="CHK-HIS-003",
    requirements=["SC.DMP/UX.50"],
    on=Selection(operation=("dmp.TD0.3", "dmp.TD3.1")),
    presence=True,
    scenarios=("UC3.42",),
    text=Sentence(
        "Sans opposition ni autorisation, le logiciel pose celle de l'utilisateur (TD0.3) avant de consulter.",
        "With neither opposition nor authorisation, the software sets the user's one (TD0.3) before consulting.",
    ),
    clause="SC.DMP/UX.50",
    fix=Sentence(
        "appelez TD0.3 (AJOUT) quand TD0.2 répond autre chose que VALIDE ou INTERDIT",
        "call TD0.3 (AJOUT) when TD0.2 answers something else than VALIDE or INTERDIT",
    ),
)
def authorisation_set(trace: Trace) -> Iterator[Hit]:
    """An accepted TD0.3 comes before the first search."""
    first = next((one for one in trace.selected if one.operation == "dmp.TD3.1"), None)
    if first is not None and not trace.before(first, "dmp.TD0.3", "accepted"):
        yield Hit(first.place(), found="TD3.1", expected="TD0.3, TD3.1")


@check(
    id="CHK-HIS-004",
    requirements=["SC.DMP/CONF.06"],
    on=Selection(operation=("dmp.TD0.3", "dmp.TD3.1", "dmp.TD3.2")),
    absence=True,
    zero_tolerance=True,
    scenarios=("UC3.45", "UC3.46"),
    text=Sentence(
        "Un DMP que le patient refuse de montrer n'est pas consulté, et nul droit n'y est ajouté.",
        "A DMP that the patient refuses to show is not consulted, and no right on it is added.",
    ),
    clause="SC.DMP/CONF.06 ; Guide d'intégration DMP, TD0.2 (AUTORISATION INTERDIT)",
    fix=Sentence(
        "arrêtez-vous au refus enregistré, ou à la réponse INTERDIT de TD0.2 ; dites-le à l'utilisateur",
        "stop at the recorded refusal, or at the answer INTERDIT of TD0.2; tell the user",
    ),
)
def refusal_obeyed(trace: Trace) -> Iterator[Hit]:
    """No TD0.3 and no consultation in these scenarios."""
    for exchange in trace.selected:
        yield Hit(exchange.place(), found=exchange.operation, expected="aucun / none")


@check(
    id="CHK-HIS-005",
    requirements=["SBX-DMP-05"],
    on=CONSULTATIONS,
    absence=True,
    scenarios=("UC3.47", "UC3.48"),
    text=Sentence("Un DMP fermé ou inexistant n'est pas consulté.", "A DMP that is closed or absent is not consulted."),
    clause="Guide d'intégration DMP, TD0.2",
    fix=Sentence(
        "arrêtez-vous à la réponse de TD0.2 : queryResponseCode NF, ou statusCode autre que active",
        "stop at the answer of TD0.2: queryResponseCode NF, or a statusCode other than active",
    ),
)
def no_record_no_consultation(trace: Trace) -> Iterator[Hit]:
    """No consultation in these scenarios."""
    for exchange in trace.selected:
        yield Hit(exchange.place(), found=exchange.operation, expected="aucun / none")


@check(
    id="CHK-HIS-006",
    requirements=["SC.DMP/AIRS.06", "SC.DMP/PSC.01"],
    on=CONSULTATIONS,
    scenarios=HISTORIES,
    text=Sentence(
        "Le VIHF d'une consultation porte l'identifiant national de l'utilisateur connecté.",
        "The VIHF of a consultation carries the national identifier of the signed-in user.",
    ),
    clause="SC.DMP/AIRS.06 ; SC.DMP/PSC.01 ; VIHF, Subject/NameID",
    fix=Sentence(
        "mettez dans NameID le SubjectNameID que Pro Santé Connect rend",
        "put the SubjectNameID that Pro Santé Connect returns into NameID",
    ),
)
def real_user(trace: Trace) -> Iterator[Hit]:
    """The user of every consultation is the professional of the step."""
    for exchange in trace.selected:
        act = act_of(trace, exchange.claimed_by, "document.search", "document.read")
        expected = None if act is None else (act.input.get("professional") or {}).get("idnat")
        if expected is not None and exchange.fact("professional") != expected:
            yield Hit(exchange.place("NameID"), found=str(exchange.fact("professional")), expected=str(expected))


@check(
    id="CHK-HIS-007",
    requirements=["SBX-DMP-06"],
    on=CONSULTATIONS,
    scenarios=HISTORIES,
    text=Sentence(
        "Le mode d'accès du VIHF est celui que l'utilisateur a choisi : normal, sauf bris de glace motivé.",
        "The access mode of the VIHF is the one that the user chose: normal, but for a reasoned breaking of the glass.",
    ),
    clause="VIHF, purposeofuse ; EX_0.3-1050",
    fix=Sentence(
        "n'écrivez bris_de_glace que pour l'acte où l'utilisateur l'a demandé, avec sa raison",
        "write bris_de_glace only for the act in which the user asked for it, with the reason",
    ),
)
def mode_chosen(trace: Trace) -> Iterator[Hit]:
    """The purpose of use of every consultation, against what the user chose in the step."""
    for exchange in trace.selected:
        act = act_of(trace, exchange.claimed_by, "document.search", "document.read")
        if act is None or exchange.assertion is None:
            continue
        purpose = exchange.assertion.purpose
        found, expected = purpose.code if purpose else "", (act.input.get("access") or {}).get("mode") or "normal"
        if found != expected:
            yield Hit(exchange.place("purposeofuse"), found=found or "(absent)", expected=expected)


@check(
    id="CHK-HIS-008",
    requirements=["SBX-DMP-05"],
    on=Selection(operation=("dmp.TD0.2", "dmp.TD0.3", "dmp.TD3.1", "dmp.TD3.2")),
    scenarios=HISTORIES,
    text=Sentence(
        "Chaque appel de consultation porte l'enveloppe, le VIHF et les paramètres attendus.",
        "Every call of a consultation carries the envelope, VIHF and parameters that it must.",
    ),
    clause="Guide d'intégration DMP, TD0.1, TD3.1, TD3.2 ; VIHF 3.0 ; IHE ITI-18, ITI-43",
    fix=Sentence("corrigez chaque écart relevé", "correct each difference noted"),
)
def calls_as_expected(trace: Trace) -> Iterator[Finding]:
    """What the DMP noticed on the transport, the envelope, the assertion, the query and the rights."""
    said = heard_in(trace, "TLS-", "XML-", "SOAP-", "MTOM-", "VIHF-", "DMP-", "XDS-")
    return (finding for finding in said if finding.rule != TOO_MANY)


@check(
    id="CHK-HIS-009",
    requirements=["SBX-DMP-07"],
    on=CONSULTATIONS,
    absence=True,
    zero_tolerance=True,
    scenarios=HISTORIES,
    text=Sentence(
        "Rien n'est lu dans le DMP sans un acte de l'utilisateur.",
        "Nothing is read in the DMP without an act of the user.",
    ),
    clause="Guide d'intégration DMP, TD3.1 et TD3.2 ; EX_3.1-1020",
    fix=Sentence(
        "n'appelez TD3.1 et TD3.2 que lorsque l'utilisateur consulte ; l'admission et la qualification n'en sont pas",
        "call TD3.1 and TD3.2 only when the user consults; admission and qualification are none of it",
    ),
)
def only_when_asked(trace: Trace) -> Iterator[Hit]:
    """Every consultation belongs to a step in which the user searched or read."""
    for exchange in trace.selected:
        if act_of(trace, exchange.claimed_by, "document.search", "document.read") is None:
            yield Hit(exchange.place(), found=exchange.claimed_by or "hors étape / stray", expected="aucun / none")


@check(
    id="CHK-HIS-010",
    requirements=["SBX-DMP-07"],
    on=READS,
    scenarios=HISTORIES,
    text=Sentence(
        "Seuls se lisent des documents qu'une recherche a rendus pour ce patient, par leur uniqueId.",
        "Only documents that a search gave for this patient are read, by their uniqueId.",
    ),
    clause="Guide d'intégration DMP, TD3.2 ; IHE ITI-43",
    fix=Sentence(
        "prenez RepositoryUniqueId et uniqueId dans la réponse de TD3.1 sur le même patient",
        "take RepositoryUniqueId and uniqueId in the answer of TD3.1 about the same patient",
    ),
)
def read_what_was_found(trace: Trace) -> Iterator[Hit]:
    """Every uniqueId asked for is one of an entry that an earlier search gave."""
    for exchange in trace.selected:
        known = known_before(trace, exchange)
        for asked in exchange.fact("requested") or ():
            if asked not in known:
                yield Hit(exchange.place("DocumentUniqueId"), found=asked, expected=", ".join(known) or "TD3.1")
