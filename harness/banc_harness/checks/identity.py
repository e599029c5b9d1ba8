"""Checks of the identity: how INSi is asked, and where the matricule goes afterwards."""

from __future__ import annotations

from collections.abc import Iterator

from banc_harness.checks import check
from banc_harness.checks.heard import heard_in
from banc_harness.selection import Selection
from banc_harness.trace import Exchange, Trace
from banc_standards.errors import Sentence
from banc_standards.ins import fold
from banc_standards.rules import Finding, Hit

IDENTITIES = Selection(operation=("dmp.*", "mssante.submission"))


@check(
    id="CHK-INS-001",
    requirements=["SBX-INS-01", "INS/va1.34"],
    on=Selection(operation="insi.WS_INS2"),
    presence=True,
    text=Sentence(
        "Les appels INSi suivent le guide d'intégration : en-têtes, identité de l'appelant, traits.",
        "INSi calls follow the integration guide: headers, caller's identity, traits.",
    ),
    clause="SEL-MP-043 §2 et §3 ; CTXBAM V01_02, CTXLPS V01_00",
    fix=Sentence(
        "corrigez chaque écart relevé sur le message envoyé",
        "correct each difference noted on the message that was sent",
    ),
)
def well_formed_search(trace: Trace) -> Iterator[Finding]:
    """What INSi noticed on each search."""
    return heard_in(trace, "INSI-", "SOAP-", "XML-", "TLS-")


@check(
    id="CHK-INS-002",
    requirements=["SBX-INS-02", "INS/va1.53", "INS/va1.59"],
    on=IDENTITIES,
    absence=True,
    zero_tolerance=True,
    scenarios=("UC1.*", "UC2.*", "UC3.*"),
    text=Sentence(
        "Le matricule INS ne sort qu'avec une identité qualifiée.",
        "The matricule INS leaves with a qualified identity only.",
    ),
    clause="Guide d'implémentation de l'INS, EXI ID 29 (règle 28) ; INS/va1.53, INS/va1.59",
    fix=Sentence(
        "n'envoyez matricule et OID que pour une identité au statut qualifié, après une réponse 00 d'INSi",
        "send matricule and OID for a qualified identity only, after an INSi answer 00",
    ),
)
def only_when_qualified(trace: Trace) -> Iterator[Hit]:
    """Every INS that leaves was found by INSi before, under the same OID, and its holder's papers were checked."""
    for exchange in trace.selected:
        ins, oid = exchange.fact("ins"), exchange.fact("ins_oid")
        qualified = qualified_ins(trace, exchange)
        if ins is not None and ins not in qualified:
            yield Hit(exchange.place("INS"), found=str(ins), expected="aucun matricule / no matricule")
        elif oid is not None and oid != qualified.get(str(ins)):
            yield Hit(exchange.place("OID"), found=str(oid), expected=str(qualified.get(str(ins))))


def qualified_ins(trace: Trace, before: Exchange) -> dict[str, str]:
    """The matricules that INSi had returned by then, with their OID, of patients whose papers were checked."""
    unchecked = _without_papers(trace)
    found = {str(answer.fact("ins")): str(answer.fact("ins_oid")) for answer in _answers(trace, before)}
    return {ins: oid for ins, oid in found.items() if ins not in unchecked}


def _without_papers(trace: Trace) -> frozenset[str]:
    """The INS of the patients whom the scenario had qualified without any identity document."""
    from banc_fixtures.population import population

    patients = (act.input["patient"] for act in trace.answers("patient.qualify") if not act.input["identity_document"])
    known = (population().patient(str(patient["id"])) for patient in patients)
    return frozenset(patient.ins.value for patient in known if patient.ins)


def _answers(trace: Trace, exchange: Exchange) -> Iterator[Exchange]:
    return (answer for answer in trace.before(exchange, "insi.*", "accepted") if answer.code == "00")


@check(
    id="CHK-INS-003",
    requirements=["INS/va1.01", "INS/va1.52"],
    on=Selection(operation="dmp.TD2.1"),
    text=Sentence(
        "Les documents portent tous les traits de l'identité qualifiée, tels qu'INSi les a rendus.",
        "Documents carry every trait of the qualified identity, as INSi returned them.",
    ),
    clause="Référentiel INS v2.1 ; CI-SIS structuration minimale, recordTarget ; INS/va1.01",
    fix=Sentence(
        "remplissez recordTarget depuis l'identité reçue d'INSi : nom et prénoms de naissance, sexe, date, lieu (COG)",
        "fill recordTarget from the identity that INSi returned: birth name, given names, sex, date, place (COG)",
    ),
)
def traits_of_the_answer(trace: Trace) -> Iterator[Hit]:
    """Compares the header of every filed document with the INSi answer about the same INS."""
    for exchange in trace.selected:
        known = (answer for answer in _answers(trace, exchange) if answer.fact("ins") == exchange.fact("ins"))
        reference = next(known, None)
        found = _reference_traits(reference) if reference is not None else {}
        for document in exchange.cdas:
            traits = document.patient
            written = {
                "family[@qualifier='BR']": traits.birth_family,
                "given": traits.birth_givens,
                "administrativeGenderCode": traits.sex,
                "birthTime": traits.birth_time,
                "birthplace/place/addr/county": traits.birth_place_cog,
            }
            for place, value in written.items():
                expected = found.get(place, "")
                if not value or (expected and fold(value) != fold(expected)):
                    yield Hit(exchange.place(place), found=value or "(absent)", expected=expected or "un trait")


def _reference_traits(answer: Exchange) -> dict[str, str]:
    from banc_standards.insi import read

    message = answer.soap_response
    individual = None if message is None else read.answer(message).individual
    if individual is None:
        return {}
    traits = individual.traits
    return {
        "family[@qualifier='BR']": traits.birth_family,
        "given": traits.birth_givens,
        "administrativeGenderCode": traits.sex,
        "birthTime": traits.birth_date.replace("-", ""),
        "birthplace/place/addr/county": traits.birth_place,
    }
