"""What the witness prints at the head of a document: who it is about, and the datamatrix of a qualified identity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from banc_standards.cda.model import Patient
from banc_standards.cda.pdf import simple_pdf
from banc_standards.ins import INS_NIA, INS_TEST, IdentityStatus, Ins, NotTransliterable, StrictTraits
from banc_standards.ins_datamatrix import NotPrintable, build
from banc_standards.ins_symbol import Squares, squares

Record = Mapping[str, Any]
_SOMEONE_ELSE: Final = StrictTraits("DEFAUT", "CAMILLE", "F", "1979-03-15", "51215")


def printed(title: str, named: Patient, lines: list[str], patient: Record, *, defects: frozenset[str]) -> bytes:
    """A PDF of ``lines`` under the identity that the document names; ``patient`` is what the software keeps of it."""
    read = [line for line in block(named) if "nameless-print" not in defects or not line.startswith("INS")]
    head = [title, "", *read]
    return simple_pdf([*head, "", *lines], symbol=symbol(named, patient, defects=defects))


def block(named: Patient) -> list[str]:
    """The identity that people read: strict traits, then the INS where the document carries it (EXI DIF 02)."""
    born = "/".join(reversed(str(named.birth_date).split("-")))
    place = f", lieu de naissance {named.birth_place_cog}" if named.birth_place_cog else ""
    used = " ".join(part for part in (named.used_family, named.used_given) if part)
    kind = "NIA" if named.ins and named.ins.oid == INS_NIA else "NIR"
    return [
        f"Nom de naissance : {named.birth_family}",
        f"Prénoms de naissance : {named.birth_givens}",
        f"Sexe {named.sex}, né(e) le {born}{place}",
        *([f"Nom et prénom utilisés : {used}"] if used else []),
        *([f"INS : {named.ins.value[:13]} {named.ins.value[13:]} ({kind})"] if named.ins else []),
    ]


def symbol(named: Patient, patient: Record, *, defects: frozenset[str]) -> Squares | None:
    """The datamatrix of a printed document; none without a qualified identity, or for a name that it cannot hold."""
    ins = named.ins
    if "symbol-for-anyone" in defects and patient.get("ins"):
        ins = Ins(patient["ins"], patient["ins_oid"])
    if ins is None or "no-symbol" in defects:
        return None
    traits = StrictTraits(
        named.birth_family, named.birth_givens, named.sex, str(named.birth_date), named.birth_place_cog
    )
    if "symbol-of-another" in defects:
        ins, traits = Ins.of("2790351215189", INS_TEST), _SOMEONE_ELSE
    try:
        return squares(build(ins, traits, IdentityStatus.QUAL))
    except (NotPrintable, NotTransliterable):
        return None
