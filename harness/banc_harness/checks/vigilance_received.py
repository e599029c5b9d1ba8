"""Checks of identity vigilance: an INS that comes from somebody else is verified before anything is made of it.

Calls and what leaves come from the wire; what the software made of the identity is what its driver says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from banc_harness.checks import check
from banc_harness.checks.arriving import FETCH, Arrival, judged
from banc_harness.selection import Selection
from banc_harness.trace import Exchange, Trace
from banc_standards.cda.read import Document
from banc_standards.errors import Sentence
from banc_standards.ins import IdentityStatus, fold
from banc_standards.insi import names, verification
from banc_standards.rules import Hit

VERIFICATIONS = Selection(operation="insi.WS_INS3")
READ = Selection(operation="mssante.imap.FETCH", outcome="accepted")
LEAVING = Selection(operation=("dmp.*", "mssante.submission"))
SCENARIOS = ("INS.26", "INS.27")
UNTOLD = "(non dit / not told)"
NOTHING = "rien / nothing"


@check(
    id="CHK-IVG-012",
    requirements=["SBX-INS-12", "INS/va1.11"],
    on=VERIFICATIONS,
    presence=True,
    scenarios=SCENARIOS,
    text=Sentence(
        "Un INS venu d'ailleurs est vérifié auprès d'INSi, avec les traits reçus, sans que personne le demande ; sauf "
        "s'il est déjà récupéré ou qualifié ici.",
        "An INS from elsewhere is verified at INSi, with the traits that came, without anybody asking; unless it is "
        "retrieved or qualified here already.",
    ),
    clause="Guide d'implémentation de l'INS, règle 52 ; INS/va1.11",
    fix=Sentence(
        "à la réception d'un document avec INS, appelez la vérification avec son matricule, son OID et ses traits",
        "when a document comes with an INS, call the verification with the matricule, OID and traits of the document",
    ),
)
def verified_by_itself(trace: Trace) -> Iterator[Hit]:
    """The verification that follows each mail with an INS that INSi had not returned before."""
    for arrival, document in _foreign(trace):
        call, said = _verification(trace, arrival, document), document.patient
        if call is None:
            yield Hit(arrival.exchange.place("INS"), found=NOTHING, expected="insi.WS_INS3")
            continue
        message = call.soap
        for sent in verification.held(message) if message is not None else ():
            pairs = (
                ("NomNaissance", fold(sent.birth_family), fold(said.birth_family)),
                ("Sexe", sent.sex, said.sex),
                ("DateNaissance", sent.birth_date.replace("-", ""), said.birth_time[:8]),
            )
            for place, found, expected in pairs:
                if found != expected:
                    yield Hit(call.place(place), found=found, expected=expected)


@check(
    id="CHK-IVG-013",
    requirements=["SBX-INS-13", "INS/va1.05", "INS/va1.07", "INS/va1.13"],
    on=VERIFICATIONS,
    scenarios=SCENARIOS,
    word_of=(FETCH,),
    text=Sentence(
        "L'identité reçue d'un tiers est créée récupérée si INSi confirme son INS, sans INS sinon, jamais qualifiée ; "
        "une identité connue ne change pas. Le pilote le dit.",
        "The identity received from a third party is created retrieved when INSi confirms its INS, else without INS, "
        "never qualified; a known identity stays as it is. The driver's word.",
    ),
    clause="Guide d'implémentation de l'INS, règles 30 et 51 ; INS/va1.05, INS/va1.07, INS/va1.13",
    fix=Sentence(
        "après OK, créez l'identité au statut RECUP avec matricule et OID ; après KO, sans eux ; laissez celle que "
        "vous connaissez",
        "after OK create the identity as RECUP with matricule and OID; after KO without them; leave a known one alone",
    ),
)
def created_as_verified(trace: Trace) -> Iterator[Hit]:
    """What the software says of the identity of each mail, against INSi's verdict."""
    for arrival, document in _foreign(trace):
        call = _verification(trace, arrival, document)
        if call is None or document.patient.ins is None or call.code not in (names.FOUND, names.NONE_FOUND):
            continue
        owner, confirmed = arrival.owner(document), call.code == names.FOUND
        told: Mapping[str, Any] = next((item["patient"] for item in arrival.told if item.get("patient")), {})
        wanted: dict[str, Any] = {}
        if owner is None:
            status = IdentityStatus.RECUP if confirmed else IdentityStatus.PROV
            wanted = {"ins_status": status.value, "ins": document.patient.ins.value if confirmed else None}
        elif told:
            before = _said_before(trace, arrival, owner)
            wanted = {"local_id": owner} | {
                name: before[name] for name in ("ins_status", "ins") if name in before and name in told
            }
        for name, value in wanted.items():
            found = told.get(name)
            if (found or None) != value:
                place = arrival.exchange.place(f"received.patient.{name}")
                yield Hit(place, found=str(found or UNTOLD), expected=str(value or "aucun / none"))


