"""Checks of an identity that is read from a datamatrix INS: imported as it is, or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from banc_harness.checks import check
from banc_harness.checks.lives import STRICT
from banc_harness.selection import Selection
from banc_harness.trace import Acted, Trace
from banc_standards.errors import Sentence
from banc_standards.ins import IdentityStatus
from banc_standards.ins_datamatrix_rules import RULES, Printed, hidden
from banc_standards.rules import Hit

SEARCHES = Selection(operation="insi.WS_INS2")
COLLECTED = "CB"
TRUSTED = (IdentityStatus.VALI, IdentityStatus.QUAL)


def scans(trace: Trace, *, sound: bool) -> Iterator[tuple[Acted, Printed, list[str]]]:
    """Each scan that the software answered, whose payload keeps the format or does not; the rules that it breaks."""
    for act in trace.answers("patient.create"):
        given = act.input.get("scanned")
        if not act.answered or not isinstance(given, Mapping):
            continue
        printed = Printed(str(given.get("text")))
        broken = [rule.id for rule in RULES if any(True for _ in rule.check(printed))]
        if sound is not bool(broken):
            yield act, printed, broken


@check(
    id="CHK-SCN-001",
    requirements=["SBX-INS-20"],
    on=SEARCHES,
    absence=True,
    word_of=("patient.create",),
    scenarios=("INS.41",),
    text=Sentence(
        "L'identité d'un datamatrix INS est reprise telle quelle, sans être tenue pour vérifiée.",
        "The identity of a datamatrix INS is imported as it is, without being taken for checked.",
    ),
    clause="Guide d'implémentation de l'INS v3.0, EXI REC 02 ; ANS, Datamatrix INS v2.2",
    certainty="deduced",
    fix=Sentence(
        "remplissez les traits depuis S3 à S7, mode de recueil CB ; la pièce et INSi qualifient ensuite",
        "fill the traits from S3 to S7, mode of collection CB; papers and INSi qualify afterwards",
    ),
)
def imported_as_read(trace: Trace) -> Iterator[Hit]:
    """What the software says of the patient after each sound scan."""
    for act, printed, _ in scans(trace, sound=True):
        place = f"{act.action} ({act.step})"
        said = act.output.get("patient")
        if act.status != "done" or not isinstance(said, Mapping):
            yield Hit(place, found=act.status, expected="done")
            continue
        wanted = {name: getattr(printed.read.traits, name) for name in STRICT}
        for name, value in wanted.items():
            if value and said.get(name) != value:
                yield Hit(f"{place} patient.{name}", found=str(said.get(name) or ""), expected=value)
        if said.get("ins") and said["ins"] != printed.read.ins.value:
            yield Hit(f"{place} patient.ins", found=str(said["ins"]), expected=printed.read.ins.value)
        if said.get("ins_status") in TRUSTED:
            yield Hit(f"{place} patient.ins_status", found=str(said["ins_status"]), expected="PROV")
        if said.get("collection") not in (None, COLLECTED):
            yield Hit(f"{place} patient.collection", found=str(said["collection"]), expected=COLLECTED)


@check(
    id="CHK-SCN-002",
    requirements=["SBX-INS-20"],
    on=SEARCHES,
    absence=True,
    word_of=("patient.create",),
    scenarios=("INS.41",),
    text=Sentence(
        "Un symbole qui n'est pas un datamatrix INS bien formé ne donne aucune identité.",
        "A symbol that is no well-formed datamatrix INS gives no identity.",
    ),
    clause="ANS, Datamatrix INS v2.2 ; Guide d'implémentation de l'INS v3.0, EXI REC 02",
    certainty="deduced",
    fix=Sentence(
        "contrôlez en-tête, blocs, clé, OID et alphabet avant de reprendre quoi que ce soit, et dites le refus",
        "check header, blocks, key, OID and alphabet before importing anything, and tell the refusal",
    ),
)
def forged_is_refused(trace: Trace) -> Iterator[Hit]:
    """Every scan that breaks a rule of the format, and was taken."""
    for act, printed, broken in scans(trace, sound=False):
        if act.status == "done":
            yield Hit(
                f"{act.action} ({act.step}) {', '.join(broken)}", found=hidden(printed.payload), expected="refused"
            )
