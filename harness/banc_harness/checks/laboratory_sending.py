"""Checks of where lab results go: DMP, correspondents, patient, and what the user or the patient forbids."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from banc_harness.checks import check
from banc_harness.checks.reported import SENDING, act_of
from banc_harness.selection import Selection
from banc_harness.trace import Acted, Exchange, Trace
from banc_standards.errors import Sentence
from banc_standards.mail.addresses import canonical, citizen_matricule
from banc_standards.rules import Hit
from banc_standards.terminology.oids import VISIBILITY

SUBMISSIONS = Selection(operation="dmp.TD2.1")
MAILS = Selection(operation="mssante.submission")
DELIVERED = Selection(operation="mssante.submission", outcome="accepted")
SPACE = ".mssante.fr"


@check(
    id="CHK-LAB-011",
    requirements=["DMP/va1.01", "SBX-DMP-01"],
    on=Selection(operation="dmp.TD2.1", outcome="accepted"),
    presence=True,
    scenarios=("UC2.0?", "UC2.25", "UC2.26"),
    text=Sentence("Le compte rendu validé arrive au DMP.", "The validated report reaches the DMP."),
    clause="DMP/va1.01 ; Guide d'intégration DMP, TD2.1 ; IHE ITI-41",
    fix=Sentence(
        "déposez dès la validation ; le code de la réponse à TD2.1 et les écarts relevés disent ce qui manque",
        "file as soon as it is validated; the code of the answer to TD2.1 and the differences say what is missing",
    ),
)
def report_filed(trace: Trace) -> Iterator[Hit]:
    """The accepted submission carries a document besides the signature of its lot."""
    for exchange in trace.selected:
        if not exchange.cdas:
            yield Hit(exchange.place("xds:Document"), found="0", expected="1 CDA")


@check(
    id="CHK-LAB-012",
    requirements=["MSS/va1.21", "MSS/va1.36"],
    on=DELIVERED,
    presence=True,
    scenarios=("UC2.01", "UC2.03", "UC2.04", "UC2.05", "UC2.21", "UC2.22", "UC2.23", "UC2.24", "UC2.25", "UC2.27"),
    text=Sentence(
        "Chaque correspondant professionnel reçoit le compte rendu.", "Each professional correspondent gets the report."
    ),
    clause="MSS/va1.21, MSS/va1.36 ; ECO.2.1.1",
    fix=Sentence(
        "envoyez le message à tous les prescripteurs et correspondants de la demande, au moins dix",
        "send the mail to all prescribers and correspondents of the order, ten at least",
    ),
)
def every_correspondent(trace: Trace) -> Iterator[Hit]:
    """For each sending, a mail was taken for each professional address that it names."""
    for act in _sendings(trace):
        mails = [exchange for exchange in trace.selected if exchange.claimed_by == act.step]
        reached = {box for exchange in mails for box in _boxes(exchange)}
        spaces = {f".{exchange.entry.get('session')}{SPACE}" for exchange in mails}
        for recipient in act.input.get("recipients") or ():
            kind, _, address = str(recipient).partition(":")
            if kind == "pro" and reached.isdisjoint(_names(address, spaces)):
                yield Hit(f"{act.step} RCPT TO", found="∅", expected=address)


@check(
    id="CHK-LAB-013",
    requirements=["MSS/va1.01", "MSS/va1.17"],
    on=DELIVERED,
    presence=True,
    scenarios=("UC2.01", "UC2.03", "UC2.23", "UC2.24", "UC2.26", "UC3.02"),
    text=Sentence(
        "Le patient dont l'INS est qualifié reçoit le document.",
        "The patient whose INS is qualified gets the document.",
    ),
    clause="MSS/va1.01 ; ECO.2.2.6",
    fix=Sentence(
        "écrivez à <matricule>@patient.mssante.fr dès la validation",
        "write to <matricule>@patient.mssante.fr as soon as the document is validated",
    ),
)
def patient_reached(trace: Trace) -> Iterator[Hit]:
    """For each sending to the patient, a mail was taken for a citizen's mailbox."""
    for act in _sendings(trace):
        if "patient" not in (act.input.get("recipients") or ()):
            continue
        mails = (exchange for exchange in trace.selected if exchange.claimed_by == act.step)
        if not any(_citizens(exchange) for exchange in mails):
            yield Hit(f"{act.step} RCPT TO", found="∅", expected="<matricule>@patient.mssante.fr")