@check(
    id="CHK-IVG-014",
    requirements=["SBX-INS-13", "INS/va1.05", "INS/va1.07", "INS/va1.13", "INS/va1.54"],
    on=LEAVING,
    presence=True,
    scenarios=SCENARIOS,
    text=Sentence(
        "Un INS reçu d'un tiers ne sort pas du logiciel avant qu'une recherche l'ait rendu ici ; celui d'une identité "
        "connue continue de partir.",
        "An INS received from a third party does not leave before a search returned it here; that of a known identity "
        "goes on leaving.",
    ),
    clause="Guide d'implémentation de l'INS v3.0, EXI ID 29 et règles 30 et 51 ; INS/va1.05, INS/va1.07, INS/va1.13",
    fix=Sentence(
        "requalifiez ici avant d'envoyer : pièce vue et récupération par les traits ; une vérification ne qualifie pas",
        "qualify here before sending: papers seen and a search by traits; a verification does not qualify",
    ),
)
def leaves_once_searched(trace: Trace) -> Iterator[Hit]:
    """Every message that leaves with an INS which no search had returned by then."""
    for exchange in trace.selected:
        ins = exchange.fact("ins")
        if ins is not None and str(ins) not in _searched(trace, exchange):
            yield Hit(exchange.place("INS"), found=str(ins), expected="aucun / none")


@check(
    id="CHK-IVG-015",
    requirements=["SBX-INS-12", "INS/va1.12"],
    on=READ,
    scenarios=("INS.27",),
    word_of=(FETCH,),
    text=Sentence(
        "Un document dont INSi ne confirme pas l'INS n'est pas rangé de lui-même : l'utilisateur est alerté. Le pilote "
        "le dit ; une personne regarde la liste de travail.",
        "A document of which INSi does not confirm the INS is not filed by itself: the user is told. The driver's "
        "word; a person looks at the work list.",
    ),
    clause="Guide d'implémentation de l'INS, règle 55 ; INS/va1.12",
    fix=Sentence(
        "après KO, laissez le document en attente, alertez l'utilisateur et mettez l'identité dans la liste de travail",
        "after KO leave the document waiting, tell the user and put the identity in the work list",
    ),
)
def left_in_the_work_list(trace: Trace) -> Iterator[Hit]:
    """What the software says that it did with the documents that came with a denied INS."""
    for arrival, document in _foreign(trace):
        call = _verification(trace, arrival, document)
        if call is None or call.code == names.FOUND:
            continue
        for item in arrival.filed:
            yield Hit(arrival.exchange.place(str(item.get("document"))), found="filed", expected="en attente / waiting")
        if not arrival.shown.strip():
            yield Hit(arrival.exchange.place("shown"), found=NOTHING, expected="une alerte / an alert")


def _foreign(trace: Trace) -> Iterator[tuple[Arrival, Document]]:
    """The documents that came with an INS that no search had returned here, each with its mail."""
    for arrival in judged(trace):
        held = _searched(trace, arrival.exchange)
        for document in arrival.documents:
            if document.patient.ins is not None and document.patient.ins.value not in held:
                yield arrival, document


def _searched(trace: Trace, before: Exchange) -> set[str]:
    answers = trace.before(before, "insi.WS_INS[12]", "accepted")
    return {str(one.fact("ins")) for one in answers if one.code == names.FOUND}


def _verification(trace: Trace, arrival: Arrival, document: Document) -> Exchange | None:
    """The call about the INS of a document, in the step that fetched it."""
    ins = document.patient.ins
    calls = trace.after(arrival.exchange, "insi.WS_INS3")
    asked = (one for one in calls if one.claimed_by == arrival.exchange.claimed_by)
    return next((one for one in asked if ins is not None and one.fact("ins") == ins.value), None)


def _said_before(trace: Trace, arrival: Arrival, local_id: str) -> dict[str, Any]:
    """The last that the software had said of a patient before it fetched the mail."""
    said: dict[str, Any] = {}
    for act in trace.acts:
        if act is arrival.act:
            break
        patient = act.output.get("patient")
        if isinstance(patient, dict) and patient.get("local_id") == local_id:
            said = patient
    return said
