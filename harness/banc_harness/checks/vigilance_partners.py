"""Checks of identity vigilance towards others: who received an identity that loses its INS is told (rule 27)."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

from banc_harness.checks import check
from banc_harness.checks.lives import Moment, moments
from banc_harness.selection import Selection
from banc_harness.trace import Exchange, Trace
from banc_standards.cda.read import Document
from banc_standards.errors import Sentence
from banc_standards.rules import Hit

MAILED = Selection(operation="mssante.submission", outcome="accepted")


@check(
    id="CHK-IVG-011",
    requirements=["SBX-INS-11", "INS/va1.60"],
    on=MAILED,
    presence=True,
    scenarios=("INS.25",),
    text=Sentence(
        "Qui a reçu par MSSanté un document d'une identité qui perd son INS en reçoit une nouvelle version, sans INS. "
        "Une personne regarde les autres partenaires : DMP, flux d'identités.",
        "Whoever received by MSSanté a document of an identity that loses its INS gets a new version of it, without "
        "INS. A person looks at the other partners: DMP, identity feeds.",
    ),
    clause="Guide d'implémentation de l'INS, règle 27 ; INS/va1.60",
    certainty="deduced",
    fix=Sentence(
        "gardez qui a reçu l'INS ; quand l'identité descend, renvoyez-leur le document en remplacement, traits seuls",
        "keep who received the INS; when the identity falls, send each of them the document again, traits only",
    ),
)
def partners_are_told(trace: Trace) -> Iterator[Hit]:
    """Each document mailed with an INS before the identity fell, and the version of it that came after."""
    mails = [one for one in trace.selected if one.mailed_cdas]
    for moment in moments(trace):
        if not moment.fallen:
            continue
        began = _began(trace, moment)
        later = [one for one in mails if one.seq >= began]
        for mail in mails:
            for document in mail.mailed_cdas if mail.seq < began else ():
                if document.patient.ins is None or document.patient.ins.value != moment.ins:
                    continue
                for recipient in _recipients(mail):
                    if not any(_corrects(one, document) for one in later if recipient in _recipients(one)):
                        place = mail.place(f"urn:oid:{document.id.root}")
                        yield Hit(place, found=f"{recipient} : rien / nothing", expected="RPLC, sans INS / without INS")


def _began(trace: Trace, moment: Moment) -> float:
    """The place in the journal from which the identity has no INS any more: where the steps from this act on begin."""
    rank = next(rank for rank, act in enumerate(trace.acts) if act is moment.act)
    steps = {act.step for act in trace.acts[rank:]}
    return min((one.seq for one in trace.exchanges if one.claimed_by in steps), default=inf)


def _corrects(mail: Exchange, former: Document) -> bool:
    """Whether a mail brings the version without INS that takes the place of a document."""
    return any(
        one.patient.ins is None and one.replaces is not None and one.replaces.root == former.id.root
        for one in mail.mailed_cdas
    )


def _recipients(mail: Exchange) -> tuple[str, ...]:
    return tuple(str(one) for one in mail.fact("recipients") or ())