@check(
    id="CHK-LAB-014",
    requirements=["DOC/va1.21", "DOC/va1.24", "DMP/va1.17"],
    on=SUBMISSIONS,
    scenarios=("UC2.06", "UC3.06"),
    text=Sentence(
        "Les métadonnées disent la visibilité que l'utilisateur a choisie.",
        "The metadata tell the visibility that the user chose.",
    ),
    clause="DOC/va1.21, DOC/va1.24 ; EX_2.1-1050 ; confidentialityCode (JDV_J58)",
    fix=Sentence(
        "ajoutez MASQUE_PS, INVISIBLE_PATIENT ou INVISIBLE_REPRESENTANTS_LEGAUX à confidentialityCode, à côté de N",
        "add MASQUE_PS, INVISIBLE_PATIENT or INVISIBLE_REPRESENTANTS_LEGAUX to confidentialityCode, beside N",
    ),
)
def visibility_as_chosen(trace: Trace) -> Iterator[Hit]:
    """The visibility codes of each document are those of the action."""
    for exchange in trace.selected:
        act = act_of(trace, exchange)
        chosen = set((act.input.get("document") or {}).get("visibility") or ()) if act else set()
        for entry in exchange.submission.contents if exchange.submission else ():
            said = {code.code for code in entry.confidentiality if code.system == VISIBILITY}
            if said != chosen:
                found, expected = ", ".join(sorted(said)), ", ".join(sorted(chosen))
                yield Hit(exchange.place("confidentialityCode"), found=found or "N", expected=expected or "N")


@check(
    id="CHK-LAB-015",
    requirements=["DMP/va1.22", "SBX-DMP-01"],
    on=SUBMISSIONS,
    absence=True,
    scenarios=("UC2.27", "UC3.07"),
    text=Sentence(
        "Un document que l'utilisateur retient n'est pas déposé au DMP.",
        "A document that the user holds back is not filed in the DMP.",
    ),
    clause="DMP/va1.22",
    fix=Sentence(
        "ne déposez que les documents dont l'envoi au DMP n'est pas retenu",
        "file only the documents whose sending to the DMP is not held back",
    ),
)
def held_back_obeyed(trace: Trace) -> Iterator[Hit]:
    """No submission at all in a scenario that asks for none."""
    for exchange in trace.selected:
        yield Hit(exchange.place(), found=exchange.code or exchange.outcome, expected="aucun / none")


@check(
    id="CHK-LAB-016",
    requirements=["MSS/va1.22"],
    on=MAILS,
    absence=True,
    zero_tolerance=True,
    scenarios=("UC2.26", "UC3.27"),
    text=Sentence(
        "Le refus de la messagerie entre professionnels est obéi.",
        "The refusal of mail between professionals is obeyed.",
    ),
    clause="MSS/va1.22",
    fix=Sentence(
        "enregistrez le refus et n'écrivez plus aux professionnels tant qu'il tient",
        "record the refusal and do not write to professionals while it stands",
    ),
)
def professional_refusal_obeyed(trace: Trace) -> Iterator[Hit]:
    """No mail to a professional after a patient who refuses it was recorded."""
    refused = any("mail.pro" in (act.input.get("opposed") or ()) for act in trace.answers("patient.create"))
    for exchange in trace.selected if refused else ():
        for box in sorted(_boxes(exchange) - _citizens(exchange)):
            yield Hit(exchange.place("RCPT TO"), found=box, expected="aucun / none")


@check(
    id="CHK-LAB-017",
    requirements=["SBX-DMP-04", "DMP/va1.15", "SBX-VSM-02"],
    on=SUBMISSIONS,
    scenarios=("UC2.03", "UC2.28", "UC3.02", "UC3.04"),
    text=Sentence(
        "Seule la version qui tient est remplacée, jamais une version qui l'est déjà.",
        "Only the version that stands is replaced, never one that was replaced already.",
    ),
    clause="Guide d'intégration DMP, TD2.1 (remplacement) ; IHE ITI TF-3 §4.2.2.2.3 (XDSReplaceFailed)",
    fix=Sentence(
        "visez l'entryUUID de la dernière version déposée, ou refusez la correction d'une version remplacée",
        "aim at the entryUUID of the last version filed, or refuse to correct a version that was replaced",
    ),
)
def last_version_replaced(trace: Trace) -> Iterator[Hit]:
    """No submission replaces a document that an earlier accepted one had replaced."""
    gone: set[str] = set()
    for exchange in trace.selected:
        replaced = set(exchange.fact("replaced") or ())
        for name in sorted(replaced & gone):
            yield Hit(exchange.place("RPLC"), found=name, expected="Approved")
        if exchange.outcome == "accepted":
            gone |= replaced


def _sendings(trace: Trace) -> Iterator[Acted]:
    return (act for act in trace.acts if act.action in SENDING and act.answered)


def _boxes(exchange: Exchange) -> frozenset[str]:
    """Whom a mail went to, as the journal names them."""
    return frozenset(canonical(str(address)) for address in exchange.fact("recipients") or ())


def _names(address: str, spaces: Iterable[str]) -> frozenset[str]:
    """An address as the software was given it, and as the journal names it: without the session in its domain."""
    plain = canonical(address)
    return frozenset({plain, *(plain.removesuffix(space) + SPACE for space in spaces if plain.endswith(space))})


def _citizens(exchange: Exchange) -> frozenset[str]:
    return frozenset(box for box in _boxes(exchange) if citizen_matricule(box) is not None)
